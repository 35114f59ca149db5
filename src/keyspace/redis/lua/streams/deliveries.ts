import type { Backlog, ClaimedEntry, HeldEntry, StreamEntry } from "../../../port/keyspace.js";
import { at } from "../keys.js";
import { error, redis, string } from "../redis-globals.js";
import { forgetDelivery, getDelivery, markDelivered, notePosition, putDelivery } from "./delivery-notes.js";
import { type Entry, entriesFrom, exposeEntries, infoAbout, infoOf, millisecondsOf, unpackEntry } from "./entries.js";
import { findGroup, setPosition } from "./groups.js";

export function deliverNew(
  stream: string,
  group: string,
  consumer: string,
  limit: number,
  nowMs: number,
): readonly StreamEntry[] {
  if (limit <= 0 || findGroup(stream, group) === undefined) return [];
  const key = at(stream);
  const read = redis.call<readonly [readonly [string, readonly Entry[]]] | false>(
    "XREADGROUP",
    "GROUP",
    group,
    consumer,
    "COUNT",
    limit,
    "STREAMS",
    key,
    ">",
  );
  if (read === false) return [];
  const entries = exposeEntries(read[0][1]);
  const ids: string[] = [];
  for (const { id } of entries) ids.push(id);
  markDelivered(stream, group, ids, Math.floor(nowMs));
  keepPosition(stream, group);
  return entries;
}

/**
 * Notes how far the group is. Redis passes deliveries on to its append-only file and replicas without the count behind `lag`:
 * this takes it along.
 */
function keepPosition(stream: string, group: string): void {
  const found = findGroup(stream, group);
  if (found === undefined) return;
  notePosition(stream, group, found.lastDeliveredId);
  if (found.entriesRead === false) return;
  setPosition(stream, group, found.lastDeliveredId, found.entriesRead);
}

const PENDING_PAGE = 100;

/**
 * The time of delivery is kept beside the pending list, by the clocks of the consumers. Redis measures idle time by its
 * own clock: that frees what a consumer held whose clock was ahead.
 */
export function takeOver(
  stream: string,
  group: string,
  consumer: string,
  minIdleMs: number,
  limit: number,
  nowMs: number,
): readonly ClaimedEntry[] {
  const claimed: ClaimedEntry[] = [];
  const atMs = Math.floor(nowMs);
  let page = limit > 0 ? pendingEntries(stream, group, "-", "+", PENDING_PAGE) : [];
  while (page.length > 0) {
    for (const [id, , idleMs] of page) {
      const delivery = getDelivery(stream, group, id);
      if (minIdleMs > 0 && atMs - delivery.atMs < minIdleMs && idleMs < minIdleMs) continue;
      claimed.push(claimEntry(stream, group, consumer, id));
      putDelivery(stream, group, id, { atMs, failures: delivery.failures });
      if (claimed.length >= limit) return claimed;
    }
    page = pendingEntries(stream, group, `(${page[page.length - 1]?.[0] ?? ""}`, "+", PENDING_PAGE);
  }
  return claimed;
}

function claimEntry(stream: string, group: string, consumer: string, id: string): ClaimedEntry {
  const [entry] = redis.call<readonly Entry[]>("XRANGE", at(stream), id, id);
  // XCLAIM would drop an entry that is gone from the pending list, and nobody could acknowledge it.
  if (entry === undefined) return { id, fields: undefined };
  redis.call("XCLAIM", at(stream), group, consumer, 0, id, "JUSTID");
  return { id, fields: unpackEntry(entry) };
}

export function acknowledge(stream: string, group: string, id: string): boolean {
  if (redis.call<number>("XACK", at(stream), group, id) === 0) return false;
  forgetDelivery(stream, group, id);
  return true;
}

export function isPending(stream: string, group: string, id: string): boolean {
  return pendingEntries(stream, group, id, id, 1).length > 0;
}

export function oldestPending(stream: string, group: string): string | undefined {
  return pendingEntries(stream, group, "-", "+", 1)[0]?.[0];
}

export function addFailure(stream: string, group: string, id: string): number {
  if (!isPending(stream, group, id)) return 0;
  const { atMs, failures } = getDelivery(stream, group, id);
  putDelivery(stream, group, id, { atMs, failures: failures + 1 });
  return failures + 1;
}

export function describeBacklog(stream: string, group: string, limit: number): Backlog {
  const found = findGroup(stream, group);
  if (found === undefined) return { held: [] };
  const pending = pendingEntries(stream, group, "-", "+", Math.max(limit, 1));
  const held: HeldEntry[] = [];
  for (const [id, consumer] of pending) {
    if (held.length < limit) held.push({ consumer, sinceMs: getDelivery(stream, group, id).atMs });
  }
  const waiting = pending[0]?.[0] ?? entriesFrom(stream, `(${found.lastDeliveredId}`, 1)[0]?.[0];
  const info = infoAbout("STREAM", stream);
  const hasEntries = infoOf<number>(info, "entries-added") > 0;
  return {
    newestAtMs: hasEntries ? millisecondsOf(infoOf<string>(info, "last-generated-id")) : undefined,
    waitingSinceMs: waiting === undefined ? undefined : millisecondsOf(waiting),
    held,
  };
}

type PendingEntry = readonly [id: string, consumer: string, idleMs: number];

/** Entries delivered and not acknowledged, in stream order; none of a group that does not exist. */
function pendingEntries(
  stream: string,
  group: string,
  from: string,
  to: string,
  limit: number,
): readonly PendingEntry[] {
  const reply = redis.pcall<readonly PendingEntry[]>("XPENDING", at(stream), group, from, to, limit);
  if (!("err" in reply)) return reply;
  if (string.sub(reply.err, 1, 7) === "NOGROUP") return [];
  return error(reply, 0);
}
