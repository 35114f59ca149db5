import { getOrCreate } from "../../../common/maps/get-or-create.js";
import { compareUtf8 } from "../../../common/utf8-order.js";
import type { ClaimedEntry, ConsumerGroups } from "../../port/keyspace.js";
import { compareStreamPositions, formatStreamId, parseStreamId, STREAM_START } from "../../port/stream-id.js";
import type { UndoLog } from "../undo-log.js";
import {
  createStream,
  createStreamGroup,
  entriesAfter,
  entryAt,
  exposeEntry,
  type Group,
  type MemoryStreams,
  moveGroup,
  type Pending,
  type Stream,
} from "./stream.js";

/** Each group with its position in its stream, and with its pending entries in order. */
export function memoryConsumerGroups(stored: MemoryStreams, undo: UndoLog): ConsumerGroups {
  function find(name: string, groupName: string): { readonly stream: Stream; readonly group: Group } | undefined {
    const stream = stored.get(name);
    const group = stream?.groups.get(groupName);
    return stream === undefined || group === undefined ? undefined : { stream, group };
  }

  function setPending(group: Group, pending: Pending): void {
    const previous = group.pending.get(pending.position);
    group.pending.set(pending.position, pending);
    undo.note(() => {
      if (previous === undefined) group.pending.delete(pending.position);
      else group.pending.set(pending.position, previous);
    });
  }

  return {
    createGroup(name, group) {
      const stream = getOrCreate(stored, name, createStream);
      if (stream.groups.has(group)) return false;
      const removed = stream.appended - stream.entries.length;
      stream.groups.set(group, createStreamGroup(STREAM_START, removed));
      undo.note(() => stream.groups.delete(group));
      return true;
    },

    deliverNew(name, groupName, consumer, limit, nowMs) {
      const found = find(name, groupName);
      if (found === undefined) return [];
      const { stream, group } = found;
      const entries = entriesAfter(stream, group.delivered, limit);
      const deliveredAtMs = Math.floor(nowMs);
      for (const { position } of entries) setPending(group, { position, consumer, deliveredAtMs, failures: 0 });
      const last = entries.at(-1);
      if (last !== undefined) moveGroup(group, last.position, entries.length, undo);
      return entries.map(exposeEntry);
    },

    takeOver(name, groupName, consumer, minIdleMs, limit, nowMs) {
      const found = find(name, groupName);
      if (found === undefined) return [];
      const { stream, group } = found;
      const deliveredAtMs = Math.floor(nowMs);
      const claimed: ClaimedEntry[] = [];
      for (const pending of group.pending.valuesArray()) {
        if (claimed.length >= limit) break;
        if (minIdleMs > 0 && deliveredAtMs - pending.deliveredAtMs < minIdleMs) continue;
        setPending(group, { ...pending, consumer, deliveredAtMs });
        const fields = entryAt(stream, pending.position)?.fields;
        claimed.push({
          id: formatStreamId(pending.position),
          fields: fields === undefined ? undefined : { ...fields },
        });
      }
      return claimed;
    },

    acknowledge(name, groupName, id) {
      const group = find(name, groupName)?.group;
      const position = parseStreamId(id);
      const pending = group?.pending.get(position);
      if (group === undefined || pending === undefined) return false;
      group.pending.delete(position);
      undo.note(() => group.pending.set(position, pending));
      return true;
    },

    isPending: (name, groupName, id) => find(name, groupName)?.group.pending.has(parseStreamId(id)) ?? false,

    oldestPending(name, groupName) {
      const oldest = find(name, groupName)?.group.pending.minKey();
      return oldest === undefined ? undefined : formatStreamId(oldest);
    },

    addFailure(name, groupName, id) {
      const group = find(name, groupName)?.group;
      const pending = group?.pending.get(parseStreamId(id));
      if (group === undefined || pending === undefined) return 0;
      const failures = pending.failures + 1;
      setPending(group, { ...pending, failures });
      return failures;
    },

    isCaughtUp(name, groupName) {
      const found = find(name, groupName);
      if (found === undefined) return false;
      const { stream, group } = found;
      const last = stream.entries.at(-1)?.position ?? STREAM_START;
      return group.pending.size === 0 && compareStreamPositions(group.delivered, last) >= 0;
    },

    passNewest(name, groupName, count) {
      const found = find(name, groupName);
      if (found !== undefined) moveGroup(found.group, found.stream.last, count, undo);
    },

    forgetConsumer() {}, // only what it holds is remembered

    describeGroups(name) {
      const { groups = [], appended = 0 } = stored.get(name) ?? {};
      return [...groups]
        .map(([group, { pending, deliveredCount }]) => {
          return { name: group, pending: pending.size, lag: appended - deliveredCount };
        })
        .sort((left, right) => compareUtf8(left.name, right.name));
    },

    describeBacklog(name, groupName, limit) {
      const found = find(name, groupName);
      if (found === undefined) return { held: [] };
      const { stream, group } = found;
      const waiting = group.pending.minKey() ?? entriesAfter(stream, group.delivered, 1)[0]?.position;
      return {
        newestAtMs: stream.appended > 0 ? stream.last.ms : undefined,
        waitingSinceMs: waiting?.ms,
        held: group.pending
          .valuesArray()
          .slice(0, Math.max(limit, 0))
          .map(({ consumer, deliveredAtMs }) => ({ consumer, sinceMs: deliveredAtMs })),
      };
    },
  };
}
