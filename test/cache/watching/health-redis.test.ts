import { expect, it } from "vitest";
import { successes } from "../../support/events.js";
import { eventually } from "../../support/eventually.js";
import { describeWithServer, startCluster, startRedis } from "../../support/redis/describe-with-redis.js";
import { openCacheAt } from "../../support/stores/stores.js";
import { checkOf } from "./check-of.js";

describeWithServer("the health of a cache on a real server", () => {
  it("is ok on a server that is set up as the documents say", async () => {
    const server = await startRedis({ appendFsync: "everysec", maxMemory: "64mb" });
    const cache = await openCacheAt(server.url, { nearCache: true });
    await cache.recordMany(successes(2));
    await cache.flush();
    const health = await cache.health();
    expect(health.checks.filter(({ status }) => status !== "ok")).toEqual([]);
    expect(checkOf(health, "eviction").figures).toMatchObject({ policy: "noeviction", maxmemoryBytes: 67_108_864 });
    expect(checkOf(health, "persistence").figures).toEqual({ appendOnly: true, appendfsync: "everysec" });
    expect(checkOf(health, "replication").figures).toMatchObject({ role: "master", replicas: 0 });
    expect(checkOf(health, "nearCache").figures).toMatchObject({ limitBytes: 67_108_864, isCurrent: true });
    expect(Math.abs(Number(checkOf(health, "clock").figures.aheadSeconds))).toBeLessThan(1);
  });

  it("is failing on a server that evicts, and warns of one that keeps nothing", async () => {
    const server = await startRedis({ settings: { maxmemory: "64mb", "maxmemory-policy": "allkeys-lru" } });
    const cache = await openCacheAt(server.url);
    const health = await cache.health();
    expect(health.status).toBe("failing");
    expect(checkOf(health, "eviction")).toMatchObject({
      status: "failing",
      remedy: "Set maxmemory-policy noeviction, and give the store a server of its own.",
      figures: { policy: "allkeys-lru" },
    });
    expect(checkOf(health, "persistence")).toMatchObject({
      status: "warning",
      detail: "Nothing is kept on a disk: a restart loses everything.",
    });
    await server.command("CONFIG", "SET", "save", "3600 1");
    expect(checkOf(await cache.health(), "persistence").detail).toBe(
      "Snapshots alone: a restart loses everything since the last.",
    );
  });

  it("is failing where the description of the store is gone, until a process that records writes it again", async () => {
    const server = await startRedis();
    const writer = await openCacheAt(server.url);
    await writer.recordMany(successes(1));
    await writer.close();
    const reader = await openCacheAt(server.url, { readOnly: true });
    expect(checkOf(await reader.health(), "format")).toMatchObject({ status: "ok", figures: { version: 2 } });
    await server.command("DEL", "{policycache}:store");
    expect(checkOf(await reader.health(), "format").detail).toMatch(/^The key \{policycache\}:store, .* is gone/);
  });

  it("leaves unknown what the user may not ask", async () => {
    const rules = "~* &* +@all -@dangerous -config -info -time";
    const user = { name: "agent", password: "secret", rules };
    const server = await startRedis({ user, appendFsync: "everysec" });
    const cache = await openCacheAt(server.url.replace("redis://", "redis://agent:secret@"));
    await cache.recordMany(successes(1));
    await cache.flush();
    const health = await cache.health();
    const unknown = health.checks.filter(({ status }) => status !== "ok").map(({ name, status }) => [name, status]);
    expect(Object.fromEntries(unknown)).toEqual({
      eviction: "unknown",
      memory: "unknown",
      persistence: "unknown",
      replication: "unknown",
      clock: "unknown",
    });
    expect(health.status).toBe("ok");
    expect(JSON.stringify(health)).not.toContain("secret");
    await server.command("ACL", "SETUSER", "agent", "+info", "+time");
    expect(checkOf(await cache.health(), "persistence")).toMatchObject({ status: "ok", figures: { appendOnly: true } });
  });

  it("is told in time of a server that is paused, and ends with its signal", async () => {
    const server = await startRedis();
    const cache = await openCacheAt(server.url, { workers: "none" });
    server.pause();
    const startedMs = performance.now();
    const health = await cache.health({ timeoutMs: 300 });
    expect(performance.now() - startedMs).toBeLessThan(2000);
    expect(checkOf(health, "store")).toMatchObject({
      status: "failing",
      detail: `The store at ${server.url} did not answer within 300 ms.`,
    });
    await expect(cache.health({ signal: AbortSignal.timeout(100) })).rejects.toThrow(/timeout|aborted/i);
    server.resume();
    await eventually("it answers", async () => checkOf(await cache.health(), "store").status === "ok");
  });

  it("tells of a worker that fails, and of its recovery", async () => {
    const server = await startRedis();
    const options = { onWorkerError: () => {}, commandTimeoutMs: 300, healthIntervalMs: 20 };
    const cache = await openCacheAt(server.url, options);
    const told: string[] = [];
    cache.on("health", (health) => told.push(`${checkOf(health, "store").status} ${checkOf(health, "worker").status}`));
    await server.kill();
    await eventually("the worker fails", () => told.includes("failing warning"));
    expect(checkOf(await cache.health(), "worker").detail).toMatch(/^The worker failed .*, and tries again: The store/);
    await server.restart();
    await eventually("the worker works", () => told.at(-1) === "ok ok");
    expect(checkOf(await cache.health(), "worker").figures.lastError).toMatch(/cannot be reached|had been lost/);
  });

  it("tells that the group which counts was destroyed", async () => {
    const server = await startRedis();
    const cache = await openCacheAt(server.url, { workers: "none" });
    await cache.recordMany(successes(1));
    const [key] = (await server.command("KEYS", "*stream*")) as string[];
    await server.command("XGROUP", "DESTROY", key ?? "", "crystallizer");
    expect(checkOf(await cache.health(), "counting")).toMatchObject({
      status: "failing",
      detail: "The group that counts events is gone.",
    });
  });

  it("tells that the clock of the process is off", async () => {
    const server = await startRedis();
    const cache = await openCacheAt(server.url, { clock: () => Date.now() / 1000 - 60 });
    const clock = checkOf(await cache.health(), "clock");
    expect(clock.status).toBe("warning");
    expect(clock.detail).toMatch(/^The server's clock is (59\.9|60\.)\d+ s ahead of this process's\.$/);
  });

  it("is failing on a replica, which takes no records", async () => {
    const master = await startRedis();
    await openCacheAt(master.url);
    const replica = await startRedis({ replicaOf: master });
    await eventually("the replica has the store", async () => (await replica.command("DBSIZE")) !== 0);
    const cache = await openCacheAt(replica.url, { readOnly: true });
    expect(checkOf(await cache.health(), "replication")).toMatchObject({
      status: "failing",
      figures: { role: "slave" },
    });
  });

  it("is that of all masters of a cluster, and of all shards", async () => {
    const cluster = await startCluster();
    const cache = await openCacheAt(cluster.urls, { workers: "none" });
    const agents = Array.from({ length: 20 }, (_, agent) => `agent-${agent}`);
    await cache.recordMany(agents.flatMap((agentId) => successes(1).map((event) => ({ ...event, agentId }))));
    const health = await cache.health();
    expect(checkOf(health, "persistence").detail).toMatch(/\(3 of 3 masters\)$/);
    expect(checkOf(health, "replication").status).toBe("ok");
    const { events, lagByShard } = checkOf(health, "counting").figures;
    expect([events, (lagByShard as number[]).length]).toEqual([20, 16]);
  });
});
