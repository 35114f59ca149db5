import type { Keyspace } from "../../src/keyspace/keyspace.js";

type Method = keyof Keyspace;

/** The structures of a keyspace, by the methods that touch them; each method names its key first. */
const METHODS = {
  records: ["getRecord", "listRecords", "putRecord", "deleteRecord"],
  scores: ["getScore", "putScore", "removeScore", "rangeByRank", "rangeUpToScore", "countScores"],
  sets: ["addToSet", "removeFromSet", "isInSet", "pageOfSet", "countSet"],
  bits: ["setBits", "hasBits", "countBits", "deleteBits"],
  counters: ["addToCounter", "getCounter"],
  streams: [
    "appendToStream",
    "readStream",
    "trimStream",
    "deleteEntry",
    "describeStream",
    "createGroup",
    "deliverNew",
    "takeOver",
    "acknowledge",
    "isPending",
    "oldestPending",
    "addFailure",
    "isCaughtUp",
    "passNewest",
    "describeGroups",
  ],
} as const satisfies { readonly [structure: string]: readonly Method[] };

export type Structure = keyof typeof METHODS;

export const STRUCTURES = Object.keys(METHODS) as readonly Structure[];

/** Every method of the port. */
export const KEYSPACE_METHODS: readonly Method[] = STRUCTURES.flatMap((structure) => [...METHODS[structure]]);

const MUTATING: ReadonlySet<Method> = new Set<Method>([
  "putRecord",
  "deleteRecord",
  "putScore",
  "removeScore",
  "addToSet",
  "removeFromSet",
  "setBits",
  "deleteBits",
  "addToCounter",
  "appendToStream",
  "trimStream",
  "deleteEntry",
  "createGroup",
  "deliverNew",
  "takeOver",
  "acknowledge",
  "addFailure",
  "passNewest",
]);

/** Keys by structure. */
export type TouchedKeys = ReadonlyMap<Structure, ReadonlySet<string>>;

export interface WrappedKeyspace {
  readonly keyspace: Keyspace;
  readonly touched: TouchedKeys;
  /** Calls of changing methods so far. */
  readonly changes: () => number;
}

/**
 * A keyspace that passes every call on, notes which keys were touched and counts the changes.
 *
 * @param beforeChange - called with the number of each change, from 1, before it is made; it may throw
 */
export function wrapKeyspace(inner: Keyspace, beforeChange: (change: number) => void = () => {}): WrappedKeyspace {
  const touched = new Map<Structure, Set<string>>(STRUCTURES.map((structure) => [structure, new Set()]));
  const structureOf = new Map<Method, Structure>();
  for (const structure of STRUCTURES) for (const method of METHODS[structure]) structureOf.set(method, structure);
  let changes = 0;
  const keyspace = new Proxy(inner, {
    get(target, property) {
      const method = property as Method;
      return (key: string, ...rest: unknown[]): unknown => {
        touched.get(structureOf.get(method) ?? "records")?.add(key);
        if (MUTATING.has(method)) {
          changes += 1;
          beforeChange(changes);
        }
        const call = target[method] as (...parameters: unknown[]) => unknown;
        return call.call(target, key, ...rest);
      };
    },
  });
  return { keyspace, touched, changes: () => changes };
}
