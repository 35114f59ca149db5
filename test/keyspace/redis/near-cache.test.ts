import { setImmediate as nextTurn } from "node:timers/promises";
import { createClient } from "@redis/client";
import { expect, it, onTestFinished } from "vitest";
import type { PolicyCacheOptions } from "../../../src/cache/opening/cache-options.js";
import { stateKey } from "../../../src/cache/outcome-keys.js";
import { PolicyCache } from "../../../src/cache/policy-cache.js";
import { computeFingerprint } from "../../../src/maths/json/fingerprint.js";
import { listRecords } from "../../../src/operations/records/reading.js";
import { eventually } from "../../support/eventually.js";
import { describeWithServer, startRedis } from "../../support/redis/describe-with-redis.js";
import type { RedisServer } from "../../support/redis/redis-server.js";

const STATE = { at: "home" };
const EVENT = { state: STATE, action: { type: "go" }, outcome: "success" } as const;
const RECORDS = { keys: { records: stateKey("default", computeFingerprint(STATE)) } };

async function open(server: RedisServer, options: PolicyCacheOptions = {}): Promise<PolicyCache> {
  const cache = await PolicyCache.open(server.url, { workers: "inline", ...options });
  onTestFinished(() => cache.close());
  return cache;
}

/** Outcomes in the evidence of the state, as a cache sees it. */
async function trials(cache: PolicyCache): Promise<unknown> {
  const records = await cache.store.run(listRecords, RECORDS, 0);
  return records.map(({ fields }) => fields.trials).find((count) => count !== undefined);
}

/** How often the server was asked for records. */
async function readsOf(server: RedisServer): Promise<number> {
  const statistics = String(await server.command("INFO", "commandstats"));
  return Number(/cmdstat_hgetall:calls=(\d+)/.exec(statistics)?.[1] ?? 0);
}

describeWithServer("the near cache", () => {
  it("answers what it has read without asking the server, until somebody else changes it", async () => {
    const server = await startRedis();
    const [near, other] = [await open(server, { nearCache: true }), await open(server)];
    await other.record(EVENT);
    expect(await trials(near)).toBe(1);
    const before = await readsOf(server);
    for (let time = 0; time < 100; time += 1) expect(await trials(near)).toBe(1);
    expect(await readsOf(server)).toBe(before);
    for (let count = 2; count <= 20; count += 1) {
      await other.record(EVENT);
      await eventually("the change is seen", async () => (await trials(near)) === count);
    }
  });

  it("keeps no more bytes than it may, and what it does keep it answers from", async () => {
    const server = await startRedis();
    const megabyte = 1_048_576;
    const [near, other] = [
      await open(server, { nearCache: true, nearCacheBytes: 8 * megabyte }),
      await open(server, { workers: "inline" }),
    ];
    const states = Array.from({ length: 30 }, (_, index) => ({ index, text: "x".repeat(1_000_000) }));
    for (const state of states) await other.record({ ...EVENT, state });
    const read = async (state: (typeof states)[number]) => {
      const records = { keys: { records: stateKey("default", computeFingerprint(state)) } };
      expect(await near.store.run(listRecords, records, 0)).not.toEqual([]);
    };
    for (const state of states) await read(state);
    const before = await readsOf(server);
    for (const state of states.toReversed()) await read(state);
    const again = (await readsOf(server)) - before;
    expect(again, "states that were not kept").toBeGreaterThanOrEqual(states.length - 8);
    expect(again).toBeLessThan(states.length);
    await expect(PolicyCache.open(server.url, { nearCacheBytes: 0.5 })).rejects.toThrow(/nearCacheBytes is 0.5/);
  });

  it("remembers that there is nothing, until there is", async () => {
    const server = await startRedis();
    const [near, other] = [await open(server, { nearCache: true }), await open(server)];
    expect(await trials(near)).toBeUndefined();
    expect(await trials(near)).toBeUndefined();
    await other.record(EVENT);
    await eventually("the change is seen", async () => (await trials(near)) === 1);
  });

  it("sees what its own process wrote at once", async () => {
    const server = await startRedis();
    const near = await open(server, { nearCache: true });
    for (let count = 1; count <= 200; count += 1) {
      await near.record(EVENT);
      expect(await trials(near)).toBe(count);
    }
  });

  it("never keeps what changed while it was on its way", async () => {
    const server = await startRedis();
    const [near, other] = [await open(server, { nearCache: true }), await open(server)];
    let isOver = false;
    const reading = (async () => {
      while (!isOver) {
        await Promise.all([trials(near), trials(near), trials(near)]);
        await nextTurn(); // a hit waits for nothing
      }
    })();
    for (let count = 1; count <= 300; count += 1) await other.record(EVENT);
    isOver = true;
    await reading;
    await eventually("the last change is seen", async () => (await trials(near)) === 300);
  });

  it("forgets everything when its connection breaks, because changes may have gone by unseen", async () => {
    const server = await startRedis();
    const [near, other] = [await open(server, { nearCache: true }), await open(server)];
    await other.record(EVENT);
    for (let count = 1; count <= 5; count += 1) {
      expect(await trials(near)).toBe(count);
      const clients = String(await server.command("CLIENT", "LIST")).split("\n");
      const tracking = clients.find((line) => / flags=\w*t/.test(line));
      expect(tracking).toBeDefined();
      await server.command("CLIENT", "KILL", "ID", /id=(\d+)/.exec(tracking ?? "")?.[1] ?? "");
      await other.record(EVENT);
      await eventually("the change is seen", async () => (await trials(near)) === count + 1);
      await eventually("it keeps again what it reads", async () => {
        const before = await readsOf(server);
        expect(await trials(near)).toBe(count + 1);
        return (await readsOf(server)) === before;
      });
    }
  });

  it("gives out nothing it kept when the server gives no sign of life, and all of it when it does", async () => {
    const server = await startRedis();
    const near = await open(server, { nearCache: true, commandTimeoutMs: 300 });
    await near.record(EVENT);
    expect(await trials(near)).toBe(1);
    server.pause();
    const isRefused = () =>
      trials(near).then(
        () => false,
        (error) => error.code === "STORE_UNAVAILABLE",
      );
    await eventually("reading fails", isRefused);
    server.resume();
    await eventually("reading works", async () => !(await isRefused()));
    expect(await trials(near)).toBe(1);
  });

  it("works with a client of the caller's, whatever protocol that speaks", async () => {
    const server = await startRedis();
    const client = createClient({ url: server.url, RESP: 2 });
    await client.connect();
    onTestFinished(() => client.destroy());
    const near = await PolicyCache.open({ client }, { workers: "inline", nearCache: true });
    onTestFinished(() => near.close());
    const other = await open(server);
    for (let count = 1; count <= 5; count += 1) {
      await other.record(EVENT);
      await eventually("the change is seen", async () => (await trials(near)) === count);
    }
    const before = await readsOf(server);
    expect(await trials(near)).toBe(5);
    expect(await readsOf(server)).toBe(before);
  });

  it("needs the right to be told of changes", async () => {
    const rules = "~* &* +@all -client|tracking";
    const server = await startRedis({ user: { name: "agent", password: "x", rules } });
    const opening = PolicyCache.open(server.url.replace("//", "//agent:x@"), { nearCache: true });
    await expect(opening).rejects.toMatchObject({ code: "STORE_ACCESS_DENIED" });
  });

  it("gives out what nobody can change", async () => {
    const server = await startRedis();
    const near = await open(server, { nearCache: true });
    await near.record(EVENT);
    const [record] = await near.store.run(listRecords, RECORDS, 0);
    expect(() => Object.assign(record?.fields ?? {}, { trials: 99 })).toThrow(TypeError);
    expect(await trials(near)).toBe(1);
  });
});
