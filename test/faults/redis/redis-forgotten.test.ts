import { createClient } from "@redis/client";
import { expect, it, onTestFinished } from "vitest";
import { PolicyCache } from "../../../src/cache/policy-cache.js";
import { type Child, startChild } from "../../support/child-process.js";
import { outcome } from "../../support/events.js";
import { eventually } from "../../support/eventually.js";
import { describeWithCluster, describeWithServer, startRedis } from "../../support/redis/describe-with-redis.js";
import { openCacheAt } from "../../support/stores/stores.js";

async function expectToEnd(child: Child): Promise<void> {
  expect({ ...(await child.ended), errors: child.errors() }).toEqual({ code: 0, signal: null, errors: "" });
}

describeWithServer("a process that forgets to close its cache", () => {
  it.each(["background", "inline", "none"])("ends, with a near cache and workers %s", async (workers) => {
    const server = await startRedis();
    const child = startChild("forgetful.ts", [server.url, workers, "nearCache"]);
    await expectToEnd(child);
    expect(child.lines).toEqual(["serve"]);
  });

  it.each(["background", "none"])("ends also while the server is gone, with workers %s", async (workers) => {
    const server = await startRedis();
    const child = startChild("bereft.ts", [server.url, workers]);
    await eventually("it is connected", () => child.lines.includes("open"));
    await server.kill();
    await expectToEnd(child);
  });

  it("does not end before what it waits for: a slow server's answer", async () => {
    const server = await startRedis();
    const child = startChild("waiting.ts", [server.url, "1000"]);
    await expectToEnd(child);
    expect(child.lines).toEqual(["recorded"]);
  });

  it("goes on when it calls again after the server was gone while nobody called", async () => {
    const server = await startRedis({ appendFsync: "always" });
    const cache = await openCacheAt(server.url, { workers: "inline" });
    await cache.record(outcome("success", { id: "before" }));
    for (let life = 0; life < 3; life += 1) {
      await server.kill();
      await server.restart();
      expect(await cache.record(outcome("success", { id: `life ${life}` }))).toMatchObject({ recorded: true });
    }
    expect((await cache.statistics()).totals.events).toBe(4);
  });
});

describeWithServer("a call that was given up while the server was gone", () => {
  it("is not sent when the server is back", async () => {
    const server = await startRedis({ appendFsync: "always" });
    const cache = await openCacheAt(server.url, { workers: "inline", commandTimeoutMs: 200 });
    await cache.record(outcome("success", { id: "before" }));
    await server.kill();
    const isNoticed = () =>
      cache.decide({ state: { a: 1 } }).then(
        () => false,
        () => true,
      );
    await eventually("the client has noticed", isNoticed);
    for (let call = 0; call < 5; call += 1) {
      await expect(cache.record(outcome("success", { id: `given up ${call}` }))).rejects.toMatchObject({
        retryable: true,
      });
    }
    await server.restart();
    await eventually("it answers", () =>
      cache.record(outcome("success", { id: "after" })).then(
        () => true,
        () => false,
      ),
    );
    expect((await cache.statistics()).totals.events).toBe(2);
  });
});

describeWithCluster("a process that forgets to close its cache on a cluster", (cluster) => {
  it.each(["background", "inline"])("ends, with workers %s", async (workers) => {
    const child = startChild("forgetful.ts", [cluster.urls.join(","), workers, "nearCache"]);
    await expectToEnd(child);
    expect(child.lines).toEqual(["serve"]);
  });
});

describeWithServer("many caches that open and close", () => {
  it("leave no consumers behind, and no connections", async () => {
    const server = await startRedis();
    for (const workers of ["background", "inline", "none"] as const) {
      for (let round = 0; round < 8; round += 1) {
        const cache = await PolicyCache.open(server.url, { workers, discovery: true, nearCache: true });
        await cache.record(outcome("success"));
        await cache.flush();
        await cache.close();
      }
    }
    for (const group of ["crystallizer", "temporal-discovery"]) {
      const key = "{policycache:0}:stream:policy_mutations";
      expect(await server.command("XINFO", "CONSUMERS", key, group), group).toEqual([]);
    }
    const connections = async () =>
      String(await server.command("CLIENT", "LIST"))
        .trim()
        .split("\n").length;
    await eventually("all are gone but the one that asks", async () => (await connections()) === 1);
  });

  it("share a client of the caller's without a warning, and leave it as it was", async () => {
    const server = await startRedis();
    const client = createClient({ url: server.url });
    onTestFinished(() => client.destroy());
    const warnings: Error[] = [];
    const listen = (warning: Error) => warnings.push(warning);
    process.on("warning", listen);
    onTestFinished(() => void process.off("warning", listen));
    const caches: PolicyCache[] = [];
    for (let each = 0; each < 15; each += 1) {
      caches.push(await PolicyCache.open({ client }, { prefix: `cache-${each}`, workers: "inline", nearCache: true }));
    }
    expect(client.listenerCount("error")).toBe(1);
    for (const cache of caches.slice(1)) await cache.close();
    expect(client.listenerCount("error")).toBe(1);
    await caches[0]?.close();
    expect(client.listenerCount("error")).toBe(0);
    expect(warnings).toEqual([]);
    expect(await client.ping()).toBe("PONG");
  });
});
