import type { GroupDescription } from "../../../port/keyspace.js";
import { isBefore } from "../byte-order.js";
import { at } from "../keys.js";
import { redis, table } from "../redis-globals.js";
import { forgetDelivery, notedDeliveries, notedPosition, notePosition } from "./delivery-notes.js";
import { entriesFrom, infoAbout, infoOf, isEarlier } from "./entries.js";
import { describeStream } from "./streams.js";

/** How long a consumer that holds nothing may be silent before its name is forgotten. One that comes back is known again. */
const FORGOTTEN_AFTER_MS = 3_600_000;

/** @rare */
export function createGroup(stream: string, group: string): boolean {
  const key = at(stream);
  if (findGroup(stream, group) === undefined) {
    const { length, appended } = describeStream(stream);
    redis.call("XGROUP", "CREATE", key, group, "0", "MKSTREAM", "ENTRIESREAD", appended - length);
    resumeGroup(stream, group);
    return true;
  }
  for (const info of redis.call<readonly (readonly unknown[])[]>("XINFO", "CONSUMERS", key, group)) {
    if (infoOf<number>(info, "pending") > 0 || infoOf<number>(info, "idle") < FORGOTTEN_AFTER_MS) continue;
    redis.call("XGROUP", "DELCONSUMER", key, group, infoOf<string>(info, "name"));
  }
  return false;
}

/** Holds what a group had pending when it was destroyed. */
const HEIR = "restored";

/**
 * A group that was destroyed goes on where it was: what it handled does not come again, what it had pending is pending.
 *
 * @rare
 */
function resumeGroup(stream: string, group: string): void {
  const key = at(stream);
  const position = notedPosition(stream, group);
  const newest = infoOf<string>(infoAbout("STREAM", stream), "last-generated-id");
  const isOtherStream = position !== undefined && isEarlier(newest, position); // it was deleted, too, and made again
  if (position !== undefined) redis.call("XGROUP", "SETID", key, group, isOtherStream ? "0" : position);
  for (const id of notedDeliveries(stream, group)) {
    const claimed = isOtherStream
      ? 0
      : redis.call<readonly string[]>("XCLAIM", key, group, HEIR, 0, id, "FORCE", "JUSTID").length;
    if (claimed === 0) forgetDelivery(stream, group, id);
  }
}

export function forgetConsumer(stream: string, group: string, consumer: string): void {
  if (findGroup(stream, group) === undefined) return;
  for (const info of redis.call<readonly (readonly unknown[])[]>("XINFO", "CONSUMERS", at(stream), group)) {
    if (infoOf<string>(info, "name") !== consumer || infoOf<number>(info, "pending") > 0) continue;
    redis.call("XGROUP", "DELCONSUMER", at(stream), group, consumer);
  }
}

export function isCaughtUp(stream: string, group: string): boolean {
  const found = findGroup(stream, group);
  if (found === undefined || found.pending > 0) return false;
  return entriesFrom(stream, `(${found.lastDeliveredId}`, 1).length === 0;
}

export function passNewest(stream: string, group: string, _count: number): void {
  if (findGroup(stream, group) === undefined) return;
  redis.call("XGROUP", "SETID", at(stream), group, "$");
  const passed = findGroup(stream, group);
  if (passed !== undefined) notePosition(stream, group, passed.lastDeliveredId);
}

export function describeGroups(stream: string): readonly GroupDescription[] {
  const groups: GroupDescription[] = [];
  for (const { name, pending, lastDeliveredId, lag } of groupsOf(stream)) {
    groups.push({ name, pending, lag: lag === false ? countAfter(stream, lastDeliveredId) : lag });
  }
  table.sort(groups, (left, right) => isBefore(left.name, right.name));
  return groups;
}

interface Group {
  readonly name: string;
  readonly pending: number;
  readonly lastDeliveredId: string;
  /** Entries of the stream up to the last delivered one, ever; `false` when Redis has lost count. */
  readonly entriesRead: number | false;
  /** `false` when Redis has lost count, as after the removal of an entry that was not delivered yet. */
  readonly lag: number | false;
}

export function groupsOf(stream: string): readonly Group[] {
  const groups: Group[] = [];
  for (const info of infoAbout("GROUPS", stream) as readonly (readonly unknown[])[]) {
    groups.push({
      name: infoOf<string>(info, "name"),
      pending: infoOf<number>(info, "pending"),
      lastDeliveredId: infoOf<string>(info, "last-delivered-id"),
      entriesRead: infoOf<number | false>(info, "entries-read"),
      lag: infoOf<number | false>(info, "lag"),
    });
  }
  return groups;
}

export function findGroup(stream: string, name: string): Group | undefined {
  for (const group of groupsOf(stream)) if (group.name === name) return group;
  return undefined;
}

export function setPosition(stream: string, group: string, lastDeliveredId: string, entriesRead: number): void {
  redis.call("XGROUP", "SETID", at(stream), group, lastDeliveredId, "ENTRIESREAD", entriesRead);
}

function countAfter(stream: string, id: string): number {
  const pageLength = 1000;
  let count = 0;
  let page = entriesFrom(stream, `(${id}`, pageLength);
  while (page.length > 0) {
    count += page.length;
    page = entriesFrom(stream, `(${page[page.length - 1]?.[0] ?? ""}`, pageLength);
  }
  return count;
}
