import type { StreamDescription, Streams } from "../../port/keyspace.js";
import { formatStreamId, parseStreamId, type StreamPosition } from "../../port/stream-id.js";
import { surplusEntries } from "../../port/trim.js";
import type { SqliteStatements } from "../statements.js";
import type { WriteBuffer } from "../write-buffer.js";
import { entriesAfter, exposeEntry } from "./stream.js";

export function sqliteStreams(sql: SqliteStatements, buffer: WriteBuffer): Streams {
  function describeStream(stream: string): StreamDescription {
    buffer.writeHeads();
    const row = sql.get<StreamDescription>("SELECT length, appended FROM streams WHERE stream = ?", stream);
    return { length: row?.length ?? 0, appended: row?.appended ?? 0 };
  }

  return {
    appendToStream(stream, fields, nowMs) {
      const position = buffer.advance(stream, nowMs);
      const text = JSON.stringify(fields);
      sql.run("INSERT INTO stream_entries VALUES (?, ?, ?, ?)", stream, position.ms, position.seq, text);
      return formatStreamId(position);
    },

    readStream(stream, afterId, limit) {
      return entriesAfter(sql, stream, parseStreamId(afterId), limit).map(exposeEntry);
    },

    trimStream(stream, maxLength) {
      const length = buffer.lengthOf(stream) ?? describeStream(stream).length;
      const surplus = surplusEntries(length, maxLength);
      if (surplus === 0) return 0;
      buffer.writeHeads();
      const bound = firstUnacknowledged(sql, stream);
      const removed = sql.run(
        `DELETE FROM stream_entries WHERE stream = ? AND (ms, seq) IN (
           SELECT ms, seq FROM stream_entries WHERE stream = ? AND (ms, seq) < (?, ?) ORDER BY ms, seq LIMIT ?)`,
        stream,
        stream,
        bound.ms,
        bound.seq,
        surplus,
      );
      if (removed === 0) return 0;
      sql.run("UPDATE streams SET length = length - ? WHERE stream = ?", removed, stream);
      buffer.noteRemoved(stream, removed);
      return removed;
    },

    deleteEntry(stream, id) {
      const { ms, seq } = parseStreamId(id);
      const statement = "DELETE FROM stream_entries WHERE stream = ? AND ms = ? AND seq = ?";
      buffer.writeHeads();
      if (sql.run(statement, stream, ms, seq) === 0) return false;
      sql.run("UPDATE streams SET length = length - 1 WHERE stream = ?", stream);
      buffer.noteRemoved(stream, 1);
      sql.run(
        "UPDATE stream_groups SET delivered = delivered + 1 WHERE stream = ? AND (ms, seq) < (?, ?)",
        stream,
        ms,
        seq,
      );
      return true;
    },

    describeStream,
  };
}

/** Every entry before this position was delivered to every group and acknowledged. */
function firstUnacknowledged(sql: SqliteStatements, stream: string): StreamPosition {
  const row = sql.get<StreamPosition>(
    `SELECT ms, seq FROM (
       SELECT ms, seq + 1 AS seq FROM stream_groups WHERE stream = ?
       UNION ALL SELECT ms, seq FROM stream_pending WHERE stream = ?)
     ORDER BY ms, seq LIMIT 1`,
    stream,
    stream,
  );
  return row ?? { ms: Number.MAX_SAFE_INTEGER, seq: 0 };
}
