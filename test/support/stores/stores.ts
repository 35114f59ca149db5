import { join } from "node:path";
import { afterAll, beforeAll, describe, onTestFinished } from "vitest";
import type { PolicyCacheOptions } from "../../../src/cache/opening/cache-options.js";
import { PolicyCache } from "../../../src/cache/policy-cache.js";
import type { StoreLocation } from "../../../src/keyspace/open-engine.js";
import type { Keyspace } from "../../../src/keyspace/port/keyspace.js";
import { openStore, type Store, type StoreOptions } from "../../../src/store/store.js";
import { describeWithRedis } from "../redis/describe-with-redis.js";
import { RedisKeyspaceBridge } from "../redis/redis-keyspace.js";
import type { RedisServer } from "../redis/redis-server.js";
import { temporaryFolder } from "../temporary-folder.js";

/** The engines that run an operation as it is written: a test may watch its changes, and make one fail. */
export const EMBEDDED_ENGINES = ["memory", "sqlite"] as const;

/** The engines that keep a store when it is closed. */
const DURABLE_ENGINES = ["sqlite", "redis"] as const;

const ENGINES = ["memory", "sqlite", "redis"] as const;

export type EngineName = (typeof ENGINES)[number];

type Suite<Engine extends EngineName> = (engine: Engine) => void;

/** Stores that one suite may open on its server; each is a database of it. */
const DATABASES = 1000;

let server: RedisServer | undefined;
let databases = 0;
let bridge: RedisKeyspaceBridge | undefined;

/**
 * A suite that every engine has to pass: in memory, on SQLite files, and on a Redis server that is started for it. Where
 * there is no server, the suite on it is reported as skipped.
 */
export function describeOnEveryEngine(name: string, suite: Suite<EngineName>): void {
  describeOn(ENGINES, name, suite);
}

/** A suite about stores that are closed and opened again: on SQLite files and on a Redis server, likewise. */
export function describeOnDurableEngines(name: string, suite: Suite<(typeof DURABLE_ENGINES)[number]>): void {
  describeOn(DURABLE_ENGINES, name, suite);
}

function describeOn<Engine extends EngineName>(engines: readonly Engine[], name: string, suite: Suite<Engine>): void {
  for (const engine of engines) {
    if (engine === "redis") describeOnServer(`${name} on redis`, () => suite(engine));
    else describe(`${name} on ${engine}`, () => suite(engine));
  }
}

function describeOnServer(name: string, suite: () => void): void {
  const useServer = (started: RedisServer) => {
    beforeAll(() => {
      server = started;
      databases = 0;
    });
    afterAll(async () => {
      await bridge?.close();
      bridge = undefined;
    });
    suite();
  };
  describeWithRedis(name, useServer, { settings: { databases: String(DATABASES) } });
}

/**
 * A place for a new store of an engine: for SQLite a file that does not exist yet, gone after the test; for Redis, within
 * a suite of every engine, an empty database of its server.
 */
export function freshLocation(engine: EngineName): string {
  if (engine === "memory") return "memory:";
  if (engine === "sqlite") return join(temporaryFolder(), "policies.db");
  if (server === undefined) throw new Error("The suite was not declared with describeOnEveryEngine.");
  return `${server.url}/${databases++}`;
}

/** An empty store, closed when the running test ends. */
export async function openTestStore(engine: EngineName, options: StoreOptions = {}): Promise<Store> {
  const store = await openStore(freshLocation(engine), options);
  onTestFinished(() => store.close());
  return store;
}

/** An empty cache, closed when the running test ends. */
export function openTestCache(engine: EngineName, options: PolicyCacheOptions = {}): Promise<PolicyCache> {
  return openCacheAt(freshLocation(engine), options);
}

/** A cache at a location, closed when the running test ends. */
export async function openCacheAt(location: StoreLocation, options: PolicyCacheOptions = {}): Promise<PolicyCache> {
  const cache = await PolicyCache.open(location, options);
  onTestFinished(() => cache.close());
  return cache;
}

/**
 * Runs a function over a shard of a store as one atomic operation; on Redis over the first shard, one script for each
 * call of the keyspace, while nobody else writes.
 */
export async function atomically<Output>(
  store: Store,
  body: (keyspace: Keyspace) => Output,
  shard = 0,
): Promise<Output> {
  if (store.engineName === "redis") return body(keyspaceOnServer(store));
  return store.run({ name: "test", access: "write", execute: body }, undefined, shard);
}

function keyspaceOnServer({ location }: Store): Keyspace {
  const { host, pathname, protocol } = new URL(location);
  bridge ??= new RedisKeyspaceBridge(`${protocol}//${host}`, "{policycache:0}:");
  bridge.select(pathname.slice(1));
  return bridge.keyspace;
}
