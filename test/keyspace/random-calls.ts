import fc from "fast-check";
import type { Keyspace } from "../../src/keyspace/port/keyspace.js";

// Transactions of random calls, on few keys so that the calls of one transaction meet each other's effects.

/** A method call, with its name and arguments for messages. */
export type Call = readonly [string, (keyspace: Keyspace) => unknown];

export interface Transaction {
  readonly calls: readonly Call[];
  readonly fails: boolean;
}

const key = fc.constantFrom("a", "b");
const member = fc.constantFrom("x", "y", "z\tz");
const score = fc.constantFrom(-1, 0, 0.5, 2);
const group = fc.constantFrom("g", "h");
const positions = fc.array(fc.nat({ max: 9000 }), { maxLength: 3 });
const nowMs = fc.constantFrom(1000, 1000, 2000, 1500.5);

/** A call whose arguments are drawn from `values`. */
function call<Values extends readonly unknown[]>(
  name: string,
  values: { [Index in keyof Values]: fc.Arbitrary<Values[Index]> },
  invoke: (keyspace: Keyspace, ...drawn: Values) => unknown,
): fc.Arbitrary<Call> {
  return fc
    .tuple(...values)
    .map(
      (drawn): Call => [
        `${name}(${JSON.stringify(drawn)})`,
        (keyspace) => invoke(keyspace, ...(drawn as unknown as Values)),
      ],
    );
}

const calls: fc.Arbitrary<Call> = fc.oneof(
  call("getRecord", [key, member], (keyspace, k, id) => keyspace.getRecord(k, id)),
  call("listRecords", [key], (keyspace, k) => keyspace.listRecords(k)),
  call("putRecord", [key, member, score], (keyspace, k, id, n) => keyspace.putRecord(k, id, { n })),
  call("deleteRecord", [key, member], (keyspace, k, id) => keyspace.deleteRecord(k, id)),
  call("putScore", [key, member, score], (keyspace, k, m, n) => keyspace.putScore(k, m, n)),
  call("addScore", [key, member, score], (keyspace, k, m, n) => keyspace.addScore(k, m, n)),
  call("removeScore", [key, member], (keyspace, k, m) => keyspace.removeScore(k, m)),
  call("rangeUpToScore", [key, score], (keyspace, k, n) => keyspace.rangeUpToScore(k, n, 2)),
  call("rangeFromScore", [key, score], (keyspace, k, n) => keyspace.rangeFromScore(k, n, 2)),
  call("rangeByRank", [key], (keyspace, k) => keyspace.rangeByRank(k, 0, -1)),
  call("addToSet", [key, member], (keyspace, k, m) => keyspace.addToSet(k, m)),
  call("removeFromSet", [key, member], (keyspace, k, m) => keyspace.removeFromSet(k, m)),
  call("pageOfSet", [key], (keyspace, k) => keyspace.pageOfSet(k, "", "", 10)),
  call("setBits", [key, positions], (keyspace, k, at) => keyspace.setBits(k, at)),
  call("hasBits", [key, positions], (keyspace, k, at) => keyspace.hasBits(k, at)),
  call("countBits", [key], (keyspace, k) => keyspace.countBits(k)),
  call("deleteBits", [key], (keyspace, k) => keyspace.deleteBits(k)),
  call("addToCounter", [key, score], (keyspace, k, n) => keyspace.addToCounter(k, n)),
  call("appendToStream", [key, score, nowMs], (keyspace, k, n, now) => keyspace.appendToStream(k, { n }, now)),
  call("readStream", [key], (keyspace, k) => keyspace.readStream(k, "", 10)),
  call("trimStream", [key, fc.nat({ max: 3 })], (keyspace, k, length) => keyspace.trimStream(k, length)),
  call("deleteNth", [key, fc.nat({ max: 3 })], (keyspace, k, nth) => {
    const entry = keyspace.readStream(k, "", 10)[nth];
    return entry === undefined ? "none" : keyspace.deleteEntry(k, entry.id);
  }),
  call("describeStream", [key], (keyspace, k) => keyspace.describeStream(k)),
  call("createGroup", [key, group], (keyspace, k, g) => keyspace.createGroup(k, g)),
  call("deliverNew", [key, group, nowMs], (keyspace, k, g, now) => keyspace.deliverNew(k, g, "c", 3, now)),
  call("takeOver", [key, group, nowMs], (keyspace, k, g, now) => keyspace.takeOver(k, g, "d", 0, 2, now)),
  call("acknowledgeOldest", [key, group], (keyspace, k, g) => {
    const oldest = keyspace.oldestPending(k, g);
    return oldest === undefined ? "none" : keyspace.acknowledge(k, g, oldest);
  }),
  call("appendAndPass", [key, group, score, nowMs], (keyspace, k, g, n, now) => {
    if (!keyspace.isCaughtUp(k, g)) return "behind";
    const ids = [keyspace.appendToStream(k, { n }, now), keyspace.appendToStream(k, { n }, now)];
    keyspace.passNewest(k, g, ids.length);
    return ids;
  }),
  call("describeGroups", [key], (keyspace, k) => keyspace.describeGroups(k)),
  call("describeBacklog", [key, group], (keyspace, k, g) => keyspace.describeBacklog(k, g, 2)),
);

export const history: fc.Arbitrary<readonly Transaction[]> = fc.array(
  fc.record({ calls: fc.array(calls, { minLength: 1, maxLength: 12 }), fails: fc.boolean() }),
  { minLength: 1, maxLength: 6 },
);
