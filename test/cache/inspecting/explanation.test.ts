import { describe, expect, it, onTestFinished } from "vitest";
import type { OutcomeEvent } from "../../../src/cache/events/outcome-event.js";
import type { PolicyCacheOptions } from "../../../src/cache/opening/cache-options.js";
import { PolicyCache } from "../../../src/cache/policy-cache.js";
import { InvalidArgumentError } from "../../../src/common/errors.js";
import { anytimeLowerBound } from "../../../src/maths/statistics/anytime.js";
import { wilsonLowerBound } from "../../../src/maths/statistics/wilson-bound.js";
import { exportStore } from "../../../src/migration/export-store.js";
import { importStore } from "../../../src/migration/import-store.js";
import { openStore } from "../../../src/store/store.js";
import { FaultInjector } from "../../support/faults.js";
import { learnedReport } from "../../support/learned-report.js";
import { ManualClock } from "../../support/manual-clock.js";
import {
  describeOnDurableEngines,
  describeOnEveryEngine,
  freshLocation,
  openTestCache,
} from "../../support/stores/stores.js";

const STATE = { task: "deploy" };
const NOW = 1_750_000_000;
const DAY = 86_400;
const policy = { agentId: "default", state: STATE, actionType: "go" };

function outcomes(outcome: "success" | "failure", count: number, more: Partial<OutcomeEvent> = {}): OutcomeEvent[] {
  return Array(count).fill({ state: STATE, action: { type: "go" }, outcome, ...more });
}

/** The explained evidence of the only action of a state. */
async function explainOnly(cache: PolicyCache, events?: number) {
  const explanation = await cache.explain({ state: STATE, ...(events === undefined ? {} : { events }) });
  const [evidence, ...others] = explanation.evidence;
  if (evidence === undefined || others.length > 0) throw new Error("There should be the evidence of one action.");
  return evidence;
}

const numbersOf = (evidence: Awaited<ReturnType<typeof explainOnly>>) => evidence.events.map(({ number }) => number);

describeOnEveryEngine("the history of evidence", (engine) => {
  const open = (options: PolicyCacheOptions = {}) =>
    openTestCache(engine, { workers: "inline", clock: () => NOW, ...options });

  it("has the outcomes that counted, with both bounds and the Q-value after each", async () => {
    const cache = await open();
    await cache.recordMany([
      ...outcomes("success", 1, { ts: NOW - 9, reward: 0.5 }),
      ...outcomes("failure", 1, { ts: NOW - 8 }),
      ...outcomes("success", 12, { ts: NOW - 7, reward: 1 }),
    ]);
    const before = await cache.decide({ state: STATE });
    if (before.kind === "abstain") throw new Error("There should be a policy.");
    const { qValue } = learnedReport(await cache.report(before.decisionId, { outcome: "success", reward: 2 }));

    const { events, moments } = await explainOnly(cache);
    expect(events.map(({ successes, trials }) => [successes, trials])).toEqual(
      events.map(({ number }) => [number === 1 ? 1 : number - 1, number]),
    );
    expect(events).toHaveLength(15);
    const [first, second, third] = events;
    const source = "recorded";
    expect(first).toMatchObject({ number: 1, atSeconds: NOW - 9, outcome: "success", source, reward: 0.5 });
    expect(first?.qValue).toBeCloseTo(0.05, 15);
    expect(second).toMatchObject({ outcome: "failure", atSeconds: NOW - 8 });
    expect(second).not.toHaveProperty("reward");
    expect(second).not.toHaveProperty("qValue"); // nothing is learned without a reward
    expect(third?.qValue).toBeCloseTo(0.05 + 0.1 * 0.95, 15);
    expect(events.at(-1)).toEqual({
      number: 15,
      atSeconds: NOW,
      outcome: "success",
      source: "reported",
      reward: 2,
      qValue,
      successes: 14,
      trials: 15,
      wilsonBound: wilsonLowerBound(14, 15, 1.96),
      anytimeBound: anytimeLowerBound(14, 15),
    });
    const created = events.find(({ wilsonBound }) => wilsonBound > 0.6);
    expect(created).toMatchObject({ qValue: created?.wilsonBound });
    expect(moments).toEqual([{ kind: "crystallized", afterNumber: created?.number, atSeconds: NOW }]);
  });

  it("keeps the last ones, as many as it is set to, and shows as many as are asked for", async () => {
    const cache = await open({ defaults: { historyLength: 4 } });
    await cache.recordMany(outcomes("success", 11));
    expect(numbersOf(await explainOnly(cache))).toEqual([8, 9, 10, 11]);
    expect(numbersOf(await explainOnly(cache, 1000))).toEqual([8, 9, 10, 11]);
    expect(numbersOf(await explainOnly(cache, 2))).toEqual([10, 11]);
    expect(numbersOf(await explainOnly(cache, 0))).toEqual([]);
  });

  it("goes on through retirement and the way back, and says when they were", async () => {
    const cache = await open({ defaults: { historyLength: 200 } });
    await cache.recordMany([...outcomes("success", 100), ...outcomes("failure", 3), ...outcomes("success", 7)]);
    const { events, moments } = await explainOnly(cache);
    const countsAfter = (number: number) => {
      const { successes, trials, wilsonBound } = events[number - 1] ?? {};
      return [successes, trials, wilsonBound];
    };
    expect(countsAfter(103)).toEqual([100, 103, wilsonLowerBound(100, 103, 1.96)]);
    expect(countsAfter(104)).toEqual([1, 1, wilsonLowerBound(1, 1, 1.96)]);
    expect(countsAfter(110)).toEqual([7, 7, wilsonLowerBound(7, 7, 1.96)]);
    expect(moments.map(({ kind, afterNumber, reason }) => [kind, afterNumber, reason])).toEqual([
      ["crystallized", 6, undefined],
      ["retired", 103, "outcomes"],
      ["restored", 109, "outcomes"],
    ]);
  });

  it("says who retired and restored by name, and that all outcomes are in force again", async () => {
    const cache = await open();
    await cache.recordMany(outcomes("success", 6));
    await cache.retire(policy, "moving");
    await cache.recordMany(outcomes("success", 1));
    await cache.restore(policy);
    await cache.recordMany(outcomes("success", 1));
    const { events, moments } = await explainOnly(cache);
    expect(events.map(({ trials }) => trials)).toEqual([1, 2, 3, 4, 5, 6, 1, 8]);
    expect(moments.slice(1)).toEqual([
      { kind: "retired", afterNumber: 6, atSeconds: NOW, reason: "moving" },
      { kind: "restored", afterNumber: 7, atSeconds: NOW },
    ]);
  });

  it("shows where evidence started over under another version, with and without a policy", async () => {
    const cache = await open();
    const under = (playbook: string) => ({ dependsOn: { playbook }, ts: NOW - 5 });
    await cache.recordMany([...outcomes("success", 2, under("3")), ...outcomes("success", 7, under("4"))]);
    await cache.recordMany(outcomes("success", 1, under("5")));
    const { events, moments } = await explainOnly(cache);
    expect(events.map(({ trials }) => trials)).toEqual([1, 2, 1, 2, 3, 4, 5, 6, 7, 1]);
    const reason = "another version of what it depends on";
    expect(moments.map(({ kind, afterNumber, reason }) => [kind, afterNumber, reason])).toEqual([
      ["startedOver", 2, reason],
      ["crystallized", 8, undefined],
      ["retired", 9, reason],
    ]);
  });

  it("has the first visits only, where episodes are the evidence", async () => {
    const cache = await open({ evidence: "episode" });
    const visit = (episodeId: string) => outcomes("success", 3, { episodeId, reward: 1 });
    await cache.recordMany([...visit("one"), ...visit("two")]);
    const { events } = await explainOnly(cache);
    expect(events.map(({ number, trials }) => [number, trials])).toEqual([
      [1, 1],
      [2, 2],
    ]);
    expect(events[1]?.qValue).toBeCloseTo(1 - 0.9 ** 4, 12); // values are learned from every step
  });

  it("goes when the policy is deleted, with the evidence", async () => {
    const cache = await open();
    await cache.recordMany(outcomes("success", 8));
    const { stateFingerprint } = await cache.decide({ state: STATE });
    await cache.policies.delete({ agentId: "default", stateFingerprint, actionType: "go" });
    expect((await cache.explain({ state: STATE })).evidence).toEqual([]);
    await cache.recordMany(outcomes("success", 2));
    const { events, moments } = await explainOnly(cache);
    expect([events.map(({ number }) => number), moments]).toEqual([[1, 2], []]);
  });
});

describeOnDurableEngines("the length of the history", (engine) => {
  it("may change: what is shown has no gap", async () => {
    const location = freshLocation(engine);
    const recordAt = async (historyLength: number, count: number) => {
      const cache = await PolicyCache.open(location, { workers: "inline", defaults: { historyLength } });
      await cache.recordMany(outcomes("success", count));
      const numbers = numbersOf(await explainOnly(cache, 100));
      await cache.close();
      return numbers;
    };
    const upTo = (first: number, last: number) => Array.from({ length: last - first + 1 }, (_, index) => first + index);
    expect(await recordAt(6, 10)).toEqual(upTo(5, 10));
    expect(await recordAt(4, 2)).toEqual(upTo(10, 12)); // the eleventh took the place of the ninth
    expect(await recordAt(0, 3)).toEqual(upTo(10, 12)); // nothing is kept any more
    expect(await recordAt(20, 3)).toEqual(upTo(16, 18));
    expect(await recordAt(20, 20)).toEqual(upTo(19, 38));
  });
});

describe("the length of the history", () => {
  it("is checked, and so is how much of it is asked for", async () => {
    for (const historyLength of [-1, 1.5, 1001, Number.NaN]) {
      await expect(openTestCache("memory", { defaults: { historyLength } })).rejects.toThrow("historyLength");
    }
    const cache = await openTestCache("memory", { workers: "inline" });
    for (const events of [-1, 0.5, 1001, "3" as never, Number.NaN]) {
      const asking = cache.explain({ state: STATE, events });
      await expect(asking).rejects.toThrow(InvalidArgumentError);
      await expect(asking).rejects.toThrow("an integer from 0 to 1000");
    }
    await expect(cache.explain(undefined as never)).rejects.toThrow("request");
  });
});

describe("the history", () => {
  it("is no part of what a decision reads", async () => {
    const cache = await openTestCache("memory", { workers: "inline" });
    await cache.recordMany(outcomes("success", 8));
    const watched = new FaultInjector(cache.store);
    await cache.decide({ state: STATE });
    const read = [...watched.touched.values()].flatMap((keys) => [...keys]);
    expect(read.filter((key) => key.startsWith("history"))).toEqual([]);
    await cache.explain({ state: STATE });
    expect([...(watched.touched.get("records") ?? [])].filter((key) => key.startsWith("history"))).toHaveLength(1);
  });

  it.each([1, 5])("moves with an export, also into %d shards", async (shards) => {
    const cache = await openTestCache("memory", { workers: "inline" });
    await cache.recordMany(outcomes("success", 8, { reward: 0.3 }));
    await cache.retire(policy, "moving");
    const moved = await openStore(freshLocation("memory"), { shards });
    onTestFinished(() => moved.close());
    await importStore(moved, exportStore(cache.store));
    const copy = await PolicyCache.open(moved, { workers: "inline" });
    const explained = await explainOnly(copy);
    expect(explained).toEqual(await explainOnly(cache));
    expect(explained.events).toHaveLength(8);
    expect(explained.moments).toHaveLength(2);
  });
});

describe("explaining a state", () => {
  it("that is unknown finds nothing", async () => {
    const cache = await openTestCache("memory");
    expect(await cache.explain({ state: STATE })).toMatchObject({
      decision: { kind: "abstain", reason: "No outcome was ever recorded in this state." },
      evidence: [],
      policies: [],
      guards: [],
    });
  });

  it("with evidence and no policy shows the evidence", async () => {
    const cache = await openTestCache("memory", { workers: "inline" });
    await cache.recordMany(outcomes("success", 2));
    const { decision, evidence, policies } = await cache.explain({ state: STATE });
    expect(decision.kind).toBe("abstain");
    expect(evidence).toMatchObject([{ actionType: "go", events: [{ number: 1 }, { number: 2 }], moments: [] }]);
    expect(policies).toEqual([]);
  });

  it("with a retired policy shows the policy and what became of it", async () => {
    const cache = await openTestCache("memory", { workers: "inline" });
    await cache.recordMany(outcomes("success", 6));
    await cache.retire(policy, "moving");
    const { decision, evidence, policies } = await cache.explain({ state: STATE });
    expect(decision).toMatchObject({ kind: "abstain", reason: expect.stringContaining("moving") });
    expect(evidence[0]?.moments.at(-1)).toMatchObject({ kind: "retired", reason: "moving" });
    expect(policies[0]?.evidence.retired).toMatchObject({ reason: "moving" });
  });

  it("with a policy that was created by hand shows the policy, which has no evidence", async () => {
    const cache = await openTestCache("memory", { actions: { go: { guard: () => true } } });
    const { stateFingerprint } = await cache.decide({ state: STATE });
    const fields = { stateFeatures: STATE, actionSpec: {} };
    await cache.policies.create({ agentId: "default", stateFingerprint, actionType: "go", ...fields });
    const { evidence, policies, guards } = await cache.explain({ state: STATE });
    expect(evidence).toEqual([]);
    expect(policies).toMatchObject([{ entry: { actionType: "go" }, cycles: [] }]);
    expect(guards).toMatchObject([{ actionType: "go", guard: true }]);
  });

  it("shows what is checked before each action is acted on", async () => {
    const schema = { "~standard": { version: 1, vendor: "test", validate: (value: unknown) => ({ value }) } } as const;
    const cache = await openTestCache("memory", {
      workers: "inline",
      clock: () => NOW,
      actions: {
        go: {
          guard: () => "not today",
          schema,
          guardTimeoutMs: 50,
          validUntilSeconds: NOW + 20,
          dependsOn: { model: "x" },
        },
        halt: { irreversible: true },
      },
    });
    await cache.recordMany([
      ...outcomes("success", 8, { dependsOn: { playbook: "3" }, validUntil: NOW + 10 }),
      ...outcomes("failure", 1, { action: { type: "halt" } }),
      ...outcomes("failure", 1, { action: { type: "ask" } }),
    ]);
    await cache.decide({ state: STATE });
    expect((await cache.explain({ state: STATE })).guards).toEqual([
      {
        actionType: "go",
        guard: true,
        schema: true,
        guardTimeoutMs: 50,
        validUntilSeconds: NOW + 10,
        dependsOn: { model: "x", playbook: "3" },
        irreversible: false,
        refusals: { count: 1, lastAtSeconds: NOW, lastReason: "its guard says: not today" },
      },
      { actionType: "ask", guard: false, schema: false, irreversible: false },
      { actionType: "halt", guard: false, schema: false, irreversible: true },
    ]);
  });

  it("shows the cycles of a policy, what they add now and when they peak next", async () => {
    const clock = new ManualClock();
    const monday = 1_736_121_600; // 6 January 2025, 00:00 UTC
    clock.set(monday + 20 * 7 * DAY);
    const cache = await openTestCache("memory", { workers: "inline", discovery: true, clock: clock.read });
    for (let week = 0; week < 20; week += 1) {
      const ts = monday + week * 7 * DAY + ((week * 7) % 24) * 3600;
      await cache.recordMany(outcomes("success", 1, { ts }));
      await cache.flush();
    }
    clock.advance(DAY);
    const [{ cycles } = { cycles: [] }] = (await cache.explain({ state: STATE })).policies;
    expect(cycles).toMatchObject([
      { periodSeconds: 7 * DAY, origin: "discovered", nextPeakSeconds: monday + 21 * 7 * DAY + DAY / 2 },
    ]);
    const halfDayAfterPeak = Math.cos((2 * Math.PI * 0.5) / 7);
    expect(cycles[0]?.termNow).toBeCloseTo((cycles[0]?.amplitude ?? 0) * halfDayAfterPeak, 12);
  });
});
