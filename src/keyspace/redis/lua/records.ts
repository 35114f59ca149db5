import type { Fields, StoredRecord } from "../../port/keyspace.js";
import { isBefore } from "./byte-order.js";
import { at } from "./keys.js";
import { cmsgpack, error, redis, table, type } from "./redis-globals.js";

export function getRecord(key: string, id: string): Fields | undefined {
  const packed = redis.call<string | false>("HGET", at(key), id);
  return packed === false ? undefined : unpackRecord(packed);
}

export function listRecords(key: string): readonly StoredRecord[] {
  const flat = redis.call<readonly string[]>("HGETALL", at(key));
  const records: StoredRecord[] = [];
  for (let index = 0; index < flat.length; index += 2) {
    records.push({ id: flat[index] ?? "", fields: unpackRecord(flat[index + 1] ?? "") });
  }
  table.sort(records, (left, right) => isBefore(left.id, right.id));
  return records;
}

/** A few bytes of somebody else's are a number. */
function unpackRecord(packed: string): Fields {
  const fields = cmsgpack.unpack<Fields>(packed);
  return type(fields) === "table" ? fields : error("Bad data format in input.", 0);
}

export function putRecord(key: string, id: string, fields: Fields): void {
  redis.call("HSET", at(key), id, cmsgpack.pack(fields));
}

export function deleteRecord(key: string, id: string): boolean {
  return redis.call<number>("HDEL", at(key), id) === 1;
}
