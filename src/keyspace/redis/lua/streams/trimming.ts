import { surplusEntries } from "../../../port/trim.js";
import { at } from "../keys.js";
import { redis } from "../redis-globals.js";
import { oldestPending } from "./deliveries.js";
import { type Entry, entriesFrom, isEarlier } from "./entries.js";
import { groupsOf, setPosition } from "./groups.js";

export function trimStream(stream: string, maxLength: number): number {
  const length = redis.call<number>("XLEN", at(stream));
  const surplus = surplusEntries(length, maxLength);
  return surplus === 0 ? 0 : removeSurplus(stream, maxLength, length, surplus);
}

/**
 * Reads as many entries as it removes, and only when a group is far behind.
 *
 * @rare
 */
function removeSurplus(stream: string, maxLength: number, length: number, surplus: number): number {
  const key = at(stream);
  const oldest = entriesFrom(stream, "-", 1)[0]?.[0] ?? "";
  const bound = firstUnacknowledged(stream, oldest);
  if (bound !== undefined) {
    if (!isEarlier(oldest, bound)) return 0;
    const few = Math.min(maxLength, 255);
    if (entriesFrom(stream, bound, few + 1).length > few) {
      const removable = redis.call<readonly Entry[]>("XRANGE", key, "-", `(${bound}`, "COUNT", surplus).length;
      if (removable < surplus) return redis.call<number>("XTRIM", key, "MINID", bound);
    }
  }
  return redis.call<number>("XTRIM", key, "MAXLEN", length - surplus);
}

/**
 * Every entry before this one was delivered to every group and acknowledged.
 *
 * @returns undefined when all were, `oldest` when it was not
 */
function firstUnacknowledged(stream: string, oldest: string): string | undefined {
  let bound: string | undefined;
  for (const group of groupsOf(stream)) {
    if (isEarlier(group.lastDeliveredId, oldest)) return oldest;
    let first: string | undefined;
    if (group.pending > 0) first = oldestPending(stream, group.name);
    else first = entriesFrom(stream, `(${group.lastDeliveredId}`, 1)[0]?.[0];
    if (first !== undefined && (bound === undefined || isEarlier(first, bound))) bound = first;
  }
  return bound;
}

export function deleteEntry(stream: string, id: string): boolean {
  if (redis.call<number>("XDEL", at(stream), id) === 0) return false;
  // Redis goes on counting it as yet to be delivered.
  for (const { name, lastDeliveredId, entriesRead } of groupsOf(stream)) {
    if (entriesRead !== false && isEarlier(lastDeliveredId, id)) {
      setPosition(stream, name, lastDeliveredId, entriesRead + 1);
    }
  }
  return true;
}
