import { kindOf } from "./key-kinds.mjs";

/** Keys of a kind that are measured; the others count as the average of these. */
const SAMPLED = 2000;

/** Bytes of `used_memory`. */
export async function usedMemory(client) {
  return Number(/used_memory:(\d+)/.exec(String(await client.sendCommand(["INFO", "memory"])))[1]);
}

/** Bytes by kind of key, from `MEMORY USAGE`, which takes in what Redis keeps around a value. */
export async function redisKinds(client) {
  const keys = new Map();
  for await (const page of client.scanIterator({ COUNT: 1000 })) {
    for (const key of page.map(String)) {
      const kind = kindOf(key.replace(/^\{[^}]*\}:/, ""));
      if (!keys.has(kind)) keys.set(kind, []);
      keys.get(kind).push(key);
    }
  }
  const kinds = {};
  for (const [kind, ofKind] of keys) {
    const step = Math.max(1, ofKind.length / SAMPLED);
    const sampled = [];
    for (let index = 0; index < ofKind.length; index += step) sampled.push(ofKind[Math.floor(index)]);
    const sizes = await Promise.all(sampled.map((key) => client.sendCommand(["MEMORY", "USAGE", key, "SAMPLES", "0"])));
    const sum = sizes.reduce((total, size) => total + Number(size), 0);
    kinds[kind] = Math.round((sum * ofKind.length) / sampled.length);
  }
  return kinds;
}

/** Bytes of one entry of a stream, on average. */
export async function entryBytes(client, ends) {
  for await (const page of client.scanIterator({ TYPE: "stream", COUNT: 1000 })) {
    for (const key of page.map(String)) {
      if (!ends(key)) continue;
      const size = Number(await client.sendCommand(["MEMORY", "USAGE", key, "SAMPLES", "0"]));
      return size / Number(await client.sendCommand(["XLEN", key]));
    }
  }
  return Number.NaN;
}
