import { checkNumberOption } from "../../../common/checks.js";
import { ConfigurationError } from "../../../common/errors.js";

/** How to use a Redis or Valkey server, or a cluster. */
export interface RedisOptions {
  /** Begins every key, so that stores can share a server. Letters, digits and `.:_-`. Default "policycache". */
  readonly prefix?: string | undefined;
  /**
   * Parts the agents are spread over, fixed when the store is created; on a cluster, several for each master there may
   * ever be. Integer from 1 to 1024; a SQLite file has 1. Default: what the store has; for a new one 1, on a cluster 16.
   */
  readonly shards?: number | undefined;
  /** How long to wait for a connection. 1 to 3 600 000, default 5000. */
  readonly connectTimeoutMs?: number | undefined;
  /** How long a call waits for an answer before STORE_UNAVAILABLE. 1 to 3 600 000, default 5000. */
  readonly commandTimeoutMs?: number | undefined;
  /** Longest pause between attempts to reconnect, which begin at 50 ms and double. 50 to 3 600 000, default 2000. */
  readonly reconnectDelayMs?: number | undefined;
  /**
   * Answers reads of states and records from this process until the server says that they changed, or may have.
   * Default false.
   */
  readonly nearCache?: boolean | undefined;
  /**
   * Most that the near cache keeps, in bytes as the server sends them; of small records the process needs about twice as
   * much. What was used longest ago goes first. Integer from 1 to 2^53 - 1, default 67 108 864 (64 MiB).
   */
  readonly nearCacheBytes?: number | undefined;
  // As in SqliteOptions, where the docstring is: options of both are one type.
  readonly readOnly?: boolean | undefined;
  /** Certificates and the like for `rediss:` locations: options of `tls.connect` of Node. */
  readonly tls?: object | undefined;
}

export interface ResolvedRedisOptions {
  readonly prefix: string;
  readonly shards: number | undefined;
  readonly connectTimeoutMs: number;
  readonly commandTimeoutMs: number;
  readonly reconnectDelayMs: number;
  readonly nearCache: boolean;
  readonly nearCacheBytes: number;
  readonly readOnly: boolean;
  readonly tls: object | undefined;
}

const NEAR_CACHE_BYTES = 67_108_864;
const MAX_SHARDS = 1024;
const LONGEST_MS = 3_600_000;

/** @throws {@link ConfigurationError} for an option out of range */
export function resolveRedisOptions(options: RedisOptions): ResolvedRedisOptions {
  const { prefix = "policycache", shards, nearCache = false, readOnly = false, tls } = options;
  if (typeof prefix !== "string" || !/^[\w.:-]{1,64}$/.test(prefix)) {
    throw new ConfigurationError("prefix", prefix, "1 to 64 letters, digits and .:_-");
  }
  if (shards !== undefined) checkNumberOption("shards", shards, isShardCount, `an integer from 1 to ${MAX_SHARDS}`);
  if (typeof nearCache !== "boolean") throw new ConfigurationError("nearCache", nearCache, "true or false");
  const { nearCacheBytes = NEAR_CACHE_BYTES } = options;
  const isBytes = (bytes: number) => Number.isSafeInteger(bytes) && bytes >= 1;
  checkNumberOption("nearCacheBytes", nearCacheBytes, isBytes, "a whole number of bytes from 1 on");
  if (typeof readOnly !== "boolean") throw new ConfigurationError("readOnly", readOnly, "true or false");
  if (tls !== undefined && (typeof tls !== "object" || tls === null)) {
    throw new ConfigurationError("tls", tls, "an object with options of tls.connect");
  }
  return {
    prefix,
    shards,
    nearCache,
    nearCacheBytes,
    readOnly,
    tls,
    connectTimeoutMs: milliseconds("connectTimeoutMs", options.connectTimeoutMs ?? 5000, 1),
    commandTimeoutMs: milliseconds("commandTimeoutMs", options.commandTimeoutMs ?? 5000, 1),
    reconnectDelayMs: milliseconds("reconnectDelayMs", options.reconnectDelayMs ?? 2000, 50),
  };
}

export function isShardCount(value: number): boolean {
  return Number.isInteger(value) && value >= 1 && value <= MAX_SHARDS;
}

function milliseconds(option: string, value: number, least: number): number {
  const accepts = (given: number) => given >= least && given <= LONGEST_MS;
  checkNumberOption(option, value, accepts, `milliseconds from ${least} to ${LONGEST_MS}`);
  return value;
}
