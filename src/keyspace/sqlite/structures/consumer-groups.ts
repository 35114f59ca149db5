import type { ConsumerGroups } from "../../port/keyspace.js";
import { formatStreamId, parseStreamId, type StreamPosition } from "../../port/stream-id.js";
import type { SqliteStatements } from "../statements.js";
import type { WriteBuffer } from "../write-buffer.js";
import { parseFields } from "./stored-fields.js";
import { entriesAfter, exposeEntry } from "./stream.js";

export function sqliteConsumerGroups(sql: SqliteStatements, buffer: WriteBuffer): ConsumerGroups {
  return {
    createGroup(stream, group) {
      buffer.writeHeads();
      sql.run("INSERT INTO streams VALUES (?, 0, 0, 0, 0) ON CONFLICT DO NOTHING", stream);
      const made = sql.run(
        `INSERT INTO stream_groups SELECT stream, ?, 0, 0, appended - length FROM streams WHERE stream = ?
         ON CONFLICT DO NOTHING`,
        group,
        stream,
      );
      return made > 0;
    },

    deliverNew(stream, group, consumer, limit, nowMs) {
      const position = sql.get<StreamPosition>(
        "SELECT ms, seq FROM stream_groups WHERE stream = ? AND name = ?",
        stream,
        group,
      );
      if (position === undefined) return [];
      const entries = entriesAfter(sql, stream, position, limit);
      const last = entries.at(-1);
      if (last === undefined) return [];
      sql.run(
        `INSERT INTO stream_pending SELECT stream, ?, ms, seq, ?, ?, 0 FROM stream_entries
         WHERE stream = ? AND (ms, seq) > (?, ?) AND (ms, seq) <= (?, ?)`,
        group,
        consumer,
        Math.floor(nowMs),
        stream,
        position.ms,
        position.seq,
        last.ms,
        last.seq,
      );
      sql.run(
        "UPDATE stream_groups SET ms = ?, seq = ?, delivered = delivered + ? WHERE stream = ? AND name = ?",
        last.ms,
        last.seq,
        entries.length,
        stream,
        group,
      );
      return entries.map(exposeEntry);
    },

    takeOver(stream, group, consumer, minIdleMs, limit, nowMs) {
      const deliveredAtMs = Math.floor(nowMs);
      const rows = sql.all<StreamPosition & { fields: string | null }>(
        `SELECT pending.ms AS ms, pending.seq AS seq, entry.fields AS fields
         FROM stream_pending AS pending LEFT JOIN stream_entries AS entry
           ON entry.stream = pending.stream AND entry.ms = pending.ms AND entry.seq = pending.seq
         WHERE pending.stream = ? AND pending.name = ? AND pending.delivered_at_ms <= ?
         ORDER BY pending.ms, pending.seq LIMIT ?`,
        stream,
        group,
        minIdleMs > 0 ? deliveredAtMs - minIdleMs : Number.MAX_SAFE_INTEGER,
        limit,
      );
      return rows.map(({ ms, seq, fields }) => {
        sql.run(
          `UPDATE stream_pending SET consumer = ?, delivered_at_ms = ?
           WHERE stream = ? AND name = ? AND ms = ? AND seq = ?`,
          consumer,
          deliveredAtMs,
          stream,
          group,
          ms,
          seq,
        );
        return { id: formatStreamId({ ms, seq }), fields: fields === null ? undefined : parseFields(fields) };
      });
    },

    acknowledge(stream, group, id) {
      const { ms, seq } = parseStreamId(id);
      const statement = "DELETE FROM stream_pending WHERE stream = ? AND name = ? AND ms = ? AND seq = ?";
      return sql.run(statement, stream, group, ms, seq) > 0;
    },

    isPending(stream, group, id) {
      const { ms, seq } = parseStreamId(id);
      const statement = "SELECT 1 FROM stream_pending WHERE stream = ? AND name = ? AND ms = ? AND seq = ?";
      return sql.get(statement, stream, group, ms, seq) !== undefined;
    },

    oldestPending(stream, group) {
      const row = sql.columns<[number, number]>(
        "SELECT ms, seq FROM stream_pending WHERE stream = ? AND name = ? ORDER BY ms, seq LIMIT 1",
        stream,
        group,
      );
      return row === undefined ? undefined : formatStreamId({ ms: row[0], seq: row[1] });
    },

    addFailure(stream, group, id) {
      const { ms, seq } = parseStreamId(id);
      const row = sql.get<{ failures: number }>(
        `UPDATE stream_pending SET failures = failures + 1 WHERE stream = ? AND name = ? AND ms = ? AND seq = ?
         RETURNING failures`,
        stream,
        group,
        ms,
        seq,
      );
      return row?.failures ?? 0;
    },

    isCaughtUp(stream, group) {
      const row = sql.columns<[number]>(
        `SELECT NOT EXISTS (SELECT 1 FROM stream_entries AS entry
             WHERE entry.stream = grp.stream AND (entry.ms, entry.seq) > (grp.ms, grp.seq))
           AND NOT EXISTS (SELECT 1 FROM stream_pending AS pending
             WHERE pending.stream = grp.stream AND pending.name = grp.name)
         FROM stream_groups AS grp WHERE grp.stream = ? AND grp.name = ?`,
        stream,
        group,
      );
      return row?.[0] === 1;
    },

    passNewest(stream, group, count) {
      buffer.writeHeads();
      sql.run(
        `UPDATE stream_groups SET (ms, seq) = (SELECT ms, seq FROM streams WHERE streams.stream = stream_groups.stream),
           delivered = delivered + ? WHERE stream = ? AND name = ?`,
        count,
        stream,
        group,
      );
    },

    forgetConsumer() {}, // only what it holds is remembered

    describeGroups(stream) {
      buffer.writeHeads();
      const rows = sql.all<{ name: string; pending: number; lag: number }>(
        `SELECT name, appended - delivered AS lag,
           (SELECT count(*) FROM stream_pending AS entry
             WHERE entry.stream = stream_groups.stream AND entry.name = stream_groups.name) AS pending
         FROM stream_groups JOIN streams USING (stream) WHERE stream = ? ORDER BY name`,
        stream,
      );
      return rows.map(({ name, pending, lag }) => ({ name, pending, lag }));
    },

    describeBacklog(stream, group, limit) {
      buffer.writeHeads();
      const position = sql.get<StreamPosition & { newestAtMs: number; appended: number }>(
        `SELECT grp.ms AS ms, grp.seq AS seq, streams.ms AS newestAtMs, appended
         FROM stream_groups AS grp JOIN streams USING (stream) WHERE grp.stream = ? AND grp.name = ?`,
        stream,
        group,
      );
      if (position === undefined) return { held: [] };
      const rows = sql.all<{ ms: number; consumer: string; sinceMs: number }>(
        `SELECT ms, consumer, delivered_at_ms AS sinceMs FROM stream_pending
         WHERE stream = ? AND name = ? ORDER BY ms, seq LIMIT ?`,
        stream,
        group,
        Math.max(limit, 1),
      );
      const waiting = rows[0] ?? entriesAfter(sql, stream, position, 1)[0];
      return {
        newestAtMs: position.appended > 0 ? position.newestAtMs : undefined,
        waitingSinceMs: waiting?.ms,
        held: rows.slice(0, Math.max(limit, 0)).map(({ consumer, sinceMs }) => ({ consumer, sinceMs })),
      };
    },
  };
}
