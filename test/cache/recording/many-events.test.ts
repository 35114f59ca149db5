import { monitorEventLoopDelay } from "node:perf_hooks";
import { describe, expect, it } from "vitest";
import { inPieces } from "../../../src/cache/recording/pieces.js";
import type { OutcomeEntry } from "../../../src/operations/outcomes/outcome.js";
import { describeWithServer, startRedis } from "../../support/redis/describe-with-redis.js";
import { describeOnEveryEngine, openCacheAt, openTestCache } from "../../support/stores/stores.js";

const EVENTS = 20_000;
const AGENTS = 200;

/** Generous for a machine that has other things to do; in one step, the events take seconds. */
const LONGEST_STANDSTILL_MS = 500;

function event(index: number) {
  const outcome = index % 5 === 0 ? "failure" : "success";
  const action = { type: `action-${index % 3}`, spec: { index: index % 2 } };
  return { agentId: `agent-${index % AGENTS}`, id: `${index}`, state: { place: index % 7 }, action, outcome } as const;
}

const events = Array.from({ length: EVENTS }, (_, index) => event(index));

describeOnEveryEngine("many events in one call", (engine) => {
  it.each(["inline", "none"] as const)(
    "do not keep the process from anything else, with workers %s",
    async (workers) => {
      const cache = await openTestCache(engine, { workers });
      const delay = monitorEventLoopDelay({ resolution: 5 });
      delay.enable();
      const result = await cache.recordMany(events);
      delay.disable();
      expect(result).toMatchObject({ recorded: EVENTS, duplicates: 0 });
      expect(delay.max / 1e6).toBeLessThan(LONGEST_STANDSTILL_MS);
      expect(await cache.recordMany(events.slice(0, 1000))).toMatchObject({ recorded: 0, duplicates: 1000 });
      expect((await cache.statistics()).stream.appended).toBe(EVENTS);
    },
    60_000,
  );

  it("are recorded in order, and none when one of them is wrong", async () => {
    const cache = await openTestCache(engine, { workers: "inline" });
    const wrong = { ...event(0), id: "wrong", ts: -1 };
    await expect(cache.recordMany([...events.slice(0, 3000), wrong])).rejects.toThrow(/ts is -1/);
    expect((await cache.statistics()).stream.appended).toBe(0);
    await cache.recordMany(events.slice(0, 1000).map((each) => ({ ...each, agentId: "one" })));
    const single = await openTestCache(engine, { workers: "inline" });
    for (const each of events.slice(0, 1000)) await single.record({ ...each, agentId: "one" });
    const known = async (agentId: string, from: typeof cache) => {
      const values: unknown[] = [];
      for await (const { stateFingerprint, actions } of from.values({ agentId })) {
        values.push([stateFingerprint, actions.map(({ successes, trials }) => [successes, trials])]);
      }
      return values;
    };
    expect(await known("one", cache)).toEqual(await known("one", single));
  }, 60_000);
});

describeWithServer("many events in one call on a server", () => {
  it.each(["inline", "none"] as const)(
    "do not keep the server from other clients, with workers %s",
    async (workers) => {
      const server = await startRedis({ settings: { "slowlog-log-slower-than": `${LONGEST_STANDSTILL_MS * 1000}` } });
      const [cache, other] = [await openCacheAt(server.url, { workers }), await openCacheAt(server.url)];
      let isOver = false;
      const recording = cache.recordMany(events).finally(() => {
        isOver = true;
      });
      let longestMs = 0;
      while (!isOver) {
        const startedAt = performance.now();
        await other.decide({ agentId: "agent-1", state: { place: 1 } });
        longestMs = Math.max(longestMs, performance.now() - startedAt);
      }
      await recording;
      expect(await server.command("SLOWLOG", "LEN")).toBe(0);
      expect(longestMs).toBeLessThan(2 * LONGEST_STANDSTILL_MS);
    },
    60_000,
  );
});

describe("the pieces of a list of events", () => {
  const entry = (characters: number) => ({ stateFeatures: "x".repeat(characters), actionSpec: "{}" }) as OutcomeEntry;
  const sizes = (entries: readonly OutcomeEntry[]) => [...inPieces(entries)].map(({ length }) => length);

  it("hold 250 events at most, and a million characters unless a single one has more", () => {
    expect(sizes([])).toEqual([0]);
    expect(sizes(Array.from({ length: 250 }, () => entry(2)))).toEqual([250]);
    expect(sizes(Array.from({ length: 501 }, () => entry(2)))).toEqual([250, 250, 1]);
    expect(sizes([entry(500_000), entry(500_000), entry(500_000), entry(3_000_000), entry(1)])).toEqual([2, 1, 1, 1]);
  });
});
