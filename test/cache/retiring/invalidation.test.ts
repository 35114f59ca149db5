import { expect, it } from "vitest";
import type { OutcomeEvent } from "../../../src/cache/events/outcome-event.js";
import type { PolicyCache } from "../../../src/cache/policy-cache.js";
import { describeOnEveryEngine, openTestCache } from "../../support/stores/stores.js";

const STATE = { task: "deploy", env: "staging" };
const SHIP = { type: "ship", spec: { playbook: "deploy.yml" } };

function successes(count: number, more: Partial<OutcomeEvent> = {}): OutcomeEvent[] {
  return Array(count).fill({ state: STATE, action: SHIP, outcome: "success", ...more });
}

describeOnEveryEngine("invalidating", (engine) => {
  const selector = { agentId: "default", actionType: "ship" };
  const evidenceOf = async (cache: PolicyCache) => (await cache.explain({ state: STATE })).evidence[0];

  it("makes evidence without a policy start over, so that the next success makes none", async () => {
    const cache = await openTestCache(engine, { workers: "inline" });
    await cache.recordMany(successes(5));
    expect(await cache.invalidate(selector)).toEqual({ retired: 0, startedOver: 1 });
    expect(await cache.invalidate(selector)).toEqual({ retired: 0, startedOver: 0 });
    await cache.recordMany(successes(5));
    expect(await cache.decide({ state: STATE })).toMatchObject({
      kind: "abstain",
      missing: "1 more success would serve",
      nearest: { successes: 5, trials: 5, former: { successes: 5, trials: 5 } },
    });
    await cache.recordMany(successes(1));
    expect((await cache.decide({ state: STATE })).kind).toBe("serve");
  });

  it("lets nothing before it into the first value and confidence of a policy", async () => {
    const defaults = { initialQ: "meanReward", seedConfidence: true } as const;
    const cache = await openTestCache(engine, { workers: "inline", defaults });
    await cache.recordMany([...successes(3, { reward: 9 }), ...successes(2, { reward: 9, outcome: "failure" })]);
    await cache.invalidate(selector);
    await cache.recordMany(successes(6, { reward: 1 }));
    const [policy] = (await cache.ranking()).records;
    expect(policy?.entry).toMatchObject({
      qValue: 1,
      confidence: { evidenceCount: 6, corroborations: 6, contradictions: 0 },
    });
  });

  it("puts what a retired policy has done since out of force, and leaves it retired for its reason", async () => {
    const cache = await openTestCache(engine, { workers: "inline" });
    await cache.recordMany(successes(6));
    await cache.retire({ state: STATE, actionType: "ship" }, "moving");
    await cache.recordMany(successes(5));
    expect(await cache.invalidate(selector)).toEqual({ retired: 0, startedOver: 1 });
    await cache.recordMany(successes(5));
    expect(await evidenceOf(cache)).toMatchObject({ trials: 5, passes: false, retired: { reason: "moving" } });
    expect((await evidenceOf(cache))?.moments.at(-1)).toMatchObject({ kind: "startedOver", reason: "invalidated" });
    await cache.recordMany(successes(1));
    expect((await cache.decide({ state: STATE })).kind).toBe("serve");
  });

  it("retires a policy that was created by hand", async () => {
    const cache = await openTestCache(engine, { workers: "inline" });
    const { stateFingerprint } = await cache.decide({ state: STATE });
    const fields = { stateFeatures: STATE, actionSpec: {} };
    await cache.policies.create({ agentId: "default", stateFingerprint, actionType: "ship", ...fields });
    expect(await cache.invalidate({ ...selector, state: STATE })).toEqual({ retired: 1, startedOver: 0 });
    expect((await cache.decide({ state: STATE })).kind).toBe("abstain");
  });

  it("asks for each version that is named, also of evidence that names none", async () => {
    const cache = await openTestCache(engine, { workers: "inline" });
    await cache.recordMany(successes(3));
    expect(await cache.invalidate({ agentId: "default", dependsOn: { playbook: "3" } })).toEqual({
      retired: 0,
      startedOver: 0,
    });
  });
});
