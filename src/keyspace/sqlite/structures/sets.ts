import type { Sets } from "../../port/keyspace.js";
import type { SqliteStatements } from "../statements.js";
import type { WriteBuffer } from "../write-buffer.js";

export function sqliteSets(sql: SqliteStatements, buffer: WriteBuffer): Sets {
  return {
    addToSet(key, member) {
      if (buffer.hasMember(key, member)) return false;
      buffer.noteMember(key, member);
      return sql.run("INSERT INTO members VALUES (?, ?) ON CONFLICT DO NOTHING", key, member) > 0;
    },

    removeFromSet(key, member) {
      buffer.forgetMember(key, member);
      return sql.run("DELETE FROM members WHERE key = ? AND member = ?", key, member) > 0;
    },

    isInSet(key, member) {
      return sql.get("SELECT 1 FROM members WHERE key = ? AND member = ?", key, member) !== undefined;
    },

    pageOfSet(key, prefix, after, limit) {
      // The byte FF occurs in no UTF-8 text: it follows everything that begins with the prefix.
      const rows = sql.all<{ member: string }>(
        `SELECT member FROM members WHERE key = ? AND member >= ? AND member > ? AND member < ? || x'FF'
         ORDER BY member LIMIT ?`,
        key,
        prefix,
        after,
        prefix,
        limit,
      );
      return rows.map((row) => row.member);
    },

    countSet(key) {
      return sql.get<{ count: number }>("SELECT count(*) AS count FROM members WHERE key = ?", key)?.count ?? 0;
    },
  };
}
