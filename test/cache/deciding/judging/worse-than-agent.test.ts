import { expect, it } from "vitest";
import type { PolicyCache } from "../../../../src/cache/policy-cache.js";
import { seededRandom } from "../../../../src/maths/learning/seeded-random.js";
import { describeOnEveryEngine, openTestCache } from "../../../support/stores/stores.js";

const STATE = { kind: "refund" };

interface World {
  readonly worseThanAgent?: number;
  readonly errorBudget?: number;
  readonly trials?: "none" | { readonly rate: number };
  readonly audits?: number;
  readonly agent: (decision: number) => string;
  readonly succeeds: (decision: number, action: string) => boolean;
}

/** Lets the agent decide with the cache, and reports every outcome. */
async function play(cache: PolicyCache, decisions: number, { agent, succeeds, ...asked }: World) {
  const seen = { served: 0, first: null as number | null, trials: 0, audits: 0, failedTrials: 0 };
  for (let index = 0; index < decisions; index += 1) {
    const fallback = () => ({ type: agent(index) });
    const decision = await cache.decide({ state: STATE, timeoutMs: 60_000, ...asked, fallback });
    const success = succeeds(index, decision.action.type);
    if (decision.kind === "serve") {
      seen.served += 1;
      seen.first ??= index;
    }
    if (decision.kind === "fallback" && decision.reason.includes("to be compared with it")) seen.audits += 1;
    if (decision.kind === "trial") {
      seen.trials += 1;
      if (!success) seen.failedTrials += 1;
    }
    await cache.report(decision.decisionId, { outcome: success ? "success" : "failure" });
  }
  return seen;
}

async function comparedIn(cache: PolicyCache) {
  const { evidence } = await cache.explain({ state: STATE });
  return evidence.flatMap(({ actions }) => actions.flatMap(({ compared = [] }) => compared));
}

describeOnEveryEngine("worse than my agent by less than 0.05", (engine) => {
  it("is an action that the agent always takes, after its first choice and 74 more, although it fails at times", async () => {
    const cache = await openTestCache(engine, { workers: "inline" });
    const succeeds = (decision: number) => decision % 10 !== 9;
    const world = { worseThanAgent: 0.05, trials: "none", agent: () => "refund", succeeds } as const;
    expect(await play(cache, 90, world)).toMatchObject({ served: 15, first: 75 });
    expect((await cache.explain({ state: STATE, errorBudget: 0.05 })).decision.kind).toBe("suggest");
    expect((await cache.explain({ state: STATE, worseThanAgent: 0.05 })).decision.kind).toBe("serve");
  });

  it("is what a coin shows for two actions that are equally good, one at a time", async () => {
    const random = seededRandom(5);
    const cache = await openTestCache(engine, { workers: "inline", random });
    const agent = () => (random() < 0.5 ? "refund" : "escalate");
    const seen = await play(cache, 420, { worseThanAgent: 0.1, agent, succeeds: () => true });
    expect(seen.served).toBeGreaterThan(100);
    const [compared, ...others] = await comparedIn(cache);
    expect(others).toEqual([]);
    expect(compared).toMatchObject({ takenPropensity: 0.5, takenFailures: 0, ownFailures: 0 });
    // Every decision by coin counts, whoever made it.
    expect(compared?.decisions).toBeGreaterThan(1.6 * seen.trials);
  });

  it("is never what only the agent knows when to do", async () => {
    const cache = await openTestCache(engine, { workers: "inline", random: seededRandom(9) });
    const agent = (decision: number) => (decision % 2 === 0 ? "refund" : "escalate");
    const succeeds = (decision: number, action: string) => action === agent(decision);
    const seen = await play(cache, 400, { worseThanAgent: 0.05, agent, succeeds });
    expect(seen.served).toBe(0);
    expect(seen.trials).toBeGreaterThan(0);
    expect(seen.failedTrials).toBeLessThanOrEqual(7);
  });

  it("may be asked beside an error budget, and then both hold", async () => {
    const cache = await openTestCache(engine, { workers: "inline" });
    const world = { trials: "none", agent: () => "refund", succeeds: () => true } as const;
    expect(await play(cache, 60, { ...world, errorBudget: 0.1 })).toMatchObject({ first: 40 });
    const both = { state: STATE, errorBudget: 0.1, worseThanAgent: 0.02 };
    const decision = await cache.decide(both);
    expect(decision).toMatchObject({ kind: "suggest" });
    expect((await cache.decide({ ...both, worseThanAgent: 0.2 })).kind).toBe("serve");
  });

  it("is compared further by audits, a share of what would be served", async () => {
    const random = seededRandom(11);
    const cache = await openTestCache(engine, { workers: "inline", random });
    const world = { worseThanAgent: 0.1, trials: "none", audits: 0.2, agent: () => "refund" } as const;
    const seen = await play(cache, 300, { ...world, succeeds: (decision) => decision % 20 !== 0 });
    expect(seen.audits / (seen.audits + seen.served)).toBeCloseTo(0.2, 0);
    expect(await comparedIn(cache)).toEqual([
      {
        takenPropensity: 0.8,
        decisions: seen.audits + seen.served,
        takenFailures: expect.any(Number),
        ownFailures: expect.any(Number),
      },
    ]);
  });

  it("counts a decision by coin against the action until it is reported", async () => {
    const cache = await openTestCache(engine, { workers: "inline", random: () => 0.99 });
    const fallback = () => ({ type: "refund" });
    const asked = { state: STATE, worseThanAgent: 0.1, timeoutMs: 60_000, audits: 0.5, fallback };
    await play(cache, 60, { worseThanAgent: 0.1, trials: "none", agent: () => "refund", succeeds: () => true });
    const decision = await cache.decide(asked);
    expect(decision.kind).toBe("serve");
    const counted = { takenPropensity: 0.5, decisions: 1, ownFailures: 0 };
    expect(await comparedIn(cache)).toEqual([{ ...counted, takenFailures: 1 }]);
    await cache.report(decision.decisionId, { outcome: "success" });
    expect(await comparedIn(cache)).toEqual([{ ...counted, takenFailures: 0 }]);
  });

  it.each([0, 1, -0.1, Number.NaN, "0.1"])("refuses %j for the margin, and for the share of audits", async (value) => {
    const cache = await openTestCache(engine, { workers: "inline" });
    const refused = { code: "INVALID_ARGUMENT" };
    const fallback = () => ({ type: "refund" });
    await expect(cache.decide({ state: STATE, worseThanAgent: value as number })).rejects.toMatchObject(refused);
    if (value === 0) return;
    await expect(cache.decide({ state: STATE, audits: value as number, fallback })).rejects.toMatchObject(refused);
  });
});
