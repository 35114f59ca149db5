import type { Records, StoredRecord } from "../../port/keyspace.js";
import type { SqliteStatements } from "../database.js";
import type { WriteBuffer } from "../write-buffer.js";
import { parseFields } from "./stored-fields.js";

export function sqliteRecords(sql: SqliteStatements, buffer: WriteBuffer): Records {
  return {
    getRecord(key, id) {
      const text = buffer.recordText(key, id);
      if (text !== undefined) return parseFields(text);
      const row = sql.columns<[string]>("SELECT fields FROM records WHERE key = ? AND id = ?", key, id);
      return row === undefined ? undefined : parseFields(row[0]);
    },

    // One row with all records as lines, which neither ids nor JSON texts contain: stepping through rows costs more.
    listRecords(key) {
      buffer.writeRecords();
      const row = sql.columns<[string | null]>(
        `SELECT group_concat(id || '\n' || fields, '\n') FROM (SELECT id, fields FROM records WHERE key = ? ORDER BY id)`,
        key,
      );
      const lines = row?.[0]?.split("\n") ?? [];
      const records: StoredRecord[] = [];
      for (let line = 0; line < lines.length; line += 2) {
        records.push({ id: lines[line] ?? "", fields: parseFields(lines[line + 1] ?? "") });
      }
      return records;
    },

    putRecord: (key, id, fields) => buffer.putRecord(key, id, JSON.stringify(fields)),

    deleteRecord(key, id) {
      buffer.writeRecords();
      return sql.run("DELETE FROM records WHERE key = ? AND id = ?", key, id) > 0;
    },
  };
}
