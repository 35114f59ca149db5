import { checkArray } from "../common/checks.js";
import { ConfigurationError, InvalidArgumentError } from "../common/errors.js";
import { isArray } from "../common/given/plain-object.js";
import { namesOf, refuseUnknownNames } from "../common/unknown-names.js";
import { withoutPassword } from "../common/without-secrets.js";
import { pathOfLocation } from "./file-location.js";
import type { Engine } from "./port/engine.js";
import type { Upgrading } from "./port/upgrade.js";
import type { RedisLocation } from "./redis/client/connection.js";
import type { RedisOptions } from "./redis/client/options.js";
import { checkNodeUrl, checkRedisUrl } from "./redis/client/redis-url.js";
import type { SqliteOptions } from "./sqlite/engine.js";

export type EngineOptions = SqliteOptions & RedisOptions;

/** A client of the caller's: made by `createClient` or `createCluster` of `redis` or `@redis/client`. */
export interface NodeRedisClient {
  readonly isOpen: boolean;
  /** Connects; called when the client is not open yet. */
  connect(): Promise<unknown>;
  /** Closes the connection without waiting for answers. */
  destroy(): void;
}

/**
 * Where a store is: `memory:`, the path or `file:` URL of a SQLite file (`file:name.db` is relative), the `redis:`, `rediss:` or `redis+unix:` URL
 * of a server, the URLs of some nodes of a Redis cluster, or a client of the caller's.
 */
export type StoreLocation =
  | string
  | readonly string[]
  | { readonly nodes: readonly string[] }
  | { readonly client: NodeRedisClient };

const EXPECTED = `"memory:", the path of a SQLite file, a redis: or rediss: URL, a list of those, or { client }`;

/** Opens the engine a location names. Only the engine that is used is loaded. */
export async function openEngine(location: StoreLocation, options: EngineOptions & Upgrading = {}): Promise<Engine> {
  if (typeof location !== "string") return openRedis(redisLocation(location), options);
  if (location.trim() === "") throw new InvalidArgumentError("location", location, EXPECTED);
  if (location.includes("\0")) throw new InvalidArgumentError("location", location, "a path without NUL characters");
  if (location === "memory:") {
    if (options.readOnly === true) {
      throw new ConfigurationError("readOnly", true, "false: a store in memory is empty when it is opened");
    }
    const { MemoryEngine } = await import("./memory/engine.js");
    return new MemoryEngine(options.shards);
  }
  const scheme = /^([a-z][a-z0-9+.-]+):/i.exec(location)?.[1]?.toLowerCase();
  if (/^\s+[a-z][a-z0-9+.-]+:/i.test(location)) {
    throw new ConfigurationError("location", withoutPassword(location), "a location without blanks before it");
  }
  if (scheme !== undefined && REDIS_SCHEMES.includes(scheme)) return openRedis(checkRedisUrl(location), options);
  if (scheme !== undefined && scheme !== "file") throw unknownScheme(scheme, location);
  if (options.shards !== undefined && options.shards !== 1) {
    throw new ConfigurationError("shards", options.shards, "1: a SQLite file is not divided");
  }
  const path = options.database === undefined ? pathOfLocation(location) : location; // a name, beside a database
  const { SqliteEngine } = await import("./sqlite/engine.js");
  return SqliteEngine.open(path, options);
}

function unknownScheme(scheme: string, location: string): ConfigurationError {
  const hints: Readonly<Record<string, string>> = {
    memory: `A store in memory is "memory:", with nothing after it.`,
    sqlite: "Write the path of the SQLite file alone.",
    sqlite3: "Write the path of the SQLite file alone.",
    libsql: "Servers of libSQL are not supported; write the path of a SQLite file.",
    valkey: "Write redis: in its place.",
    valkeys: "Write rediss: in its place.",
  };
  const hint = Object.hasOwn(hints, scheme) ? hints[scheme] : undefined;
  return new ConfigurationError("location", withoutPassword(location), EXPECTED, hint === undefined ? {} : { hint });
}

const REDIS_SCHEMES: readonly string[] = ["redis", "rediss", "redis+unix", "unix"];

async function openRedis(location: RedisLocation, options: EngineOptions & Upgrading): Promise<Engine> {
  const { RedisEngine } = await import("./redis/engine.js");
  return RedisEngine.open(location, options);
}

/** Some of the nodes of a cluster lead to all of them. */
const MOST_NODES = 1000;

const LOCATION_NAMES = namesOf<{ readonly nodes: unknown; readonly client: unknown }>({ nodes: true, client: true });

function redisLocation(location: Exclude<StoreLocation, string>): RedisLocation {
  if (typeof location !== "object" || location === null) throw new InvalidArgumentError("location", location, EXPECTED);
  const given = isArray(location)
    ? { nodes: location }
    : refuseUnknownNames<object>(location, LOCATION_NAMES, "location");
  if ("client" in given) return given as RedisLocation;
  if (!("nodes" in given)) throw new InvalidArgumentError("location", location, EXPECTED);
  const nodes = checkArray("location", given.nodes as readonly unknown[], MOST_NODES);
  if (nodes.length === 0) {
    throw new InvalidArgumentError("location", given.nodes, "the URLs of some nodes of a cluster");
  }
  return { nodes: nodes.map(checkNodeUrl) };
}
