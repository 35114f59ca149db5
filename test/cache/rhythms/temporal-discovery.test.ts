import { expect, it } from "vitest";
import {
  createTemporalDiscoveryHandler,
  OUTCOME_STREAM,
  type OutcomeEvent,
  PolicyCache,
  type PolicyIdentity,
  type TuningConstants,
  temporalDiscoveryHandler,
} from "../../../src/index.js";
import { StreamConsumer, type StreamHandler, TemporalPeriod } from "../../../src/models.js";
import { appendEntry } from "../../../src/operations/streams/streams.js";
import { atomically, describeOnEveryEngine, type EngineName, openTestStore } from "../../support/stores/stores.js";

const DAY = 86_400;
const HOUR = 3600;
const WEEK = TemporalPeriod.weekly;
/** 6 January 2025, 00:00 UTC. */
const MONDAY = 1_736_121_600;
/** Middle of a Monday and of a Tuesday, after the Unix epoch, modulo a week. */
const [MONDAY_PHASE, TUESDAY_PHASE] = [388_800, 475_200];

interface Bench {
  readonly cache: PolicyCache;
  /** Records that the action was taken at these times, and counts it. */
  readonly take: (times: readonly number[], changes?: Partial<OutcomeEvent>) => Promise<void>;
  /** Lets a consumer of this group handle all events it has not seen. */
  readonly discover: (groupName?: string, handler?: StreamHandler) => Promise<void>;
  readonly cycles: (agentId?: string, actionType?: string) => Promise<readonly unknown[]>;
}

async function openBench(engine: EngineName, defaults: Partial<TuningConstants> = {}): Promise<Bench> {
  const store = await openTestStore(engine, { clock: () => MONDAY + 365 * DAY, defaults });
  const cache = await PolicyCache.open(store, { workers: "inline" });
  return {
    cache,
    take: async (times, changes = {}) => {
      const event: OutcomeEvent = {
        agentId: "agent-1",
        state: { task: "report" },
        action: { type: "send" },
        outcome: "success",
      };
      await cache.recordMany(times.map((ts) => ({ ...event, ts, ...changes })));
    },
    discover: async (groupName = "rhythm", handler = temporalDiscoveryHandler) => {
      const options = { store, streamKey: OUTCOME_STREAM, groupName, consumerName: "one", handler, blockMs: 0 };
      const consumer = new StreamConsumer(options);
      while ((await consumer.processBatch()) > 0);
    },
    cycles: async (agentId = "agent-1", actionType = "send") => {
      const { records } = await cache.policies.query({ agentId, actionType });
      return records.flatMap(({ expectedValue }) => expectedValue.cycles);
    },
  };
}

/** Once a week on one weekday, at any hour. */
function weekly(count: number, first = MONDAY): number[] {
  return Array.from({ length: count }, (_, index) => first + index * WEEK + anyHour(index));
}

/** Once a day at one hour. */
function daily(count: number, hour: number, first = MONDAY): number[] {
  return Array.from({ length: count }, (_, index) => first + index * DAY + hour * HOUR);
}

/** Every day from Monday to Friday, at any hour from 8 to 17. */
function office(weeks: number, first = MONDAY): number[] {
  const day = (week: number, weekday: number) => first + week * WEEK + weekday * DAY;
  return Array.from({ length: 5 * weeks }, (_, index) => day(Math.floor(index / 5), index % 5) + officeHour(index));
}

function anyHour(index: number): number {
  return ((index * 7) % 24) * HOUR;
}

function officeHour(index: number): number {
  return (8 + ((index * 7) % 10)) * HOUR;
}

const other = { action: { type: "other" } };

describeOnEveryEngine("temporal discovery", (engine) => {
  it("C114: gives a policy whose action is taken every Monday a weekly cycle that peaks in the middle of Mondays", async () => {
    const { take, discover, cycles } = await openBench(engine);
    await take(weekly(20));
    await discover();
    expect(await cycles()).toEqual([
      { periodSeconds: WEEK, amplitude: 0.5, phaseSeconds: MONDAY_PHASE, origin: "discovered" },
    ]);
  });

  it("gives one whose action is taken at nine every day a daily cycle that peaks in the middle of that hour", async () => {
    const { take, discover, cycles } = await openBench(engine);
    await take(daily(40, 9));
    await discover();
    expect(await cycles()).toEqual([
      { periodSeconds: DAY, amplitude: 0.5, phaseSeconds: 9.5 * HOUR, origin: "discovered" },
    ]);
  });

  it("gives one cycle of each kind at most", async () => {
    const { take, discover, cycles } = await openBench(engine);
    await take(Array.from({ length: 40 }, (_, week) => MONDAY + week * WEEK + 9 * HOUR));
    await discover();
    expect(await cycles()).toMatchObject([{ periodSeconds: WEEK }, { periodSeconds: DAY }]);
  });

  it("ranks a policy with a rhythm higher at its time than at another", async () => {
    const { cache, take, discover } = await openBench(engine);
    await take(weekly(20));
    await discover();
    const { records: policies } = await cache.ranking({ agentId: "agent-1" });
    // The clock stands on a Tuesday, a year later: 2 pi / 7 after the peak.
    expect(policies[0]?.parts.expectedValue).toBeGreaterThan(0.5 * Math.cos((2 * Math.PI) / 7));
  });

  it("C116: finds nothing in a burst, nor in an action taken every day at any hour", async () => {
    const { take, discover, cycles } = await openBench(engine);
    await take(Array.from({ length: 50 }, (_, index) => MONDAY + index * 60));
    await take(Array.from({ length: 70 }, (_, index) => MONDAY + index * DAY + anyHour(index)));
    await discover();
    expect(await cycles()).toEqual([]);
  });

  it("does not take the working hours of the agent for a rhythm of its policies", async () => {
    const { take, discover, cycles } = await openBench(engine);
    for (const [index, at] of office(26).entries()) {
      await take([at], other);
      if (index % 3 === 0) await take([at]);
    }
    await discover();
    expect(await cycles()).toEqual([]);
  });

  it("finds a rhythm within the working hours of the agent", async () => {
    const { take, discover, cycles } = await openBench(engine);
    for (const [index, at] of office(26).entries()) {
      await take([at], other);
      if (index % 5 === 1) await take([at]);
    }
    await discover();
    expect(await cycles()).toMatchObject([{ periodSeconds: WEEK, phaseSeconds: TUESDAY_PHASE }]);
    expect(await cycles("agent-1", "other")).toEqual([]);
  });

  it("looks at the weekdays and hours of the time zone", async () => {
    const { take, discover, cycles } = await openBench(engine, { timeZone: "Asia/Kathmandu" });
    const offset = 5.75 * HOUR;
    // Half past eleven in the evening and half past midnight of a Monday in Nepal: two days in UTC.
    await take(Array.from({ length: 20 }, (_, week) => MONDAY + week * WEEK - offset + (0.5 + 23 * (week % 2)) * HOUR));
    await discover();
    const [first] = await cycles();
    expect(first).toMatchObject({ periodSeconds: WEEK, phaseSeconds: MONDAY_PHASE - offset });
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

  it("moves the cycle when the evidence moves, and keeps the learned amplitude", async () => {
    const { cache, take, discover, cycles } = await openBench(engine);
    await take(weekly(12));
    await discover();
    const { records } = await cache.policies.query({ agentId: "agent-1" });
    await cache.policies.clock("expectedValue").strengthenCycles(identityOf(records));
    await take(weekly(4, MONDAY + 12 * WEEK + DAY));
    await discover();
    expect(await cycles()).toMatchObject([{ amplitude: 0.6, phaseSeconds: MONDAY_PHASE }]);
    await take(weekly(60, MONDAY + 16 * WEEK + DAY));
    await discover();
    expect(await cycles()).toMatchObject([{ amplitude: 0.6, phaseSeconds: TUESDAY_PHASE }]);
  });

  it("drops the cycle when the rhythm is gone", async () => {
    const { take, discover, cycles } = await openBench(engine);
    await take(weekly(12));
    await discover();
    expect(await cycles()).toHaveLength(1);
    await take(Array.from({ length: 130 }, (_, index) => MONDAY + (90 + 3 * index) * DAY + anyHour(index)));
    await discover();
    expect(await cycles()).toEqual([]);
  });

  it("asks for more of the same evidence when many policies were tested", async () => {
    const { cache, take, discover, cycles } = await openBench(engine);
    await take(weekly(7));
    await discover();
    expect(await cycles()).toHaveLength(1);
    // Seven other policies that are used evenly: seven Mondays are not enough beside them at a stricter level.
    const evenly = Array.from({ length: 60 }, (_, index) => MONDAY + index * DAY + anyHour(index));
    for (let task = 0; task < 7; task += 1) await take(evenly, { state: { task } });
    const strict = createTemporalDiscoveryHandler({ pThreshold: 1e-3 });
    await discover("strict", strict);
    expect(await cycles()).toEqual([]);
    await take(weekly(7, MONDAY + 7 * WEEK));
    await discover("strict", strict);
    expect(await cycles()).toHaveLength(1);
    expect((await cache.policies.query({ agentId: "agent-1" })).records).toHaveLength(8);
  });

  it("sows a cycle again that had been unlearned", async () => {
    const { cache, take, discover, cycles } = await openBench(engine);
    await take(weekly(7));
    await discover();
    const { records } = await cache.policies.query({ agentId: "agent-1" });
    await cache.policies.clock("expectedValue").weakenCycles(identityOf(records), 0);
    expect(await cycles()).toMatchObject([{ amplitude: 0 }]);
    await take(weekly(7, MONDAY + 7 * WEEK));
    await discover();
    expect(await cycles()).toMatchObject([{ amplitude: 0.5 }]);
  });

  it("keeps agents apart, and skips what is no outcome", async () => {
    const { cache, take, discover, cycles } = await openBench(engine);
    await take(weekly(20));
    await take(weekly(6), { agentId: "agent-2" });
    const stray = { payload: { note: "hello" }, maxLength: 1000, nowSeconds: 0 };
    await cache.store.run(appendEntry, { keys: { stream: OUTCOME_STREAM }, ...stray }, 0);
    await discover();
    expect(await cycles("agent-1")).toHaveLength(1);
    expect(await cycles("agent-2")).toEqual([]);
  });

  it("follows the threshold and the amplitude it is given", async () => {
    const { take, discover, cycles } = await openBench(engine);
    await take(weekly(7));
    await discover("rhythm", createTemporalDiscoveryHandler({ pThreshold: 1e-6 }));
    expect(await cycles()).toEqual([]);
    await take(weekly(7, MONDAY + 7 * WEEK));
    await discover("rhythm", createTemporalDiscoveryHandler({ initialCycleAmplitude: 0.8 }));
    expect(await cycles()).toMatchObject([{ amplitude: 0.8, phaseSeconds: MONDAY_PHASE }]);
  });
});

describeOnEveryEngine("what is stored of rhythms", (engine) => {
  it("survives a save, and forgets the use of a policy that is deleted", async () => {
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
    const kept = await atomically(cache.store, (keyspace) => ({
      weeks: keyspace.listRecords(key).length,
      tested: keyspace.countScores("weekly\tPolicyEntry\tagent-1"),
    }));
    expect(kept).toEqual({ weeks: 7, tested: 0 });
  });

  it("keeps a year and forgets what is older", async () => {
    const { cache, take, discover } = await openBench(engine);
    await take(weekly(80));
    await take(weekly(3));
    await discover();
    const weeks = await atomically(cache.store, (keyspace) => keyspace.listRecords("activity\tPolicyEntry\tagent-1"));
    expect(weeks).toHaveLength(52 + 1);
  });
});

function identityOf([policy]: readonly PolicyIdentity[]): PolicyIdentity {
  if (policy === undefined) throw new Error("There should be a policy.");
  return policy;
}

it("refuses a time zone that does not exist", async () => {
  await expect(PolicyCache.open("memory:", { defaults: { timeZone: "Mars/Olympus" } })).rejects.toThrow(
    'defaults.timeZone is "Mars/Olympus"',
  );
});
