import type { StreamEntry } from "../../port/keyspace.js";
import { formatStreamId, type StreamPosition } from "../../port/stream-id.js";
import type { SqliteStatements } from "../statements.js";
import { parseFields } from "./stored-fields.js";

export interface EntryRow extends StreamPosition {
  readonly fields: string;
}

/** Entries after a position, oldest first. */
export function entriesAfter(
  sql: SqliteStatements,
  stream: string,
  position: StreamPosition,
  limit: number,
): readonly EntryRow[] {
  return sql.all<EntryRow>(
    "SELECT ms, seq, fields FROM stream_entries WHERE stream = ? AND (ms, seq) > (?, ?) ORDER BY ms, seq LIMIT ?",
    stream,
    position.ms,
    position.seq,
    limit,
  );
}

export function exposeEntry(row: EntryRow): StreamEntry {
  return { id: formatStreamId(row), fields: parseFields(row.fields) };
}
