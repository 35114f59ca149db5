import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { initializeQValue, updateQValue } from "../../../src/cache/q-value.js";
import type { TuningOverrides } from "../../../src/common/tuning/defaults.js";
import { describeOnEveryEngine, openTestCache } from "../../support/stores/stores.js";

const STATE = { kind: "refund" };
const TYPES = ["card", "credit", "voucher"];

interface Step {
  readonly type: string;
  readonly success: boolean;
  /** From 0 to 1, before it is put on a scale. */
  readonly reward: number;
}

type Scale = (reward: number) => number;

/** What is chosen, in turn, by a cache that has seen some events and hears what becomes of its choices. */
async function choicesOn(
  engine: "memory" | "sqlite" | "redis",
  steps: readonly Step[],
  scale: Scale,
  defaults: TuningOverrides = {},
): Promise<readonly string[]> {
  const cache = await openTestCache(engine, { workers: "inline", clock: () => 1_800_000_000, defaults });
  for (const { type, success, reward } of steps) {
    const outcome = success ? "success" : "failure";
    await cache.record({ state: STATE, action: { type }, outcome, reward: scale(reward) });
  }
  const choices: string[] = [];
  for (const { success, reward } of steps.slice(0, 12)) {
    const decision = await cache.decide({ state: STATE });
    if (decision.kind === "abstain") {
      choices.push("abstain");
      continue;
    }
    choices.push(`${decision.kind} ${decision.action.type}`);
    await cache.report(decision.decisionId, { outcome: success ? "success" : "failure", reward: scale(reward) });
  }
  return choices;
}

/** Powers of two change no digit, so that equal scores stay equal. */
const scales: Record<string, Scale> = {
  "a thousandth": (reward) => reward / 1024,
  "nine hundred times": (reward) => reward * 1024,
  "all negative": (reward) => reward - 2,
  "far from zero": (reward) => reward + 1024,
};

const step = fc.record({
  type: fc.constantFrom(...TYPES),
  success: fc.integer({ min: 0, max: 9 }).map((draw) => draw > 0),
  reward: fc.integer({ min: 0, max: 8 }).map((eighths) => eighths / 8),
});

describe("choices", () => {
  for (const [name, scale] of Object.entries(scales)) {
    it(`are the same with rewards that are ${name}`, async () => {
      await fc.assert(
        fc.asyncProperty(fc.array(step, { minLength: 20, maxLength: 60 }), async (steps) => {
          const usual = await choicesOn("memory", steps, (reward) => reward);
          expect(await choicesOn("memory", steps, scale)).toEqual(usual);
        }),
        { numRuns: 60 },
      );
    });
  }
});

describeOnEveryEngine("of two actions that always succeed", (engine) => {
  it.each([
    [0.03, 0.001],
    [900, 30],
    [-1, -3],
    [101, 100],
  ])("the one that brings %d is served before the one that brings %d, at once", async (better, worse) => {
    const cache = await openTestCache(engine, { workers: "inline" });
    for (let event = 0; event < 12; event += 1) {
      // The worse one is better known by far.
      await cache.record({ state: STATE, action: { type: "worse" }, outcome: "success", reward: worse });
      await cache.record({ state: STATE, action: { type: "worse" }, outcome: "success", reward: worse });
      await cache.record({ state: STATE, action: { type: "better" }, outcome: "success", reward: better });
    }
    for (let decision = 0; decision < 5; decision += 1) {
      const { kind, ...answer } = await cache.decide({ state: STATE });
      expect([kind, "action" in answer ? answer.action.type : ""]).toEqual(["serve", "better"]);
      if ("decisionId" in answer) await cache.report(answer.decisionId, { outcome: "success", reward: better });
    }
  });
});

describe("a value that is set by hand", () => {
  it("moves a policy in the ranking", async () => {
    const cache = await openTestCache("memory", { workers: "inline" });
    for (let event = 0; event < 10; event += 1) {
      for (const type of ["a", "b"]) {
        await cache.record({ state: STATE, action: { type }, outcome: "success", reward: 50 });
        await cache.record({ state: STATE, action: { type }, outcome: "success", reward: 100 });
      }
    }
    const first = await cache.decide({ state: STATE });
    expect(first).toMatchObject({ kind: "serve", action: { type: "a" } });
    if (first.kind !== "serve") return;
    const { agentId, stateFingerprint } = first;
    const b = { agentId, stateFingerprint, actionType: "b" };
    for (let update = 0; update < 10; update += 1) await updateQValue(cache.store, b, { reward: 200 });
    expect(await cache.decide({ state: STATE })).toMatchObject({ action: { type: "b" } });
    await initializeQValue(cache.store, b, 0);
    expect(await cache.decide({ state: STATE })).toMatchObject({ action: { type: "a" } });
  });
});
