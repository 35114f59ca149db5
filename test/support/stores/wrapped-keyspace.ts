import type { Keyspace } from "../../../src/keyspace/port/keyspace.js";

export const STRUCTURES = ["records", "scores", "sets", "bits", "counters", "streams"] as const;

export type Structure = (typeof STRUCTURES)[number];

type Method = keyof Keyspace;

interface MethodFacts {
  /** What its first parameter is a key of. */
  readonly structure: Structure;
  readonly changes: boolean;
}

const reads = (structure: Structure): MethodFacts => ({ structure, changes: false });
const changes = (structure: Structure): MethodFacts => ({ structure, changes: true });

/** Every method of the port; one that is missing does not compile. */
const METHODS: { readonly [Name in Method]: MethodFacts } = {
  getRecord: reads("records"),
  listRecords: reads("records"),
  putRecord: changes("records"),
  deleteRecord: changes("records"),
  getScore: reads("scores"),
  putScore: changes("scores"),
  addScore: changes("scores"),
  removeScore: changes("scores"),
  rangeByRank: reads("scores"),
  rangeUpToScore: reads("scores"),
  rangeFromScore: reads("scores"),
  countScores: reads("scores"),
  addToSet: changes("sets"),
  removeFromSet: changes("sets"),
  isInSet: reads("sets"),
  pageOfSet: reads("sets"),
  countSet: reads("sets"),
  setBits: changes("bits"),
  hasBits: reads("bits"),
  countBits: reads("bits"),
  deleteBits: changes("bits"),
  addToCounter: changes("counters"),
  getCounter: reads("counters"),
  appendToStream: changes("streams"),
  readStream: reads("streams"),
  trimStream: changes("streams"),
  deleteEntry: changes("streams"),
  describeStream: reads("streams"),
  createGroup: changes("streams"),
  deliverNew: changes("streams"),
  takeOver: changes("streams"),
  acknowledge: changes("streams"),
  isPending: reads("streams"),
  oldestPending: reads("streams"),
  addFailure: changes("streams"),
  isCaughtUp: reads("streams"),
  passNewest: changes("streams"),
  forgetConsumer: changes("streams"),
  describeGroups: reads("streams"),
  describeBacklog: reads("streams"),
};

/** Methods that change something. */
export const CHANGING_METHODS = (Object.keys(METHODS) as Method[]).filter((method) => METHODS[method].changes);

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
  let made = 0;
  const keyspace = new Proxy(inner, {
    get(target, property) {
      const method = property as Method;
      return (key: string, ...rest: unknown[]): unknown => {
        const facts = METHODS[method];
        touched.get(facts.structure)?.add(key);
        if (facts.changes) {
          made += 1;
          beforeChange(made);
        }
        const call = target[method] as (...parameters: unknown[]) => unknown;
        return call.call(target, key, ...rest);
      };
    },
  });
  return { keyspace, touched, changes: () => made };
}
