import { expect, it, onTestFinished } from "vitest";
import type { PolicyCache } from "../../../src/cache/policy-cache.js";
import { PolicyCacheError } from "../../../src/common/errors.js";
import { openStore } from "../../../src/store/store.js";
import { DEPLOY, outcome, successes } from "../../support/events.js";
import { eventually } from "../../support/eventually.js";
import { describeWithCluster, describeWithServer, startRedis } from "../../support/redis/describe-with-redis.js";
import { expectCountedOnce, loadEvent } from "../../support/redis/recording-load.js";
import type { RedisServer } from "../../support/redis/redis-server.js";
import { openCacheAt } from "../../support/stores/stores.js";

async function recordLoad(cache: PolicyCache, count: number): Promise<void> {
  await cache.recordMany(Array.from({ length: count }, (_, index) => loadEvent(index)));
}

const REFUSAL = { code: "DATA_FORMAT", retryable: false };

describeWithServer("a Redis store that lost its description", () => {
  it("is refused, with the way back, rather than opened with another number of shards", async () => {
    const server = await startRedis();
    const first = await openCacheAt(server.url, { shards: 4, workers: "inline" });
    await recordLoad(first, 30);
    const [description] = [String(await server.command("GET", "{policycache}:store"))];
    await first.close();
    await server.command("DEL", "{policycache}:store");
    for (const options of [{}, { shards: 4 }, { shards: 1 }, { readOnly: true }]) {
      const refused = await openStore(server.url, options).then(undefined, (error) => error);
      expect(refused, JSON.stringify(options)).toMatchObject(REFUSAL);
      expect(refused.message).toMatch(
        /its description is gone: the key \{policycache\}:store.* SET "\{policycache\}:store"/,
      );
    }
    expect(await server.command("EXISTS", "{policycache}:store")).toBe(0);
    await server.command("SET", "{policycache}:store", description);
    await expectCountedOnce(await openCacheAt(server.url), 30);
  });

  it("is none of another prefix: what begins alike is somebody else's", async () => {
    const server = await startRedis();
    for (const prefix of ["policycache:7", "policycache2"]) {
      const other = await openStore(server.url, { prefix, shards: 2 });
      await (await openCacheAt(server.url, { prefix })).record(loadEvent(1));
      await other.close();
    }
    await server.command("SET", "{policycache:x}:a", "1");
    expect((await openCacheAt(server.url)).store.shardCount).toBe(1);
  });

  it("gets it back while somebody uses it: who opens it then finds the same shards", async () => {
    const server = await startRedis();
    const user = await openCacheAt(server.url, { shards: 4 });
    await recordLoad(user, 10);
    await server.command("FLUSHALL");
    await recordLoad(user, 10);
    expect((await openCacheAt(server.url)).store.shardCount).toBe(4);
  });

  it("is left by whoever used it when another one is made in its place", async () => {
    const server = await startRedis();
    const before = await openCacheAt(server.url, { shards: 4, workers: "inline" });
    await server.command("FLUSHALL");
    await (await openStore(server.url, { shards: 2 })).close();
    await eventually("it is noticed", () =>
      before.record(outcome("success")).then(
        () => false,
        (error) => error.code === "DATA_FORMAT",
      ),
    );
    await expect(before.record(outcome("success"))).rejects.toThrow(/was replaced while it was open.*Open it again/);
  });
});

describeWithCluster("a store on a cluster that lost its description", (cluster) => {
  it("is refused, whichever master has its shards", async () => {
    for (const shards of [1, 2, 3]) {
      const prefix = `lost-${shards}`;
      const cache = await openCacheAt({ nodes: cluster.urls }, { prefix, shards, workers: "inline" });
      await cache.close();
      for (const master of cluster.masters) await master.command("DEL", `{${prefix}}:store`).catch(() => 0);
      await expect(openStore({ nodes: cluster.urls }, { prefix })).rejects.toMatchObject(REFUSAL);
    }
  });
});

describeWithServer("a server that may delete keys", () => {
  async function warningsOf(server: RedisServer, policy: string): Promise<readonly string[]> {
    await server.command("CONFIG", "SET", "maxmemory-policy", policy);
    const warnings: string[] = [];
    const listen = ({ message }: Error) => warnings.push(message);
    process.on("warning", listen);
    onTestFinished(() => void process.off("warning", listen));
    for (let round = 0; round < 2; round += 1) await (await openCacheAt(server.url)).close();
    await new Promise((resolve) => setImmediate(resolve));
    process.off("warning", listen);
    return warnings;
  }

  it.each(["allkeys-lru", "allkeys-lfu", "allkeys-random"])("is warned of, once: %s", async (policy) => {
    const warning = expect.stringMatching(new RegExp(`maxmemory-policy ${policy}.*Set maxmemory-policy noeviction`));
    expect(await warningsOf(await startRedis(), policy)).toEqual([warning]);
  });

  it.each(["noeviction", "volatile-lru"])("is not warned of when it deletes none of ours: %s", async (policy) => {
    expect(await warningsOf(await startRedis(), policy)).toEqual([]);
  });
});

describeWithServer("a key of ours that somebody else wrote", () => {
  const CALLS: readonly (readonly [string, (cache: PolicyCache) => Promise<unknown>])[] = [
    ["record", (cache) => cache.record(outcome("success", { id: "new" }))],
    ["recordMany", (cache) => cache.recordMany(successes(3))],
    ["decide", (cache) => cache.decide({ agentId: "agent-1", state: DEPLOY })],
    ["explain", (cache) => cache.explain({ agentId: "agent-1", state: DEPLOY })],
    ["retire", (cache) => cache.retire({ agentId: "agent-1", state: DEPLOY, actionType: "run_playbook" }, "no")],
    ["ranking", (cache) => cache.ranking({ agentId: "agent-1" })],
    ["statistics", (cache) => cache.statistics()],
    ["flush", (cache) => cache.flush({ signal: AbortSignal.timeout(10_000) })],
  ];

  it.each([false, true])(
    "makes calls fail by an error of ours, and none other, nearCache %s",
    async (nearCache) => {
      const server = await startRedis();
      const cache = await openCacheAt(server.url, { workers: "inline", nearCache });
      await cache.recordMany(successes(12));
      const keys = ((await server.command("KEYS", "{policycache:0}:*")) as readonly string[]).map(String);
      expect(keys.length).toBeGreaterThan(5);
      const failures = new Map<string, number>();
      for (const key of keys) {
        for (const spoil of [
          ["LPUSH", "x"],
          ["SET", "x"],
          ["HSET", "id", "x"],
        ]) {
          await server.command("RENAME", key, "kept");
          const [command = "", ...values] = spoil;
          await server.command(command, key, ...values);
          for (const [name, call] of CALLS) {
            const error = await call(cache).then(
              () => undefined,
              (reason: unknown) => reason,
            );
            if (error === undefined) continue;
            const says = `${name} on ${key.slice(16)} after ${command}: ${error}`;
            expect(PolicyCacheError.isInstance(error), says).toBe(true);
            expect((error as PolicyCacheError).code, says).toBe("DATA_FORMAT");
            failures.set(name, (failures.get(name) ?? 0) + 1);
          }
          await server.command("RENAME", "kept", key);
        }
      }
      expect([...failures.keys()].sort()).toEqual(expect.arrayContaining(["decide", "record", "statistics"]));
    },
    60_000,
  );
});
