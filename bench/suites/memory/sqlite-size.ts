import { statSync } from "node:fs";
import Database from "libsql";
import { allRows, firstRow } from "../../harness/sqlite/rows.js";
import { kindOf } from "./key-kinds.js";

/** Where the keys of a table are, and what its rows consist of. */
const STREAM_ENTRY = "length(CAST(stream || fields AS BLOB)) + 12";

const TABLES: Readonly<Record<string, { readonly key: string; readonly row: string }>> = {
  records: { key: "key", row: "length(CAST(key || id || fields AS BLOB))" },
  scores: { key: "key", row: "length(CAST(key || member AS BLOB)) * 2 + 16" },
  members: { key: "key", row: "length(CAST(key || member AS BLOB))" },
  bits: { key: "key", row: "length(key) + length(bits)" },
  counters: { key: "key", row: "length(key) + 8" },
  stream_entries: { key: "stream", row: STREAM_ENTRY },
  stream_pending: { key: "stream", row: "length(stream) + 40" },
};

/**
 * Bytes of the pages of a file, by kind of key: the pages of each table and its index are divided by the length of the
 * rows.
 */
export function sqliteKinds(path: string): { readonly kinds: Record<string, number>; readonly bytes: number } {
  const database = new Database(path);
  try {
    database.prepare("PRAGMA wal_checkpoint(TRUNCATE)").get();
    const kinds: Record<string, number> = {};
    const pages = new Map<string, number>();
    const sizes = "SELECT name, sum(pgsize) AS bytes FROM dbstat GROUP BY name";
    for (const { name, bytes } of allRows<{ name: string; bytes: number }>(database, sizes)) {
      const table = name === "scores_in_order" ? "scores" : name;
      pages.set(table, (pages.get(table) ?? 0) + bytes);
    }
    for (const [table, bytes] of pages) {
      for (const [kind, share] of divideTable(database, table, bytes)) kinds[kind] = (kinds[kind] ?? 0) + share;
    }
    return { kinds, bytes: statSync(path).size };
  } finally {
    database.close();
  }
}

/** The bytes of a table by the kinds of its keys. */
function divideTable(
  database: Database.Database,
  table: string,
  bytes: number,
): readonly (readonly [string, number])[] {
  const described = TABLES[table];
  if (described === undefined) return [["other", bytes]];
  const { key, row } = described;
  const first = `CASE instr(${key}, char(9)) WHEN 0 THEN ${key} ELSE substr(${key}, 1, instr(${key}, char(9)) - 1) END`;
  const groups = allRows<{ first: string; length: number }>(
    database,
    `SELECT ${first} AS first, sum(${row}) AS length FROM ${table} GROUP BY 1`,
  );
  const total = groups.reduce((sum, { length }) => sum + length, 0);
  return groups.map(({ first, length }) => [kindOf(first), Math.round((bytes * length) / total)]);
}

/** Bytes of one entry of a stream, on average. */
export function sqliteEntryBytes(path: string, stream: string): number {
  const database = new Database(path);
  try {
    const sql = `SELECT avg(${STREAM_ENTRY}) AS bytes FROM stream_entries WHERE stream LIKE ?`;
    return firstRow<{ bytes: number }>(database, sql, stream).bytes;
  } finally {
    database.close();
  }
}
