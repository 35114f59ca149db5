import type { Keyspace } from "../../../src/keyspace/port/keyspace.js";
import type { TestDatabase } from "./sqlite-database.js";
import type { Structure, TouchedKeys } from "./wrapped-keyspace.js";

const EVERYTHING = 1_000_000;

/** All that can be read under some keys of a keyspace, through the port alone: the same on every engine. */
export function dumpKeys(keyspace: Keyspace, keys: TouchedKeys): Record<string, unknown> {
  const of = (structure: Structure, read: (key: string) => unknown) =>
    Object.fromEntries([...(keys.get(structure) ?? [])].sort().map((key) => [`${structure} ${key}`, read(key)]));
  return {
    ...of("records", (key) => keyspace.listRecords(key)),
    ...of("scores", (key) => keyspace.rangeByRank(key, 0, -1)),
    ...of("sets", (key) => keyspace.pageOfSet(key, "", "", EVERYTHING)),
    ...of("bits", (key) => positionsOf(keyspace, key)),
    ...of("counters", (key) => keyspace.getCounter(key)),
    ...of("streams", (key) => dumpStream(keyspace, key)),
  };
}

/** The positions of all bits that are 1, lowest first. */
function positionsOf(keyspace: Keyspace, key: string): readonly number[] {
  const positions: number[] = [];
  const count = keyspace.countBits(key);
  for (let position = 0; positions.length < count; position += 1) {
    if (keyspace.hasBits(key, [position])) positions.push(position);
  }
  return positions;
}

function dumpStream(keyspace: Keyspace, stream: string): unknown {
  const entries = keyspace.readStream(stream, "", EVERYTHING);
  const groups = keyspace.describeGroups(stream).map((group) => ({
    ...group,
    oldestPending: keyspace.oldestPending(stream, group.name),
    caughtUp: keyspace.isCaughtUp(stream, group.name),
    pendingIds: entries.filter(({ id }) => keyspace.isPending(stream, group.name, id)).map(({ id }) => id),
  }));
  return { ...keyspace.describeStream(stream), entries, groups };
}

/** The tables of each structure, with the column that holds its key. */
const TABLES = [
  ["records", "records", "key"],
  ["scores", "scores", "key"],
  ["sets", "members", "key"],
  ["bits", "bits", "key"],
  ["counters", "counters", "key"],
  ["streams", "streams", "stream"],
  ["streams", "stream_entries", "stream"],
  ["streams", "stream_groups", "stream"],
  ["streams", "stream_pending", "stream"],
] as const satisfies readonly (readonly [Structure, string, string])[];

/** Every row of every table of a SQLite store. */
export function dumpTables(database: TestDatabase): Record<string, readonly unknown[]> {
  return Object.fromEntries(TABLES.map(([, table]) => [table, database.prepare(`SELECT * FROM ${table}`).all()]));
}

/** Every key of a SQLite store. */
export function keysInTables(database: TestDatabase): TouchedKeys {
  const keys = new Map<Structure, Set<string>>();
  for (const [structure, table, column] of TABLES) {
    const rows = database.prepare(`SELECT DISTINCT ${column} AS key FROM ${table}`).all() as { key: string }[];
    const known = keys.get(structure) ?? new Set();
    for (const { key } of rows) known.add(key);
    keys.set(structure, known);
  }
  return keys;
}
