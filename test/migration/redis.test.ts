import { expect, it, onTestFinished } from "vitest";
import { exportStore } from "../../src/migration/export-store.js";
import { importStore } from "../../src/migration/import-store.js";
import { openStore, type Store, type StoreOptions } from "../../src/store.js";
import { ManualClock } from "../../src/testing/manual-clock.js";
import { describeWithRedis } from "../support/redis/describe-with-redis.js";
import { freshLocation } from "../support/stores.js";
import { contentOf, linesOf } from "./export-content.js";
import { fillStore } from "./rich-store.js";

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
    const options = { clock: clock.read };
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

  it("is the same again in as many shards, also when Redis wrote it", async () => {
    const clock = new ManualClock(1_715_860_800);
    const options = { clock: clock.read, shards: 3 };
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
});
