import { ConfigurationError } from "../../common/errors.js";
import { fnv1a32 } from "../../maths/sketches/bloom.js";

export const MAX_SHARDS = 1024;

const utf8 = new TextEncoder();

/**
 * The shard of a scope: the 32-bit FNV-1a hash of its UTF-8 bytes, modulo the number of shards. Stored data depends on
 * it, so it never changes.
 */
export function shardOf(scope: string, shardCount: number): number {
  return shardCount === 1 ? 0 : fnv1a32(utf8.encode(scope)) % shardCount;
}

/** @throws {@link ConfigurationError} for a number of shards no store can have */
export function checkShardCount(shards: number): number {
  if (Number.isInteger(shards) && shards >= 1 && shards <= MAX_SHARDS) return shards;
  throw new ConfigurationError("shards", shards, `an integer from 1 to ${MAX_SHARDS}`);
}
