import { expect, it, onTestFinished } from "vitest";
import { PolicyCache } from "../../../src/cache/policy-cache.js";
import { TrimSchedule } from "../../../src/keyspace/redis/scripts/single-append.js";
import { appendEntry, readEntries } from "../../../src/operations/streams/streams.js";
import { openStore } from "../../../src/store/store.js";
import { outcome } from "../../support/events.js";
import { describeWithServer, startRedis } from "../../support/redis/describe-with-redis.js";

const KEYS = { stream: "stream:s" };

describeWithServer("a single append to a stream on Redis", () => {
  async function open() {
    const server = await startRedis();
    const store = await openStore(server.url);
    onTestFinished(() => store.close());
    const append = (payload: { readonly n: number }, nowSeconds: number, maxLength = 10_000) =>
      store.run(appendEntry, { keys: KEYS, payload, maxLength, nowSeconds }, 0);
    const read = () => store.run(readEntries, { keys: KEYS, afterId: "", limit: 1000 }, 0);
    const calls = async (command: string) => {
      const text = String(await server.command("INFO", "commandstats"));
      return Number(new RegExp(`cmdstat_${command}:calls=(\\d+)`).exec(text)?.[1] ?? 0);
    };
    return { server, store, append, read, calls };
  }

  it("is one XADD, and a script from time to time, which trims", async () => {
    const { server, append, read, calls } = await open();
    await server.command("CONFIG", "RESETSTAT");
    for (let n = 0; n < 130; n += 1) await append({ n }, 1 + n / 1000);
    expect(await calls("evalsha")).toBe(2);
    expect(await calls("xadd")).toBe(130);
    expect((await read()).map(({ fields }) => fields.n)).toEqual(Array.from({ length: 130 }, (_, n) => n));
  });

  it("joins the newest entry when a clock went back", async () => {
    const { append, read } = await open();
    for (const [n, seconds] of [5, 9, 7, 2, 9, 10].entries()) await append({ n }, seconds);
    const entries = await read();
    expect(entries.map(({ fields }) => fields.n)).toEqual([0, 1, 2, 3, 4, 5]);
    expect(entries.map(({ id }) => id)).toEqual(["5000-0", "9000-0", "9000-1", "9000-2", "9000-3", "10000-0"]);
  });

  it("leaves no stream much longer than allowed", async () => {
    const { append, read } = await open();
    for (const maxLength of [10, 160]) {
      for (let n = 0; n < 400; n += 1) {
        await append({ n }, 1 + n, maxLength);
        if (n % 7 === 0) expect((await read()).length).toBeLessThanOrEqual(maxLength * 1.1 + maxLength / 80);
      }
      expect((await read()).length).toBeGreaterThanOrEqual(maxLength);
    }
  });

  it("is what recording an event without an id takes; with an id the script makes sure of it", async () => {
    const { server, calls } = await open();
    const cache = await PolicyCache.open(server.url, { workers: "none" });
    onTestFinished(() => cache.close());
    await cache.record(outcome("success"));
    await server.command("CONFIG", "RESETSTAT");
    for (let count = 0; count < 5; count += 1) await cache.record(outcome("success"));
    expect([await calls("evalsha"), await calls("xadd")]).toEqual([0, 5]);
    expect(await cache.record(outcome("success", { id: "one" }))).toMatchObject({ recorded: true });
    expect(await cache.record(outcome("success", { id: "one" }))).toMatchObject({ recorded: false });
    expect([await calls("evalsha"), await calls("xadd")]).toEqual([2, 6]);
    await cache.flush();
    expect((await cache.statistics()).totals).toMatchObject({ events: 7, policies: 1 });
  });

  it("looks often enough for eight processes to share a stream", () => {
    const schedules = Array.from({ length: 8 }, () => new TrimSchedule());
    let [length, longest] = [0, 0];
    for (let append = 0; append < 5000; append += 1) {
      length += 1;
      if (schedules[append % 8]?.isDue("stream", 1000) === true && length > 1100) length = 1000;
      longest = Math.max(longest, length);
    }
    expect(longest).toBeLessThanOrEqual(1200);
    expect(longest).toBeGreaterThan(1100);
  });
});
