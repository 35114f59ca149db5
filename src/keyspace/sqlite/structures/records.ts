import type { Records, StoredRecord } from "../../port/keyspace.js";
import type { SqliteStatements } from "../statements.js";
import type { WriteBuffer } from "../write-buffer.js";
import { parseFields } from "./stored-fields.js";

const LONGEST_JOINED_BYTES = 4_194_304;

export function sqliteRecords(sql: SqliteStatements, buffer: WriteBuffer): Records {
  return {
    getRecord(key, id) {
      const text = buffer.recordText(key, id);
      if (text !== undefined) return parseFields(text);
      const row = sql.columns<[string]>("SELECT fields FROM records WHERE key = ? AND id = ?", key, id);
      return row === undefined ? undefined : parseFields(row[0]);
    },

    listRecords(key) {
      buffer.writeRecords();
      const joined = sql.readsJoined ? readJoined(sql, key) : undefined;
      return joined ?? readRows(sql, key);
    },

    putRecord: (key, id, fields) => buffer.putRecord(key, id, JSON.stringify(fields)),

    deleteRecord(key, id) {
      buffer.writeRecords();
      return sql.run("DELETE FROM records WHERE key = ? AND id = ?", key, id) > 0;
    },
  };
}

function readRows(sql: SqliteStatements, key: string): StoredRecord[] {
  return sql
    .allColumns<[string, string]>("SELECT id, fields FROM records WHERE key = ? ORDER BY id", key)
    .map(([id, fields]) => ({ id, fields: parseFields(fields) }));
}

/**
 * One row with all records as lines, which neither ids nor JSON texts contain.
 *
 * @returns undefined when they are too long for one text: a driver may end the process over a text that JavaScript cannot hold
 */
function readJoined(sql: SqliteStatements, key: string): StoredRecord[] | undefined {
  const row = sql.columns<[string | null]>(
    `SELECT CASE WHEN total(octet_length(fields)) < ${LONGEST_JOINED_BYTES} THEN
       coalesce(group_concat(id || char(10) || fields, char(10)), '') END
     FROM (SELECT id, fields FROM records WHERE key = ? ORDER BY id)`,
    key,
  );
  const text = row?.[0] ?? undefined;
  if (text === undefined) return undefined;
  const lines = text === "" ? [] : text.split("\n");
  const records: StoredRecord[] = [];
  for (let line = 0; line < lines.length; line += 2) {
    records.push({ id: lines[line] ?? "", fields: parseFields(lines[line + 1] ?? "") });
  }
  return records;
}
