import { join } from "node:path";
import { onTestFinished } from "vitest";
import { PolicyCache, type PolicyCacheOptions } from "../../../src/cache/policy-cache.js";
import type { StoreLocation } from "../../../src/keyspace/open-engine.js";
import type { Keyspace } from "../../../src/keyspace/port/keyspace.js";
import { openStore, type Store, type StoreOptions } from "../../../src/store/store.js";
import { temporaryFolder } from "../temporary-folder.js";

/** The engines every shared suite runs on. */
export const ENGINES = ["memory", "sqlite"] as const;

export type EngineName = (typeof ENGINES)[number];

/** A place for a new store of an engine; for SQLite a file that does not exist yet, gone after the test. */
export function freshLocation(engine: EngineName): string {
  return engine === "memory" ? "memory:" : join(temporaryFolder(), "policies.db");
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

/** Runs a function over a shard of a store as one atomic operation. */
export function atomically<Output>(store: Store, body: (keyspace: Keyspace) => Output, shard = 0): Promise<Output> {
  return store.run({ name: "test", access: "write", execute: body }, undefined, shard);
}
