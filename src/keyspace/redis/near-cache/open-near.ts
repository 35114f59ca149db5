import type { RedisConnection } from "../client/connection.js";
import { NearCache } from "./near-cache.js";
import { TrackedReads } from "./tracked-reads.js";

/** What was read, kept in this process, and the reads of whose changes the servers tell. */
export interface Near {
  readonly cache: NearCache;
  readonly reads: TrackedReads;
}

/** @param keyPrefixes - beginnings of all keys of the store, each with what decides on the slot */
export async function openNear(
  connection: RedisConnection,
  keyPrefixes: readonly string[],
  mostBytes: number,
): Promise<Near> {
  const cache = new NearCache(mostBytes);
  const reads = new TrackedReads(connection.keyOwners(), (key) => cache.forget(key));
  try {
    await reads.open(keyPrefixes);
    return { cache, reads };
  } catch (error) {
    reads.close();
    throw error;
  }
}
