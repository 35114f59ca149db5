import { describe, expect, it } from "vitest";
import {
  createTemporalDiscoveryHandler,
  OUTCOME_STREAM,
  type OutcomeEvent,
  PolicyCache,
  StreamConsumer,
  type StreamHandler,
  TemporalPeriod,
  temporalDiscoveryHandler,
} from "../../src/index.js";
import { atomically, ENGINES, type EngineName, openTestStore } from "../support/stores.js";

const DAY = 86_400;
const WEEK = TemporalPeriod.weekly;
/** 6 January 2025, 00:00 UTC. */
const MONDAY = 1_736_121_600;
/** Middle of a Monday and of a Tuesday, after the Unix epoch, modulo a week. */
const [MONDAY_PHASE, TUESDAY_PHASE] = [388_800, 475_200];

const state = { task: "report" };
const identity = { agentId: "agent-1", stateFingerprint: "", actionType: "send" };

interface Bench {
  readonly cache: PolicyCache;
  /** Records that the action was taken at these times, and counts it. */
  readonly take: (times: readonly number[], changes?: Partial<OutcomeEvent>) => Promise<void>;
  /** Lets a consumer of this group handle all events it has not seen. */
  readonly discover: (groupName?: string, handler?: StreamHandler) => Promise<void>;
  readonly cycles: (agentId?: string) => Promise<readonly unknown[]>;
}

async function openBench(engine: EngineName): Promise<Bench> {
  const store = await openTestStore(engine, { clock: () => MONDAY + 365 * DAY });
  const cache = await PolicyCache.open(store, { workers: "inline" });
  return {
    cache,
    take: async (times, changes = {}) => {
      const event: OutcomeEvent = { agentId: "agent-1", state, action: { type: "send" }, outcome: "success" };
      await cache.recordMany(times.map((ts) => ({ ...event, ts, ...changes })));
    },
    discover: async (groupName = "rhythm", handler = temporalDiscoveryHandler) => {
      const options = { store, streamKey: OUTCOME_STREAM, groupName, consumerName: "one", handler, blockMs: 0 };
      const consumer = new StreamConsumer(options);
      while ((await consumer.processBatch()) > 0);
    },
    cycles: async (agentId = "agent-1") => {
      const { records } = await cache.policies.query({ agentId });
      return records.flatMap(({ expectedValue }) => expectedValue.cycles);
    },
  };
}

function weekly(count: number, first = MONDAY): number[] {
  return Array.from({ length: count }, (_, index) => first + index * WEEK + 9 * 3600);
}

describe.each(ENGINES)("temporal discovery on %s", (engine) => {
  it("C114: gives a policy whose action is taken every Monday a weekly cycle that peaks in the middle of Mondays", async () => {
    const { take, discover, cycles } = await openBench(engine);
    await take(weekly(20));
    await discover();
    expect(await cycles()).toEqual([
      { periodSeconds: WEEK, amplitude: 0.5, phaseSeconds: MONDAY_PHASE, origin: "discovered" },
    ]);
  });

  it("C116: finds nothing in a burst, nor in an action taken every day", async () => {
    const { take, discover, cycles } = await openBench(engine);
    await take(Array.from({ length: 50 }, (_, index) => MONDAY + index * 60));
    await take(Array.from({ length: 70 }, (_, index) => MONDAY + index * DAY));
    await discover();
    expect(await cycles()).toEqual([]);
  });

  it("needs a policy to attach to, and attaches once there is one", async () => {
    const { take, discover, cycles } = await openBench(engine);
    await take(weekly(5));
    await take(weekly(3, MONDAY + 5 * WEEK), { outcome: "failure" });
    await discover();
    expect(await cycles()).toEqual([]);
    await take(weekly(12, MONDAY + 8 * WEEK));
    await discover();
    expect(await cycles()).toHaveLength(1);
  });

  it("handles every event again without changing anything", async () => {
    const { cache, take, discover } = await openBench(engine);
    await take(weekly(20));
    await discover();
    const before = await cache.policies.query({ agentId: "agent-1" });
    await discover("another group");
    expect(await cache.policies.query({ agentId: "agent-1" })).toEqual(before);
  });

  it("tests again only when the days have doubled, then corrects the phase and keeps the learned amplitude", async () => {
    const { cache, take, discover, cycles } = await openBench(engine);
    await take(weekly(7));
    await discover();
    const { records } = await cache.policies.query({ agentId: "agent-1" });
    const policy = records[0] ?? identity;
    await cache.policies.clock("expectedValue").strengthenCycles(policy);
    await take(weekly(6, MONDAY + 7 * WEEK + DAY));
    await discover();
    expect(await cycles()).toMatchObject([{ amplitude: 0.6, phaseSeconds: MONDAY_PHASE }]);
    await take(weekly(30, MONDAY + 13 * WEEK + DAY));
    await discover();
    expect(await cycles()).toMatchObject([{ amplitude: 0.6, phaseSeconds: TUESDAY_PHASE }]);
  });

  it("sows a cycle again that had been unlearned", async () => {
    const { cache, take, discover, cycles } = await openBench(engine);
    await take(weekly(7));
    await discover();
    const { records } = await cache.policies.query({ agentId: "agent-1" });
    await cache.policies.clock("expectedValue").weakenCycles(records[0] ?? identity, 0);
    expect(await cycles()).toMatchObject([{ amplitude: 0 }]);
    await take(weekly(7, MONDAY + 7 * WEEK));
    await discover();
    expect(await cycles()).toMatchObject([{ amplitude: 0.5 }]);
  });

  it("survives a save, and forgets the days of a policy that is deleted", async () => {
    const { cache, take, discover, cycles } = await openBench(engine);
    await take(weekly(20));
    await discover();
    const { records } = await cache.policies.query({ agentId: "agent-1" });
    const policy = records[0];
    if (policy === undefined) throw new Error("There should be a policy.");
    await cache.policies.save(policy);
    expect(await cycles()).toHaveLength(1);
    await cache.policies.delete(policy);
    await take(weekly(6, MONDAY + 20 * WEEK));
    await discover();
    expect(await cycles()).toEqual([]);
    const key = `rhythm\tPolicyEntry\tagent-1\t${policy.stateFingerprint}\tsend`;
    expect(await atomically(cache.store, (keyspace) => keyspace.listRecords(key).length)).toBe(7);
  });

  it("keeps agents apart, and skips what is no outcome", async () => {
    const { cache, take, discover, cycles } = await openBench(engine);
    await take(weekly(20));
    await take(weekly(6), { agentId: "agent-2" });
    await atomically(cache.store, (keyspace) => keyspace.appendToStream(OUTCOME_STREAM, { note: "hello" }, 0));
    await discover();
    expect(await cycles("agent-1")).toHaveLength(1);
    expect(await cycles("agent-2")).toEqual([]);
  });

  it("follows the threshold and the amplitude it is given", async () => {
    const { take, discover, cycles } = await openBench(engine);
    await take(weekly(7)); // by chance, seven equal weekdays come once in 117 649 times
    await discover("rhythm", createTemporalDiscoveryHandler({ pThreshold: 1e-6 }));
    expect(await cycles()).toEqual([]);
    await take(weekly(7, MONDAY + 7 * WEEK));
    await discover("rhythm", createTemporalDiscoveryHandler({ initialCycleAmplitude: 0.8 }));
    expect(await cycles()).toMatchObject([{ amplitude: 0.8, phaseSeconds: MONDAY_PHASE }]);
  });
});
