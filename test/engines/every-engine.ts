import { join } from "node:path";
import { createClient, createCluster } from "@redis/client";
import { onTestFinished } from "vitest";
import type { StoreLocation } from "../../src/keyspace/open-engine.js";
import { openStore, type Store, type StoreOptions } from "../../src/store/store.js";
import type { ManualClock } from "../../src/testing/manual-clock.js";
import type { RedisCluster } from "../support/redis/redis-cluster.js";
import type { RedisServer } from "../support/redis/redis-server.js";
import { temporaryFolder } from "../support/temporary-folder.js";

export interface EngineStore {
  readonly engine: "memory" | "SQLite" | "Redis" | "Redis Cluster";
  readonly store: Store;
}

/**
 * Opens an empty store on each engine that can have so many shards, with options and a clock of its own; memory, with
 * which to compare, comes first.
 */
export type OpenEverywhere = (
  shards: number,
  create: () => { readonly clock: ManualClock; readonly options: StoreOptions },
) => Promise<readonly (EngineStore & { readonly clock: ManualClock })[]>;

let opened = 0;

/** @returns how to open stores until the running test ends, over one connection to each server */
export async function connectEverywhere(server: RedisServer, cluster: RedisCluster): Promise<OpenEverywhere> {
  const clients = {
    Redis: createClient({ url: server.url }),
    "Redis Cluster": createCluster({ rootNodes: cluster.urls.map((url) => ({ url })) }),
  };
  for (const client of Object.values(clients)) {
    await client.connect();
    onTestFinished(() => client.destroy());
  }
  const folder = temporaryFolder();
  return async (shards, create) => {
    opened += 1;
    const prefix = `store-${opened}`;
    const open = async (engine: EngineStore["engine"], location: StoreLocation) => {
      const { clock, options } = create();
      return { engine, clock, store: await openStore(location, { ...options, prefix, shards }) };
    };
    return [
      await open("memory", "memory:"),
      ...(shards === 1 ? [await open("SQLite", join(folder, `${prefix}.db`))] : []),
      await open("Redis", { client: clients.Redis }),
      await open("Redis Cluster", { client: clients["Redis Cluster"] }),
    ];
  };
}
