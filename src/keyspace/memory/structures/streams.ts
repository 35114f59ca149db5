import { getOrCreate } from "../../../common/maps/get-or-create.js";
import type { Streams } from "../../port/keyspace.js";
import { compareStreamPositions, formatStreamId, nextStreamPosition, parseStreamId } from "../../port/stream-id.js";
import { surplusEntries } from "../../port/trim.js";
import type { UndoLog } from "../undo-log.js";
import { frozenFields } from "./frozen-fields.js";
import {
  createStream,
  entriesAfter,
  entryAt,
  exposeEntry,
  indexAfter,
  indexOf,
  type MemoryStreams,
  moveGroup,
  type Stream,
} from "./stream.js";

/** @param onAppend - told the name of every stream that grows */
export function memoryStreams(stored: MemoryStreams, undo: UndoLog, onAppend: (name: string) => void): Streams {
  return {
    appendToStream(name, fields, nowMs) {
      const stream = getOrCreate(stored, name, createStream);
      const previous = stream.last;
      stream.last = nextStreamPosition(previous, nowMs);
      stream.entries.push({ position: stream.last, fields: frozenFields(fields) });
      stream.appended += 1;
      onAppend(name);
      undo.note(() => {
        stream.last = previous;
        stream.entries.pop();
        stream.appended -= 1;
      });
      return formatStreamId(stream.last);
    },

    readStream(name, afterId, limit) {
      const stream = stored.get(name);
      if (stream === undefined) return [];
      return entriesAfter(stream, parseStreamId(afterId), limit).map(exposeEntry);
    },

    trimStream(name, maxLength) {
      const stream = stored.get(name);
      if (stream === undefined) return 0;
      const surplus = surplusEntries(stream.entries.length, maxLength);
      const removable = surplus === 0 ? 0 : Math.min(surplus, acknowledgedEntries(stream));
      if (removable === 0) return 0;
      const removed = stream.entries.slice(0, removable);
      stream.entries = stream.entries.slice(removable);
      undo.note(() => {
        stream.entries = [...removed, ...stream.entries];
      });
      return removable;
    },

    deleteEntry(name, id) {
      const stream = stored.get(name);
      const entry = stream === undefined ? undefined : entryAt(stream, parseStreamId(id));
      if (stream === undefined || entry === undefined) return false;
      const entries = stream.entries;
      stream.entries = entries.filter((other) => other !== entry);
      undo.note(() => {
        stream.entries = entries;
      });
      for (const group of stream.groups.values()) {
        if (compareStreamPositions(group.delivered, entry.position) < 0) moveGroup(group, group.delivered, 1, undo);
      }
      return true;
    },

    describeStream(name) {
      const stream = stored.get(name);
      return { length: stream?.entries.length ?? 0, appended: stream?.appended ?? 0 };
    },
  };
}

/** How many of the oldest entries every group has acknowledged. */
function acknowledgedEntries(stream: Stream): number {
  let acknowledged = stream.entries.length;
  for (const { pending, delivered } of stream.groups.values()) {
    const oldestPending = pending.minKey();
    const ofGroup = oldestPending === undefined ? indexAfter(stream, delivered) : indexOf(stream, oldestPending);
    acknowledged = Math.min(acknowledged, ofGroup);
  }
  return acknowledged;
}
