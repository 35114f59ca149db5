import { createCluster } from "@redis/client";
import { afterAll, beforeAll } from "vitest";
import type { RedisClusterHandle } from "../../src/keyspace/redis/client/client-handles.js";
import { openStore } from "../../src/store/store.js";
import { describeWithCluster, describeWithRedis } from "../support/redis/describe-with-redis.js";
import { describeConformance } from "./describe-conformance.js";

let stores = 0;
/** A place of its own for every case. */
function freshPrefix(): string {
  stores += 1;
  return `case-${stores}`;
}

describeWithRedis("a Redis server", (server) => {
  describeConformance("Redis", (request) => openStore(server.url, { ...request, prefix: freshPrefix() }));
});

describeWithCluster("a Redis cluster", (cluster) => {
  let client: RedisClusterHandle;
  beforeAll(async () => {
    client = createCluster({ rootNodes: cluster.urls.map((url) => ({ url })) });
    await client.connect();
  });
  afterAll(() => client.destroy());
  describeConformance("Redis Cluster", (request) => openStore({ client }, { ...request, prefix: freshPrefix() }));
});
