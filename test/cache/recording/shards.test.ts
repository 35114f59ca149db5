import { describe, expect, it, onTestFinished } from "vitest";
import type { PolicyCacheOptions } from "../../../src/cache/opening/cache-options.js";
import { PolicyCache } from "../../../src/cache/policy-cache.js";
import { Store } from "../../../src/store/store.js";
import { DEPLOY, outcome } from "../../support/events.js";
import { StrictEngine } from "../../support/stores/strict-engine.js";

const AGENTS = Array.from({ length: 10 }, (_, index) => `agent-${index}`);
/** Seven successes of each agent, the agents taking turns. */
const EVENTS = Array.from({ length: 70 }, (_, index) =>
  outcome("success", { agentId: AGENTS[index % 10] ?? "", id: `event ${index}` }),
);

async function openSharded(shards: number, options: PolicyCacheOptions = {}): Promise<PolicyCache> {
  const store = new Store(new StrictEngine(shards));
  const cache = await PolicyCache.open(store, options);
  onTestFinished(async () => {
    await cache.close();
    await store.close();
  });
  return cache;
}

describe.each(["background", "inline", "none"] as const)("agents in several shards, with %s workers", (workers) => {
  it.each([3, 8])("learn as if each had a store to itself, in %d shards", async (shards) => {
    const cache = await openSharded(shards, { workers });
    expect((await cache.recordMany(EVENTS)).recorded).toBe(70);
    expect(await cache.recordMany(EVENTS)).toMatchObject({ recorded: 0, duplicates: 70 });
    await cache.flush();
    const statistics = await cache.statistics();
    expect(statistics.agents.map(({ agentId }) => agentId)).toEqual(AGENTS);
    expect(statistics.totals).toMatchObject({ events: 70, policies: 10, states: 10 });
    const groups = [{ name: "crystallizer", pending: 0, lag: 0 }];
    expect(statistics.stream).toEqual({ appended: 70, length: 70, groups, deadLetters: 0 });
    for (const agentId of AGENTS) {
      const decision = await cache.decide({ agentId, state: DEPLOY });
      if (decision.kind !== "serve") throw new Error(`${agentId}: ${decision.reason}`);
      expect(await cache.report(decision.decisionId, { outcome: "success", reward: 1 })).toMatchObject({
        status: "learned",
      });
      expect(await cache.ranking({ agentId })).toMatchObject({ total: 1 });
      const { policies } = await cache.explain({ agentId, state: DEPLOY });
      expect(policies).toMatchObject([{ evidence: { trials: 8 }, predictions: [{ resolved: true }] }]);
    }
  });
});

describe("a batch of several agents", () => {
  it("is refused as a whole when one event is wrong", async () => {
    const cache = await openSharded(8);
    const wrong = { ...outcome("success", { agentId: "agent-9" }), state: 1 } as never;
    await expect(cache.recordMany([...EVENTS, wrong])).rejects.toThrow(/state is 1/);
    expect((await cache.statistics()).stream.appended).toBe(0);
  });

  it("is recorded where it can be when a shard fails, and once when it is repeated", async () => {
    const cache = await openSharded(8, { workers: "none" });
    const broken = cache.store.shardOf("agent-3");
    const run = cache.store.run.bind(cache.store);
    cache.store.run = (operation, input, shard) =>
      shard === broken ? Promise.reject(new Error("this shard is away")) : run(operation, input, shard);
    await expect(cache.recordMany(EVENTS)).rejects.toThrow("this shard is away");
    cache.store.run = run;
    const { recorded, duplicates } = await cache.recordMany(EVENTS);
    expect(recorded).toBe(7 * AGENTS.filter((agent) => cache.store.shardOf(agent) === broken).length);
    expect(duplicates).toBe(70 - recorded);
    await cache.flush();
    expect((await cache.statistics()).totals).toMatchObject({ events: 70, policies: 10 });
  });
});
