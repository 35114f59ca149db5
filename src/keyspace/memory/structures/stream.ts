import type { Fields, StreamEntry } from "../../port/keyspace.js";
import { compareStreamPositions, formatStreamId, STREAM_START, type StreamPosition } from "../../port/stream-id.js";
import type { UndoLog } from "../undo-log.js";
import { createOrderedMap, type OrderedMap } from "./ordered-map.js";

/** A stream with its consumer groups. */
export interface Stream {
  entries: Entry[];
  last: StreamPosition;
  appended: number;
  readonly groups: Map<string, Group>;
}

export interface Entry {
  readonly position: StreamPosition;
  readonly fields: Fields;
}

export interface Group {
  delivered: StreamPosition;
  deliveredCount: number;
  readonly pending: OrderedMap<StreamPosition, Pending>;
}

export interface Pending {
  readonly position: StreamPosition;
  readonly consumer: string;
  readonly deliveredAtMs: number;
  readonly failures: number;
}

export type MemoryStreams = Map<string, Stream>;

export function createStream(): Stream {
  return { entries: [], last: STREAM_START, appended: 0, groups: new Map() };
}

export function createStreamGroup(delivered: StreamPosition, deliveredCount: number): Group {
  return { delivered, deliveredCount, pending: createOrderedMap(compareStreamPositions) };
}

export function exposeEntry(entry: Entry): StreamEntry {
  return { id: formatStreamId(entry.position), fields: { ...entry.fields } };
}

/** Counts entries as delivered, up to a position. */
export function moveGroup(group: Group, delivered: StreamPosition, count: number, undo: UndoLog): void {
  const previous = group.delivered;
  group.delivered = delivered;
  group.deliveredCount += count;
  undo.note(() => {
    group.delivered = previous;
    group.deliveredCount -= count;
  });
}

/** Index of the first entry at or after a position. */
export function indexOf(stream: Stream, position: StreamPosition): number {
  let low = 0;
  let high = stream.entries.length;
  while (low < high) {
    const middle = (low + high) >> 1;
    const entry = stream.entries[middle];
    if (entry !== undefined && compareStreamPositions(entry.position, position) < 0) low = middle + 1;
    else high = middle;
  }
  return low;
}

export function indexAfter(stream: Stream, position: StreamPosition): number {
  const index = indexOf(stream, position);
  return isAt(stream.entries[index], position) ? index + 1 : index;
}

export function entriesAfter(stream: Stream, position: StreamPosition, limit: number): Entry[] {
  const first = indexAfter(stream, position);
  return stream.entries.slice(first, first + limit);
}

export function entryAt(stream: Stream, position: StreamPosition): Entry | undefined {
  const entry = stream.entries[indexOf(stream, position)];
  return isAt(entry, position) ? entry : undefined;
}

function isAt(entry: Entry | undefined, position: StreamPosition): boolean {
  return entry !== undefined && compareStreamPositions(entry.position, position) === 0;
}
