import { deliveriesKeyOf, deliveryId } from "../../deliveries-key.js";
import { at, KEY_PREFIX } from "../keys.js";
import { cmsgpack, redis, string } from "../redis-globals.js";

// What is noted beside a stream about its groups: when an entry was delivered and how often it failed, and how far each
// group is. From these a group that was destroyed is made again as it was.

export interface Delivery {
  readonly atMs: number;
  readonly failures: number;
}

export function getDelivery(stream: string, group: string, id: string): Delivery {
  const packed = redis.call<string | false>("HGET", deliveriesKey(stream), deliveryId(group, id));
  return packed === false ? { atMs: 0, failures: 0 } : cmsgpack.unpack<Delivery>(packed);
}

export function putDelivery(stream: string, group: string, id: string, delivery: Delivery): void {
  redis.call("HSET", deliveriesKey(stream), deliveryId(group, id), cmsgpack.pack(delivery));
}

export function forgetDelivery(stream: string, group: string, id: string): void {
  redis.call("HDEL", deliveriesKey(stream), deliveryId(group, id));
}

/** So many entries are marked by one command: Lua passes a few thousand arguments at most. */
const MARKED_AT_ONCE = 1000;

export function markDelivered(stream: string, group: string, ids: readonly string[], atMs: number): void {
  const first = cmsgpack.pack({ atMs, failures: 0 });
  let marks: string[] = [];
  for (const id of ids) {
    marks.push(deliveryId(group, id));
    marks.push(first);
    if (marks.length < 2 * MARKED_AT_ONCE) continue;
    redis.call("HSET", deliveriesKey(stream), ...marks);
    marks = [];
  }
  if (marks.length > 0) redis.call("HSET", deliveriesKey(stream), ...marks);
}

/** No entry has an empty id. */
const POSITION = "";

export function notePosition(stream: string, group: string, lastDeliveredId: string): void {
  redis.call("HSET", deliveriesKey(stream), deliveryId(group, POSITION), lastDeliveredId);
}

/** @returns undefined for a group that was never given anything */
export function notedPosition(stream: string, group: string): string | undefined {
  const id = redis.call<string | false>("HGET", deliveriesKey(stream), deliveryId(group, POSITION));
  return id === false ? undefined : id;
}

/** Ids of the entries that a group has pending. Reads the notes of all groups. */
export function notedDeliveries(stream: string, group: string): readonly string[] {
  const ids: string[] = [];
  const prefix = deliveryId(group, "");
  for (const field of redis.call<readonly string[]>("HKEYS", deliveriesKey(stream))) {
    if (string.sub(field, 1, prefix.length) !== prefix) continue;
    const id = string.sub(field, prefix.length + 1, -1);
    if (string.match(id, "^%d+%-%d+$") === id) ids.push(id);
  }
  return ids;
}

/** The engine declares it for every stream of the input. */
function deliveriesKey(stream: string): string {
  const name = string.sub(at(stream), KEY_PREFIX.length + 1, -1);
  return deliveriesKeyOf(KEY_PREFIX, name);
}
