import type { Keyspace } from "../../../src/keyspace/port/keyspace.js";
import { openSqlite, type TestDatabase } from "./sqlite-database.js";
import type { Structure, TouchedKeys } from "./wrapped-keyspace.js";

const EVERYTHING = 1_000_000;

/** All that can be read under some keys of a keyspace, through the port alone. */
export function dumpKeys(keyspace: Keyspace, keys: TouchedKeys): unknown {
  const of = (structure: Structure) => [...(keys.get(structure) ?? [])].sort();
  return {
    records: of("records").map((key) => [key, keyspace.listRecords(key)]),
    scores: of("scores").map((key) => [key, keyspace.rangeByRank(key, 0, -1), keyspace.countScores(key)]),
    sets: of("sets").map((key) => [key, keyspace.pageOfSet(key, "", "", EVERYTHING), keyspace.countSet(key)]),
    bits: of("bits").map((key) => [key, keyspace.countBits(key)]),
    counters: of("counters").map((key) => [key, keyspace.getCounter(key)]),
    streams: of("streams").map((key) => [key, dumpStream(keyspace, key)]),
  };
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

const TABLES = [
  "records",
  "scores",
  "members",
  "bits",
  "counters",
  "streams",
  "stream_entries",
  "stream_groups",
  "stream_pending",
] as const;

export type TableDump = { readonly [table in (typeof TABLES)[number]]: readonly Record<string, unknown>[] };

/** Every row of every table of a SQLite store. The file may be open elsewhere. */
export function dumpTables(path: string): TableDump {
  return withDatabase(path, (database) => {
    const tables = TABLES.map((table) => [table, database.prepare(`SELECT * FROM ${table}`).all()]);
    return Object.fromEntries(tables) as TableDump;
  });
}

/** Rows of a query on a SQLite file, which may be open elsewhere. */
export function queryFile(path: string, sql: string): readonly Record<string, unknown>[] {
  return withDatabase(path, (database) => database.prepare(sql).all() as Record<string, unknown>[]);
}

/** What SQLite itself says about the health of a file: "ok" when it is sound. */
export function integrityOf(path: string): string {
  return withDatabase(path, (database) => {
    const row = database.prepare("PRAGMA integrity_check").get() as { integrity_check: string };
    return row.integrity_check;
  });
}

function withDatabase<Output>(path: string, read: (database: TestDatabase) => Output): Output {
  const database = openSqlite(path);
  try {
    database.prepare("PRAGMA busy_timeout = 5000").get();
    return read(database);
  } finally {
    database.close();
  }
}

/** The fields of a stream's entries, oldest first. */
export function eventsOf(tables: TableDump, stream: string): readonly Record<string, unknown>[] {
  const entries = tables.stream_entries.filter((row) => row.stream === stream);
  return entries.map(({ fields }) => JSON.parse(String(fields)) as Record<string, unknown>);
}
