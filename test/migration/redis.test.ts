import { expect, it, onTestFinished } from "vitest";
import { PolicyCache } from "../../src/cache/policy-cache.js";
import { exportStore } from "../../src/migration/export-store.js";
import { importStore } from "../../src/migration/import-store.js";
import { appendEntry, createGroup } from "../../src/operations/streams/streams.js";
import { openStore, type Store, type StoreOptions } from "../../src/store/store.js";
import { ManualClock } from "../../src/testing/manual-clock.js";
import { expectAlike } from "../support/expect-alike.js";
import { describeWithRedis } from "../support/redis/describe-with-redis.js";
import { storedContent } from "../support/stores/stored-content.js";
import { freshLocation } from "../support/stores/stores.js";
import { contentOf, linesOf } from "./export-content.js";
import { consumer, fillStore, mixedEvents, RICH_DEFAULTS } from "./rich-store.js";

describeWithRedis("a store moved over a Redis server", (server) => {
  let stores = 0;

  async function open(location: string, options: StoreOptions): Promise<Store> {
    stores += 1;
    const store = await openStore(location, { ...options, prefix: `store-${stores}` });
    onTestFinished(() => store.close());
    return store;
  }

  it("is the same again, from memory over SQLite and Redis to memory", async () => {
    const clock = new ManualClock(1_715_860_800);
    const options = { clock: clock.read, defaults: RICH_DEFAULTS };
    const memory = await open("memory:", options);
    await fillStore(memory, clock);
    const content = contentOf(await linesOf(memory));
    let last = memory;
    for (const location of [freshLocation("sqlite"), server.url, "memory:"]) {
      const next = await open(location, options);
      await importStore(next, exportStore(last));
      expect(contentOf(await linesOf(next))).toEqual(content);
      last = next;
    }
  });

  it("goes on learning there as it would have where it came from", async () => {
    const clock = new ManualClock(1_715_860_800);
    const options = { clock: clock.read, shards: 3, defaults: RICH_DEFAULTS };
    const memory = await open("memory:", options);
    await fillStore(memory, clock);
    const redis = await open(server.url, options);
    await importStore(redis, exportStore(memory));
    for (const store of [memory, redis]) {
      const cache = await PolicyCache.open(store, { workers: "none" });
      await cache.recordMany(mixedEvents(400));
      await cache.flush();
      while ((await consumer(store, "discoverer", 50).processBatch()) > 0) {
        // Until it has caught up.
      }
    }
    expectAlike(await storedContent(redis), await storedContent(memory));
  });

  it("is the same again in as many shards, also when Redis wrote it", async () => {
    const clock = new ManualClock(1_715_860_800);
    const options = { clock: clock.read, shards: 3, defaults: RICH_DEFAULTS };
    const redis = await open(server.url, options);
    await fillStore(redis, clock);
    const content = contentOf(await linesOf(redis));
    const memory = await open("memory:", options);
    await importStore(memory, exportStore(redis));
    expect(contentOf(await linesOf(memory))).toEqual(content);
    const again = await open(server.url, options);
    await importStore(again, exportStore(memory));
    expect(contentOf(await linesOf(again))).toEqual(content);
  });

  it("counts what a group has had when Redis has lost count", async () => {
    const store = await open(server.url, {});
    const keys = { stream: "stream:notes" };
    const ids: string[] = [];
    for (const text of ["a", "b", "c"]) {
      ids.push(await store.run(appendEntry, { keys, payload: { text }, maxLength: 10, nowSeconds: 1 }, 0));
    }
    await store.run(createGroup, { keys, group: "readers" }, 0);
    await server.command("XDEL", `{store-${stores}:0}:${keys.stream}`, ids[1] ?? "");
    const state = await store.transfer?.describeStream(0, keys.stream);
    expect(state).toMatchObject({ length: 2, appended: 3, groups: [{ name: "readers", delivered: 1 }] });
  });
});
