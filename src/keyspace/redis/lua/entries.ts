import type { Fields, StreamEntry } from "../../port/keyspace.js";
import { at } from "./keys.js";
import { cjson, cmsgpack, error, redis, string, tonumber } from "./redis-globals.js";

// Entries of streams as Redis gives them.

export type Entry = readonly [id: string, fields: readonly [name: string, packed: string]];

export const ENTRY_FIELD = "fields";

const OPENING_BRACE = 123;

/** A payload of the input is a text already: JSON, which nobody here reads. */
export function packEntry(fields: Fields | string): string {
  return typeof fields === "string" ? fields : cmsgpack.pack(fields);
}

export function unpackEntry(entry: Entry): Fields {
  const packed = entry[1][1];
  return string.byte(packed, 1) === OPENING_BRACE ? cjson.decode<Fields>(packed) : cmsgpack.unpack<Fields>(packed);
}

export function exposeEntries(entries: readonly Entry[]): readonly StreamEntry[] {
  const exposed: StreamEntry[] = [];
  for (const entry of entries) exposed.push({ id: entry[0], fields: unpackEntry(entry) });
  return exposed;
}

export function entriesFrom(stream: string, from: string, limit: number): readonly Entry[] {
  return redis.call<readonly Entry[]>("XRANGE", at(stream), from, "+", "COUNT", limit);
}

export function isEarlier(left: string, right: string): boolean {
  const [leftMs, rightMs] = [millisecondsOf(left), millisecondsOf(right)];
  return leftMs < rightMs || (leftMs === rightMs && sequenceOf(left) < sequenceOf(right));
}

function millisecondsOf(id: string): number {
  return tonumber(string.match(id, "^%d+"));
}

function sequenceOf(id: string): number {
  return tonumber(string.match(id, "%d+$"));
}

/** What Redis tells of a stream; nothing when there is none. */
export function infoAbout(what: "STREAM" | "GROUPS", stream: string): readonly unknown[] {
  const reply = redis.pcall<readonly unknown[]>("XINFO", what, at(stream));
  if (!("err" in reply)) return reply;
  return reply.err === "ERR no such key" ? [] : error(reply, 0);
}

/** The value after a name in a flat list of names and values. */
export function infoOf<Value>(flat: readonly unknown[], name: string): Value {
  for (let index = 0; index < flat.length; index += 2) {
    if (flat[index] === name) return flat[index + 1] as Value;
  }
  return error(`Redis gave no ${name}: this store needs Redis 7 or Valkey`, 0);
}
