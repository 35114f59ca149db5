import type { Counters } from "../../port/keyspace.js";
import type { SqliteStatements } from "../statements.js";

export function sqliteCounters(sql: SqliteStatements): Counters {
  return {
    addToCounter(key, amount) {
      const row = sql.get<{ value: number }>(
        "INSERT INTO counters VALUES (?, ?) ON CONFLICT DO UPDATE SET value = value + excluded.value RETURNING value",
        key,
        amount,
      );
      return row?.value ?? 0;
    },

    getCounter(key) {
      return sql.get<{ value: number }>("SELECT value FROM counters WHERE key = ?", key)?.value ?? 0;
    },
  };
}
