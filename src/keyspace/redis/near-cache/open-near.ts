import { fine, type HealthCheck, trouble } from "../../port/health-check.js";
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

/** What the near cache holds, and whether the servers still tell of changes. */
export function checkNearCache({ cache, reads }: Near): HealthCheck {
  const { bytes, mostBytes } = cache;
  const { isCurrent } = reads;
  const figures = { bytes, limitBytes: mostBytes, isCurrent };
  const share = `${bytes} of at most ${mostBytes} bytes are kept in this process`;
  if (isCurrent) return fine("nearCache", `${share}.`, figures);
  const detail = `${share}, and none is given out: the server has not told of changes lately.`;
  return trouble(
    "nearCache",
    "warning",
    detail,
    "Nothing is wrong with what is read; look at the connection.",
    figures,
  );
}
