import { expect, it } from "vitest";
import type { ActionDecision } from "../../../src/cache/deciding/decision.js";
import type { PolicyCacheOptions } from "../../../src/cache/opening/cache-options.js";
import type { PolicyCache } from "../../../src/cache/policy-cache.js";
import { DEPLOY, DEPLOY_FINGERPRINT, decisionRecord, idFor, successes } from "../../support/events.js";
import { learnedReport } from "../../support/learned-report.js";
import { ManualClock } from "../../support/manual-clock.js";
import { atomically, describeOnEveryEngine, type EngineName, openTestCache } from "../../support/stores/stores.js";

const BOUND_OF_SIX = 0.6096569663469354;
const IDENTITY = { agentId: "agent-1", stateFingerprint: DEPLOY_FINGERPRINT, actionType: "run_playbook" };

/** A cache with one policy for agent-1 in {@link DEPLOY}. */
async function withPolicy(engine: EngineName, options: PolicyCacheOptions = {}) {
  const clock = new ManualClock();
  const cache = await openTestCache(engine, { workers: "inline", clock: clock.read, ...options });
  await cache.recordMany(successes(6));
  return { cache, clock };
}

async function decide(cache: PolicyCache, context: readonly string[] = [], state = DEPLOY): Promise<ActionDecision> {
  const decision = await cache.decide({ agentId: "agent-1", state, context });
  if (decision.kind === "abstain") throw new Error(decision.reason);
  return decision;
}

describeOnEveryEngine("reporting", (engine) => {
  it("learns value, confidence, use, clock, prediction and evidence from one outcome", async () => {
    const { cache, clock } = await withPolicy(engine);
    const { decisionId } = await decide(cache);
    clock.advance(30);
    const result = await cache.report(decisionId, { outcome: "success", reward: 1 });
    const tdError = 1 - BOUND_OF_SIX;
    expect(result).toEqual({
      status: "learned",
      tdError,
      predictionError: tdError,
      qValue: BOUND_OF_SIX + 0.1 * tdError,
      confidence: 0.7,
    });
    expect(await cache.policies.get(IDENTITY)).toMatchObject({
      qValue: learnedReport(result).qValue,
      confidence: { value: 0.7, evidenceCount: 1, corroborations: 1, contradictions: 0 },
      expectedValue: { lastTouchedSeconds: clock.nowSeconds },
      accessCount: 1,
      lastAccessedSeconds: clock.nowSeconds - 30,
    });
    expect((await decide(cache)).policy.evidence).toMatchObject({ successes: 7, trials: 7 });
  });

  it("learns from a failure without touching clock or use", async () => {
    const { cache, clock } = await withPolicy(engine);
    const { decisionId } = await decide(cache);
    const before = await cache.policies.get(IDENTITY);
    clock.advance(30);
    const result = await cache.report(decisionId, { outcome: "failure" });
    expect(result).toMatchObject({ status: "learned", tdError: 0, confidence: 0.3 });
    expect(await cache.policies.get(IDENTITY)).toMatchObject({ expectedValue: before?.expectedValue, accessCount: 0 });
    const { policy } = await decide(cache);
    expect(policy.evidence).toMatchObject({ successes: 6, trials: 7, passes: false });
  });

  it("adds the best known value of the state that followed, discounted", async () => {
    const { cache } = await withPolicy(engine);
    const nextState = { task: "verify" };
    await cache.recordMany(successes(6, { state: nextState }));
    await cache.recordMany(successes(6, { state: nextState, action: { type: "smoke_test" } }));
    const [better] = (await cache.explain({ agentId: "agent-1", state: nextState })).policies;
    await cache.policies.qValue("qValue").initialize({ ...IDENTITY, ...better?.entry }, 4);
    const { decisionId } = await decide(cache);
    const result = await cache.report(decisionId, { outcome: "success", reward: 0.5, nextState });
    expect(result.tdError).toBe(0.5 + 0.95 * 4 - BOUND_OF_SIX);
    const unknown = await cache.report((await decide(cache)).decisionId, {
      outcome: "success",
      reward: 0.5,
      nextState: { task: "unheard of" },
    });
    expect(unknown.tdError).toBe(0.5 - learnedReport(result).qValue);
  });

  it("does nothing the second time, however often and however concurrently it is repeated", async () => {
    const { cache } = await withPolicy(engine);
    const { decisionId } = await decide(cache);
    const results = await Promise.all(
      [1, 2, 3, 4].map(() => cache.report(decisionId, { outcome: "success", reward: 1 })),
    );
    expect(results.map(({ status }) => status).sort()).toEqual(["learned", "repeated", "repeated", "repeated"]);
    const after = await cache.policies.get(IDENTITY);
    expect(await cache.report(decisionId, { outcome: "failure", reward: -9 })).toEqual({
      status: "repeated",
      tdError: 0,
      predictionError: 0,
    });
    expect(await cache.policies.get(IDENTITY)).toEqual(after);
    expect((await decide(cache)).policy.evidence.trials).toBe(7);
  });

  it("tells two decisions of the same moment apart", async () => {
    const { cache } = await withPolicy(engine);
    const [one, two] = [await decide(cache), await decide(cache)];
    expect(one.decisionId).not.toBe(two.decisionId);
    expect((await cache.report(one.decisionId, { outcome: "success" })).status).toBe("learned");
    expect((await cache.report(two.decisionId, { outcome: "success" })).status).toBe("learned");
  });

  it("hours later still learns, and counts the use at the time of the decision", async () => {
    const { cache, clock } = await withPolicy(engine);
    const { decisionId } = await decide(cache);
    const decidedAt = clock.nowSeconds;
    clock.advance(20 * 3600);
    expect((await cache.report(decisionId, { outcome: "success" })).status).toBe("learned");
    expect(await cache.policies.get(IDENTITY)).toMatchObject({ accessCount: 1, lastAccessedSeconds: decidedAt });
  });

  it("days later learns the value, but no longer counts it as a use", async () => {
    const { cache, clock } = await withPolicy(engine);
    const { decisionId } = await decide(cache);
    clock.advance(86_401);
    expect(await cache.report(decisionId, { outcome: "success" })).toMatchObject({
      status: "learned",
      confidence: 0.7,
    });
    expect(await cache.policies.get(IDENTITY)).toMatchObject({ accessCount: 0 });
  });

  it("refuses a decision that is too old, and changes nothing", async () => {
    const { cache, clock } = await withPolicy(engine, { defaults: { reportTtlSeconds: 3600 } });
    const { decisionId } = await decide(cache);
    const before = await cache.policies.get(IDENTITY);
    clock.advance(3601);
    await expect(cache.report(decisionId, { outcome: "success" })).rejects.toMatchObject({
      code: "INVALID_ARGUMENT",
      parameter: "decisionId",
      hint: "Record the outcome as an event instead.",
    });
    expect(await cache.policies.get(IDENTITY)).toEqual(before);
  });

  it("learns at most once up to the last moment a decision can be reported", async () => {
    for (const age of [3599, 3600]) {
      const { cache, clock } = await withPolicy(engine, { defaults: { reportTtlSeconds: 3600 } });
      const { decisionId } = await decide(cache);
      clock.advance(age);
      const attempts = [1, 2, 3].map(() => cache.report(decisionId, { outcome: "success" }).catch(() => undefined));
      const learned = (await Promise.all(attempts)).filter((result) => result?.status === "learned");
      expect(learned.length).toBeLessThanOrEqual(1);
      expect((await decide(cache)).policy.evidence.trials).toBe(6 + learned.length);
    }
  });

  it("for a policy deleted meanwhile counts evidence only", async () => {
    const { cache } = await withPolicy(engine);
    const { decisionId } = await decide(cache);
    await cache.policies.delete(IDENTITY);
    expect(await cache.report(decisionId, { outcome: "success" })).toEqual({
      status: "gone",
      tdError: 0,
      predictionError: 0,
    });
    expect(await cache.policies.get(IDENTITY)).toBeUndefined();
    expect(await cache.decide({ agentId: "agent-1", state: DEPLOY })).toMatchObject({
      kind: "abstain",
      nearest: { ofType: { successes: 1, trials: 1 }, actions: [] },
    });
    expect((await cache.report(decisionId, { outcome: "success" })).status).toBe("repeated");
  });

  it("keeps features and specification, which a decision does not carry", async () => {
    const { cache } = await withPolicy(engine);
    const before = await cache.policies.get(IDENTITY);
    await cache.report((await decide(cache)).decisionId, { outcome: "success" });
    await cache.policies.delete(IDENTITY);
    await cache.recordMany(successes(5));
    await cache.report(await idFor(cache.store, recordOf(BOUND_OF_SIX)), { outcome: "success" });
    expect(await cache.policies.get(IDENTITY)).toMatchObject({
      stateFeatures: before?.stateFeatures,
      actionSpec: before?.actionSpec,
    });
  });
});

describeOnEveryEngine("what is stored of reports", (engine) => {
  it("forgets reports that can no longer be repeated, a few per call", async () => {
    const { cache, clock } = await withPolicy(engine, { defaults: { reportTtlSeconds: 60 } });
    for (let round = 0; round < 30; round += 1) {
      await cache.report((await decide(cache)).decisionId, { outcome: "success" });
    }
    clock.advance(61);
    for (let round = 0; round < 5; round += 1) {
      await cache.report((await decide(cache)).decisionId, { outcome: "success" });
    }
    const remembered = await atomically(cache.store, (keyspace) => keyspace.rangeByRank("decisions\tagent-1", 0, -1));
    const decisions = remembered.filter(({ member }) => member !== "-"); // the time of the newest that was forgotten
    expect(decisions.map(({ score }) => score)).toEqual(Array.from({ length: 5 }, () => clock.nowSeconds));
  });
});

describeOnEveryEngine("decisions of one task", (engine) => {
  const VERIFY = { task: "verify" };

  it("link their policies when they succeed, and lift each other's ranking", async () => {
    const { cache } = await withPolicy(engine);
    await cache.recordMany(successes(6, { state: VERIFY, action: { type: "plain" } }));
    await cache.recordMany(successes(6, { state: VERIFY, action: { type: "smoke" } }));
    const order = async (context: readonly string[]) =>
      (await decide(cache, context, VERIFY)).ranked.map(({ entry }) => entry.actionType);
    const first = await decide(cache);
    expect(await order([first.decisionId]), "equal scores, by name").toEqual(["plain", "smoke"]);

    // A decision for "smoke", which is never the best one by itself.
    const smoke = await idFor(cache.store, {
      ...recordOf(BOUND_OF_SIX),
      stateFingerprint: (await decide(cache, [], VERIFY)).stateFingerprint,
      actionType: "smoke",
      context: [`${DEPLOY_FINGERPRINT}\trun_playbook`],
    });
    await cache.report(smoke, { outcome: "success", reward: BOUND_OF_SIX });
    const { policies } = await cache.explain({ agentId: "agent-1", state: DEPLOY });
    expect(policies[0]?.related).toMatchObject([{ identity: { actionType: "smoke" }, weight: 0.05 }]);

    const linked = await decide(cache, [first.decisionId], VERIFY);
    const [best] = linked.ranked;
    expect(best).toMatchObject({ entry: { actionType: "smoke" }, parts: { coOccurrence: 0.05 } });
    const alone = await decide(cache, [], VERIFY);
    expect(alone.ranked[0]?.parts.coOccurrence).toBe(0);
    expect((best?.score ?? 0) - (alone.ranked[0]?.score ?? 0)).toBeCloseTo(0.1 * 0.05, 12);
  });

  it("strengthen a link with every success up to the cap, and never with a failure", async () => {
    const { cache } = await withPolicy(engine, { defaults: { coOccurrenceDelta: 0.4 } });
    await cache.recordMany(successes(30, { state: VERIFY, action: { type: "smoke" } }));
    const weights: number[] = [];
    for (const result of ["failure", "success", "success", "success", "failure"] as const) {
      const first = await decide(cache);
      const second = await decide(cache, [first.decisionId], VERIFY);
      await cache.report(second.decisionId, { outcome: result });
      weights.push((await decide(cache, [first.decisionId], VERIFY)).policy.parts.coOccurrence);
    }
    expect(weights).toEqual([0, 0.4, 0.8, 1, 1]);
  });

  it("never link a policy with itself", async () => {
    const { cache } = await withPolicy(engine);
    const first = await decide(cache);
    const second = await decide(cache, [first.decisionId]);
    await cache.report(second.decisionId, { outcome: "success" });
    expect((await cache.explain({ agentId: "agent-1", state: DEPLOY })).policies[0]?.related).toEqual([]);
  });

  it("are made with no policy that was deleted meanwhile", async () => {
    const { cache } = await withPolicy(engine);
    await cache.recordMany(successes(6, { state: VERIFY, action: { type: "smoke" } }));
    const first = await decide(cache);
    const second = await decide(cache, [first.decisionId], VERIFY);
    await cache.policies.delete(IDENTITY);
    expect(await cache.report(second.decisionId, { outcome: "success" })).toMatchObject({ status: "learned" });
    expect((await cache.explain({ agentId: "agent-1", state: VERIFY })).policies[0]?.related).toEqual([]);
  });

  it("lose their links when one of the policies is deleted", async () => {
    const { cache } = await withPolicy(engine);
    await cache.recordMany(successes(6, { state: VERIFY, action: { type: "smoke" } }));
    const first = await decide(cache);
    await cache.report((await decide(cache, [first.decisionId], VERIFY)).decisionId, { outcome: "success" });
    expect((await cache.explain({ agentId: "agent-1", state: VERIFY })).policies[0]?.related).toHaveLength(1);
    await cache.policies.delete(IDENTITY);
    expect((await cache.explain({ agentId: "agent-1", state: VERIFY })).policies[0]?.related).toEqual([]);
  });
});

function recordOf(qValue: number) {
  return decisionRecord({ ...IDENTITY, decidedAtSeconds: new ManualClock().nowSeconds, qValue });
}
