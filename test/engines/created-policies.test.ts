import { expect, it, onTestFinished } from "vitest";
import type { PolicyCacheOptions } from "../../src/cache/opening/cache-options.js";
import { PolicyCache } from "../../src/cache/policy-cache.js";
import { failures, outcome, successes } from "../support/events.js";
import { describeWithRedis } from "../support/redis/describe-with-redis.js";

// What creating a policy takes is sent to a server only when one may have to be created. It must never be missing then.

describeWithRedis("a policy on Redis", (server) => {
  async function open(options: PolicyCacheOptions): Promise<PolicyCache> {
    await server.command("FLUSHALL");
    const defaults = { ciThreshold: 0.5, minEvents: 4 };
    const cache = await PolicyCache.open(server.url, { workers: "inline", defaults, ...options });
    onTestFinished(() => cache.close());
    return cache;
  }

  it("is created though failures in the batch do not count, because their ids were used", async () => {
    const cache = await open({});
    const used = Array.from({ length: 6 }, (_, index) => `id-${index}`);
    const other = { type: "ask" };
    await cache.recordMany(used.map((id) => outcome("failure", { id, action: other })));
    const again = used.map((id) => outcome("failure", { id }));
    expect(await cache.recordMany([...again, ...successes(5)])).toMatchObject({ duplicates: 6, crystallized: 1 });
  });

  it("is created though failures in the batch do not count, because their episode was here before", async () => {
    const cache = await open({ evidence: "episode" });
    await cache.record(outcome("success", { episodeId: "first" }));
    const again = failures(6, { episodeId: "first" });
    expect(await cache.recordMany([...again, ...successes(4)])).toMatchObject({ crystallized: 1 });
  });

  it("is created by outcomes under a new version, whatever came before under another one", async () => {
    const cache = await open({});
    await cache.recordMany(failures(6, { dependsOn: { book: "1" } }));
    const renewed = [...failures(2, { dependsOn: { book: "1" } }), ...successes(5, { dependsOn: { book: "2" } })];
    expect(await cache.recordMany(renewed)).toMatchObject({ crystallized: 1 });
  });

  it("is created by a failure that makes the outcomes enough", async () => {
    const cache = await open({ defaults: { ciThreshold: 0.2, minEvents: 4 } });
    expect(await cache.recordMany(successes(3))).toMatchObject({ crystallized: 0 });
    expect(await cache.recordMany(failures(1))).toMatchObject({ crystallized: 1 });
  });
});
