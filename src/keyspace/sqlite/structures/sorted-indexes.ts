import type { ScoredMember, SortedIndexes } from "../../port/keyspace.js";
import type { SqliteStatements } from "../statements.js";

export function sqliteSortedIndexes(sql: SqliteStatements): SortedIndexes {
  function countScores(key: string): number {
    return sql.get<{ count: number }>("SELECT count(*) AS count FROM scores WHERE key = ?", key)?.count ?? 0;
  }

  return {
    getScore(key, member) {
      return sql.columns<[number]>("SELECT score FROM scores WHERE key = ? AND member = ?", key, member)?.[0];
    },

    putScore(key, member, score) {
      sql.run(
        "INSERT INTO scores VALUES (?, ?, ?) ON CONFLICT DO UPDATE SET score = excluded.score",
        key,
        member,
        score,
      );
    },

    addScore(key, member, score) {
      return sql.run("INSERT INTO scores VALUES (?, ?, ?) ON CONFLICT DO NOTHING", key, member, score) > 0;
    },

    removeScore(key, member) {
      return sql.run("DELETE FROM scores WHERE key = ? AND member = ?", key, member) > 0;
    },

    rangeByRank(key, start, stop) {
      const size = start < 0 || stop < 0 ? countScores(key) : 0;
      const first = Math.max(start < 0 ? size + start : start, 0);
      const last = stop < 0 ? size + stop : stop;
      if (last < first) return [];
      return sql.all<ScoredMember>(
        "SELECT member, score FROM scores WHERE key = ? ORDER BY score, member LIMIT ? OFFSET ?",
        key,
        last - first + 1,
        first,
      );
    },

    rangeUpToScore(key, maxScore, limit) {
      // Mostly there is none: one row that is not there costs the driver half of a list that is empty.
      const lowest = "SELECT 1 FROM scores WHERE key = ? AND score <= ? LIMIT 1";
      if (sql.columns<[number]>(lowest, key, maxScore) === undefined) return [];
      return sql.all<ScoredMember>(
        "SELECT member, score FROM scores WHERE key = ? AND score <= ? ORDER BY score, member LIMIT ?",
        key,
        maxScore,
        limit,
      );
    },

    rangeFromScore(key, minScore, limit) {
      return sql.all<ScoredMember>(
        "SELECT member, score FROM scores WHERE key = ? AND score >= ? ORDER BY score, member LIMIT ?",
        key,
        minScore,
        limit,
      );
    },

    countScores,
  };
}
