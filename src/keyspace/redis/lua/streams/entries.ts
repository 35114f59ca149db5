import type { Fields, StreamEntry } from "../../../port/keyspace.js";
import { at } from "../keys.js";
import { cjson, cmsgpack, error, pcall, redis, string, tonumber, type } from "../redis-globals.js";

// Entries of streams as Redis gives them.

export type Entry = readonly [id: string, pairs: readonly [name: string, packed: string, ...more: string[]]];

export const ENTRY_FIELD = "fields";

const OPENING_BRACE = 123;

/** A payload of the input is a text already: JSON, which nobody here reads. */
export function packEntry(fields: Fields | string): string {
  return typeof fields === "string" ? fields : cmsgpack.pack(fields);
}

/**
 * Anyone may append to a stream, and whoever reads it must come past that: what was not written by this library reads as the
 * names and texts it is made of.
 */
export function unpackEntry([, pairs]: Entry): Fields {
  if (pairs[0] === ENTRY_FIELD) {
    const packed = pairs[1];
    const unpack = string.byte(packed, 1) === OPENING_BRACE ? cjson.decode<Fields> : cmsgpack.unpack<Fields>;
    const [isDone, fields] = pcall(unpack, packed);
    if (isDone && type(fields) === "table") return fields;
  }
  return fieldsOf(pairs);
}

/** @rare */
function fieldsOf(pairs: readonly string[]): Fields {
  const fields: Fields = {};
  for (let index = 0; index < pairs.length; index += 2) fields[pairs[index] ?? ""] = pairs[index + 1] ?? "";
  return fields;
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

export function millisecondsOf(id: string): number {
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
