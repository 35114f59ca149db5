import { statSync } from "node:fs";
import Database from "libsql";
import { kindOf } from "./key-kinds.mjs";

/** Where the keys of a table are, and what its rows consist of. */
const TABLES = {
  records: { key: "key", row: "length(CAST(key || id || fields AS BLOB))" },
  scores: { key: "key", row: "length(CAST(key || member AS BLOB)) * 2 + 16" },
  members: { key: "key", row: "length(CAST(key || member AS BLOB))" },
  bits: { key: "key", row: "length(key) + length(bits)" },
  counters: { key: "key", row: "length(key) + 8" },
  stream_entries: { key: "stream", row: "length(CAST(stream || fields AS BLOB)) + 12" },
  stream_pending: { key: "stream", row: "length(stream) + 40" },
};

/**
 * Bytes of the pages of a file, by kind of key: the pages of each table and its index are divided by the length of the
 * rows.
 */
export function sqliteKinds(path) {
  const database = new Database(path);
  try {
    database.prepare("PRAGMA wal_checkpoint(TRUNCATE)").get();
    const kinds = {};
    const pages = new Map();
    for (const { name, bytes } of database
      .prepare("SELECT name, sum(pgsize) AS bytes FROM dbstat GROUP BY name")
      .all()) {
      const table = name === "scores_in_order" ? "scores" : name;
      pages.set(table, (pages.get(table) ?? 0) + bytes);
    }
    for (const [table, bytes] of pages) {
      if (TABLES[table] === undefined) kinds.other = (kinds.other ?? 0) + bytes;
      else addTable(kinds, database, table, bytes);
    }
    return { kinds, bytes: statSync(path).size };
  } finally {
    database.close();
  }
}

function addTable(kinds, database, table, bytes) {
  const { key, row } = TABLES[table];
  const first = `CASE instr(${key}, char(9)) WHEN 0 THEN ${key} ELSE substr(${key}, 1, instr(${key}, char(9)) - 1) END`;
  const groups = database.prepare(`SELECT ${first} AS first, sum(${row}) AS length FROM ${table} GROUP BY 1`).all();
  const total = groups.reduce((sum, { length }) => sum + length, 0);
  for (const { first, length } of groups) {
    const kind = kindOf(first);
    kinds[kind] = (kinds[kind] ?? 0) + Math.round((bytes * length) / total);
  }
}

/** Bytes of one entry of a stream, on average. */
export function sqliteEntryBytes(path, stream) {
  const database = new Database(path);
  try {
    const { row } = TABLES.stream_entries;
    return database.prepare(`SELECT avg(${row}) AS bytes FROM stream_entries WHERE stream LIKE ?`).get(stream).bytes;
  } finally {
    database.close();
  }
}
