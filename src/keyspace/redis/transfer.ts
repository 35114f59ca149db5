import { compareUtf8 } from "../../common/utf8-order.js";
import type { Fields } from "../port/keyspace.js";
import type {
  GroupState,
  PendingEntry,
  StoredItem,
  StreamState,
  StreamStep,
  StructureOf,
  Transfer,
} from "../port/transfer.js";
import { deliveriesKeyOf, deliveryId, isDeliveriesKey } from "./deliveries-key.js";
import { decodeMessagePack } from "./scripts/message-pack.js";

/** What moving needs of the engine. */
export interface RedisAccess {
  /** Begins every key of a shard. */
  keyPrefix(shard: number): string;
  /** @returns the reply with texts as bytes */
  send(key: string, command: string[]): Promise<unknown>;
}

const PAGE = "500";
const BYTES_PER_PAGE = 4096;

/** Moves the keys of a Redis store. On a cluster a shard lies on one node, which is asked for its keys. */
export class RedisTransfer implements Transfer {
  readonly #redis: RedisAccess;

  constructor(access: RedisAccess) {
    this.#redis = access;
  }

  /** Redis has one type for sets and sorted indexes, and one for bit arrays and counters. */
  async *readItems(shard: number, structureOf: StructureOf): AsyncGenerator<readonly StoredItem[]> {
    const prefix = this.#redis.keyPrefix(shard);
    const counters = new Set<string>(); // Redis may name a key twice, and a counter must not be added twice
    for await (const stored of this.#scanKeys(prefix)) {
      const key = stored.slice(prefix.length);
      const type = String(await this.#redis.send(stored, ["TYPE", stored]));
      if (type === "hash" && !isDeliveriesKey(key)) {
        structureOf(key, ["records"]);
        yield* this.#readHash(stored, key);
      } else if (type === "zset") {
        yield* this.#readSorted(stored, key, structureOf(key, ["index", "set"]) === "set");
      } else if (type === "string" && structureOf(key, ["bits", "counter"]) === "bits") {
        yield* this.#readBits(stored, key);
      } else if (type === "string" && !counters.has(key)) {
        counters.add(key);
        const value = Number(String(await this.#redis.send(stored, ["GET", stored])));
        if (value !== 0) yield [{ kind: "counter", key, value }];
      }
    }
  }

  async listStreams(shard: number): Promise<readonly string[]> {
    const prefix = this.#redis.keyPrefix(shard);
    const streams = new Set<string>();
    for await (const stored of this.#scanKeys(prefix, "TYPE", "stream")) streams.add(stored.slice(prefix.length));
    return [...streams];
  }

  async describeStream(shard: number, stream: string): Promise<StreamState> {
    const key = this.#redis.keyPrefix(shard) + stream;
    const info = namedValues(await this.#redis.send(key, ["XINFO", "STREAM", key]));
    const appended = Number(info.get("entries-added"));
    const groups: GroupState[] = [];
    for (const reply of (await this.#redis.send(key, ["XINFO", "GROUPS", key])) as readonly unknown[]) {
      const group = namedValues(reply);
      const deliveredId = String(group.get("last-delivered-id"));
      // Redis may have lost count, as after the removal of an entry that was not delivered yet.
      const lag = group.get("lag") ?? (await this.#countAfter(key, deliveredId));
      groups.push({ name: String(group.get("name")), deliveredId, delivered: appended - Number(lag) });
    }
    groups.sort((left, right) => compareUtf8(left.name, right.name));
    return { lastId: String(info.get("last-generated-id")), appended, length: Number(info.get("length")), groups };
  }

  async readPending(
    shard: number,
    stream: string,
    group: string,
    afterId: string,
    limit: number,
  ): Promise<readonly PendingEntry[]> {
    const prefix = this.#redis.keyPrefix(shard);
    const key = prefix + stream;
    const from = afterId === "" ? "-" : `(${afterId}`;
    const reply = await this.#redis.send(key, ["XPENDING", key, group, from, "+", `${limit}`]);
    const pending = (reply as readonly (readonly unknown[])[]).map(([id, consumer]) => [String(id), String(consumer)]);
    if (pending.length === 0) return [];
    const deliveries = deliveriesKeyOf(prefix, stream);
    const fields = pending.map(([id = ""]) => deliveryId(group, id));
    const packed = (await this.#redis.send(deliveries, ["HMGET", deliveries, ...fields])) as readonly (Buffer | null)[];
    return pending.map(([id = "", consumer = ""], index) => {
      const delivery = packed[index];
      const known = delivery ? (decodeMessagePack(delivery, []) as { atMs: number; failures: number }) : undefined;
      return { id, consumer, deliveredAtMs: known?.atMs ?? 0, failures: known?.failures ?? 0 };
    });
  }

  async restoreStream(shard: number, stream: string, { groups = [], entries = [], end }: StreamStep): Promise<void> {
    const prefix = this.#redis.keyPrefix(shard);
    const key = prefix + stream;
    const step = JSON.stringify({ groups, entries: entries.map(({ id, pending }) => ({ id, pending })), end });
    const texts = entries.map(({ fields }) => (fields === undefined ? "" : JSON.stringify(fields)));
    const keys = ["2", key, deliveriesKeyOf(prefix, stream)];
    await this.#redis.send(key, ["EVAL", RESTORE_STREAM, ...keys, step, ...texts]);
  }

  async #countAfter(key: string, id: string): Promise<number> {
    let count = 0;
    let from = `(${id}`;
    for (;;) {
      const page = (await this.#redis.send(key, ["XRANGE", key, from, "+", "COUNT", PAGE])) as readonly unknown[][];
      count += page.length;
      if (page.length < Number(PAGE)) return count;
      from = `(${String(page.at(-1)?.[0])}`;
    }
  }

  async *#scanKeys(prefix: string, ...filter: readonly string[]): AsyncGenerator<string> {
    let cursor = "0";
    do {
      const command = ["SCAN", cursor, "MATCH", `${prefix}*`, "COUNT", PAGE, ...filter];
      const [next, keys] = (await this.#redis.send(prefix, command)) as readonly [unknown, readonly unknown[]];
      cursor = String(next);
      for (const key of keys) yield String(key);
    } while (cursor !== "0");
  }

  async *#readHash(stored: string, key: string): AsyncGenerator<readonly StoredItem[]> {
    for await (const page of this.#scanPairs("HSCAN", stored)) {
      yield page.map(([id, packed]) => {
        return { kind: "record", key, id: String(id), fields: decodeMessagePack(packed as Buffer, [""]) as Fields };
      });
    }
  }

  async *#readSorted(stored: string, key: string, isSet: boolean): AsyncGenerator<readonly StoredItem[]> {
    for await (const page of this.#scanPairs("ZSCAN", stored)) {
      yield page.map(([member, score]) => {
        if (isSet) return { kind: "member", key, member: String(member) };
        return { kind: "score", key, member: String(member), score: Number(String(score)) };
      });
    }
  }

  async *#readBits(stored: string, key: string): AsyncGenerator<readonly StoredItem[]> {
    for (let first = 0; ; first += BYTES_PER_PAGE) {
      const range = ["GETRANGE", stored, `${first}`, `${first + BYTES_PER_PAGE - 1}`];
      const bytes = (await this.#redis.send(stored, range)) as Buffer;
      if (bytes.length === 0) return;
      const positions: number[] = [];
      for (let bit = 0; bit < bytes.length * 8; bit += 1) {
        if (((bytes[bit >> 3] ?? 0) & (0x80 >> (bit & 7))) !== 0) positions.push(first * 8 + bit);
      }
      if (positions.length > 0) yield [{ kind: "bits", key, positions }];
    }
  }

  async *#scanPairs(
    command: "HSCAN" | "ZSCAN",
    stored: string,
  ): AsyncGenerator<readonly (readonly [unknown, unknown])[]> {
    let cursor = "0";
    do {
      const reply = await this.#redis.send(stored, [command, stored, cursor, "COUNT", PAGE]);
      const [next, flat] = reply as readonly [unknown, readonly unknown[]];
      cursor = String(next);
      const pairs: (readonly [unknown, unknown])[] = [];
      for (let index = 0; index < flat.length; index += 2) pairs.push([flat[index], flat[index + 1]]);
      if (pairs.length > 0) yield pairs;
    } while (cursor !== "0");
  }
}

/** What Redis gives as a list of names and values, or as a map when it speaks the newer protocol. */
function namedValues(reply: unknown): ReadonlyMap<string, unknown> {
  if (reply instanceof Map) return new Map([...reply].map(([name, value]) => [String(name), value]));
  if (!Array.isArray(reply)) return new Map(Object.entries(reply as object));
  const values = new Map<string, unknown>();
  for (let index = 0; index < reply.length; index += 2) values.set(String(reply[index]), reply[index + 1]);
  return values;
}

/**
 * One step of putting a stream back. Entries are JSON, which the keyspace reads as well as what it writes itself. An entry that
 * is gone is there for a moment: only then can a group be given it.
 */
const RESTORE_STREAM = `
local stream, deliveries, step = KEYS[1], KEYS[2], cjson.decode(ARGV[1])
for _, group in ipairs(step.groups) do
  local delivered = string.format('%.0f', group.delivered)
  redis.call('XGROUP', 'CREATE', stream, group.name, group.deliveredId, 'MKSTREAM', 'ENTRIESREAD', delivered)
end
for index, entry in ipairs(step.entries) do
  local fields = ARGV[index + 1]
  redis.call('XADD', stream, entry.id, 'fields', fields)
  for _, delivery in ipairs(entry.pending) do
    redis.call('XCLAIM', stream, delivery.group, delivery.consumer, 0, entry.id, 'FORCE', 'JUSTID')
    local packed = cmsgpack.pack({ atMs = delivery.deliveredAtMs, failures = delivery.failures })
    redis.call('HSET', deliveries, delivery.group .. '\\t' .. entry.id, packed)
  end
  if fields == '' then redis.call('XDEL', stream, entry.id) end
end
local last = step['end']
if last and (last.lastId ~= '0-0' or last.appended > 0) then
  local lastId = last.lastId == '0-0' and '0-1' or last.lastId
  if redis.call('EXISTS', stream) == 0 then
    redis.call('XADD', stream, lastId, 'fields', '')
    redis.call('XDEL', stream, lastId)
  end
  redis.call('XSETID', stream, lastId, 'ENTRIESADDED', string.format('%.0f', last.appended))
end
return 1`;
