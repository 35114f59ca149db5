import type { RedisClient } from "../../harness/redis/client.js";
import { kindOf } from "./key-kinds.js";

/** Keys of a kind that are measured; the others count as the average of these. */
const SAMPLED = 2000;

/** Bytes of `used_memory`. */
export async function usedMemory(client: RedisClient): Promise<number> {
  return Number(/used_memory:(\d+)/.exec(await client.info("memory"))?.[1]);
}

/** Bytes by kind of key, from `MEMORY USAGE`, which takes in what Redis keeps around a value. */
export async function redisKinds(client: RedisClient): Promise<Record<string, number>> {
  const keys = new Map<string, string[]>();
  for await (const page of client.scanIterator({ COUNT: 1000 })) {
    for (const key of page) {
      const kind = kindOf(withoutPrefix(key));
      const ofKind = keys.get(kind) ?? [];
      keys.set(kind, ofKind);
      ofKind.push(key);
    }
  }
  const kinds: Record<string, number> = {};
  for (const [kind, ofKind] of keys) {
    const step = Math.max(1, ofKind.length / SAMPLED);
    const sampled = ofKind.filter((_, index) => Math.floor(index / step) > Math.floor((index - 1) / step));
    const sizes = await Promise.all(sampled.map((key) => memoryUsage(client, key)));
    const sum = sizes.reduce((total, size) => total + size, 0);
    kinds[kind] = Math.round((sum * ofKind.length) / sampled.length);
  }
  return kinds;
}

/** Bytes of one entry of a stream of a kind, on average. */
export async function entryBytes(client: RedisClient, kind: string): Promise<number> {
  for await (const page of client.scanIterator({ TYPE: "stream", COUNT: 1000 })) {
    for (const key of page) {
      if (kindOf(withoutPrefix(key)) !== kind) continue;
      return (await memoryUsage(client, key)) / Number(await client.sendCommand(["XLEN", key]));
    }
  }
  return Number.NaN;
}

/** Of the whole value, not of a sample of it. */
async function memoryUsage(client: RedisClient, key: string): Promise<number> {
  return Number(await client.sendCommand(["MEMORY", "USAGE", key, "SAMPLES", "0"]));
}

/** The key without what says its shard. */
function withoutPrefix(key: string): string {
  return key.replace(/^\{[^}]*\}:/, "");
}
