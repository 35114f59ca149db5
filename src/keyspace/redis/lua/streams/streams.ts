import type { Fields, StreamDescription, StreamEntry } from "../../../port/keyspace.js";
import { at } from "../keys.js";
import { redis, string } from "../redis-globals.js";
import { ENTRY_FIELD, entriesFrom, exposeEntries, infoAbout, infoOf, packEntry } from "./entries.js";

let writtenMs = -1;
let writtenId = "";

/** The ids of a script's entries begin alike, and writing that takes about as long as anything else here. */
function idAt(nowMs: number): string {
  if (nowMs !== writtenMs) {
    writtenMs = nowMs;
    writtenId = string.format("%.0f-*", Math.floor(nowMs));
  }
  return writtenId;
}

export function appendToStream(stream: string, fields: Fields, nowMs: number): string {
  const key = at(stream);
  const packed = packEntry(fields);
  const id = redis.pcall<string>("XADD", key, idAt(nowMs), ENTRY_FIELD, packed);
  if (typeof id === "string") return id;
  return joinNewest(key, packed);
}

/**
 * The clock went back: the entry joins the newest. Whatever else was wrong is wrong with this command too.
 *
 * @rare
 */
function joinNewest(key: string, packed: string): string {
  const newest = infoOf<string>(redis.call("XINFO", "STREAM", key), "last-generated-id");
  return redis.call<string>("XADD", key, `${string.match(newest, "^%d+")}-*`, ENTRY_FIELD, packed);
}

export function readStream(stream: string, afterId: string, limit: number): readonly StreamEntry[] {
  if (limit <= 0) return [];
  return exposeEntries(entriesFrom(stream, afterId === "" ? "-" : `(${afterId}`, limit));
}

export function describeStream(stream: string): StreamDescription {
  const info = infoAbout("STREAM", stream);
  if (info.length === 0) return { length: 0, appended: 0 };
  return { length: infoOf<number>(info, "length"), appended: infoOf<number>(info, "entries-added") };
}
