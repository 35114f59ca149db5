import { describe, expect, it } from "vitest";
import type { ActionDecision, Decision } from "../../../src/cache/deciding/decision.js";
import type { OutcomeEvent } from "../../../src/cache/events/outcome-event.js";
import type { PolicyCache } from "../../../src/cache/policy-cache.js";
import { DEPLOY, DEPLOY_FINGERPRINT, failures, outcome, successes } from "../../support/events.js";
import { FaultInjector } from "../../support/faults.js";
import { learnedReport } from "../../support/learned-report.js";
import { ManualClock } from "../../support/manual-clock.js";
import { atomically, describeOnEveryEngine, EMBEDDED_ENGINES, openTestCache } from "../../support/stores/stores.js";
import type { Structure } from "../../support/stores/wrapped-keyspace.js";

type KeysByStructure = { readonly [structure in Structure]?: ReadonlySet<string> };

const BOUND_OF_SIX = 0.6096569663469354;

describeOnEveryEngine("the loop", (engine) => {
  it("abstains in an unknown state, says so, and writes nothing", async () => {
    const cache = await openTestCache(engine, { workers: "inline" });
    const before = await cache.statistics();
    const decision = await cache.decide({ agentId: "agent-1", state: DEPLOY });
    expect(decision).toEqual({
      kind: "abstain",
      agentId: "agent-1",
      stateFingerprint: DEPLOY_FINGERPRINT,
      reason: "No outcome was ever recorded in this state.",
      ranked: [],
    });
    expect(await cache.statistics()).toEqual(before);
  });

  it("says how much evidence is missing, success by success, and then serves", async () => {
    const cache = await openTestCache(engine, { workers: "inline" });
    for (let missing = 5; missing >= 1; missing -= 1) {
      await cache.record(outcome("success"));
      const decision = await cache.decide({ agentId: "agent-1", state: DEPLOY });
      expect(decision.kind).toBe("abstain");
      if (decision.kind === "abstain") expect(decision.nearest?.successesMissing).toBe(missing);
      expect(decision.reason).toContain(`${missing} more success`);
    }
    expect(await cache.record(outcome("success"))).toEqual({ recorded: true, crystallized: 1 });
    const decision = served(await cache.decide({ agentId: "agent-1", state: DEPLOY }));
    expect(decision.action).toEqual({ type: "run_playbook", spec: { playbook: "deploy.yml" } });
    expect(decision.policy.evidence).toMatchObject({ successes: 6, trials: 6, bound: BOUND_OF_SIX, passes: true });
    expect(decision.policy.entry).toMatchObject({
      agentId: "agent-1",
      stateFingerprint: DEPLOY_FINGERPRINT,
      actionType: "run_playbook",
      stateFeatures: DEPLOY,
      qValue: BOUND_OF_SIX,
      confidence: { value: 0.5, evidenceCount: 0, corroborations: 0, contradictions: 0 },
      accessCount: 0,
    });
  });

  it("knows a state by its features, in whatever order they come", async () => {
    const cache = await openTestCache(engine, { workers: "inline" });
    await cache.recordMany(successes(6));
    const decision = await cache.decide({ agentId: "agent-1", state: { env: "staging", task: "deploy" } });
    expect(decision.kind).toBe("serve");
    expect((await cache.decide({ agentId: "agent-1", state: { ...DEPLOY, extra: 1 } })).kind).toBe("abstain");
  });

  it("hands out decisions of the caller's own: changing one changes no other", async () => {
    const cache = await openTestCache(engine, { workers: "inline" });
    await cache.recordMany(successes(6));
    const first = served(await cache.decide({ agentId: "agent-1", state: DEPLOY }));
    const before = structuredClone(first);
    const { entry, evidence, parts } = first.policy;
    const { stateFeatures, expectedValue, confidence } = entry;
    for (const part of [first.action.spec, stateFeatures, expectedValue, expectedValue.cycles, confidence, parts]) {
      Object.assign(part, { changed: true });
    }
    for (const part of [entry, evidence, first.policy]) Object.assign(part, { changed: true });
    for (let time = 0; time < 2; time += 1) {
      const next = served(await cache.decide({ agentId: "agent-1", state: DEPLOY }));
      const { score, parts: scores } = next.policy;
      expect(next.policy).toEqual({ ...before.policy, score, parts: scores });
      expect(next.action).toEqual(before.action);
      expect(scores).not.toHaveProperty("changed");
    }
  });

  it.each(['quotes " and \\', "umlauts äöü", "emoji 🚀", "a line separator \u2028"])(
    "takes reports about an action named with %s",
    async (type) => {
      const cache = await openTestCache(engine, { workers: "inline" });
      await cache.recordMany(successes(6, { action: { type } }));
      const { decisionId, action } = served(await cache.decide({ agentId: "agent-1", state: DEPLOY }));
      expect(action.type).toBe(type);
      expect(await cache.report(decisionId, { outcome: "success" })).toMatchObject({ status: "learned" });
    },
  );

  it("only suggests a policy whose evidence turned bad, and serves it again when it recovers", async () => {
    const cache = await openTestCache(engine, { workers: "inline" });
    await cache.recordMany([...successes(6), ...failures(1)]);
    const suggested = await cache.decide({ agentId: "agent-1", state: DEPLOY });
    expect(suggested).toMatchObject({ kind: "suggest", action: { type: "run_playbook" } });
    expect(suggested.reason).toContain("no longer exceeds");
    await cache.recordMany(successes(7));
    expect((await cache.decide({ agentId: "agent-1", state: DEPLOY })).kind).toBe("serve");
  });

  it("keeps two agents with the same state and action apart", async () => {
    const cache = await openTestCache(engine, { workers: "inline" });
    await cache.recordMany([...successes(6), ...successes(2, { agentId: "agent-2" })]);
    expect((await cache.decide({ agentId: "agent-1", state: DEPLOY })).kind).toBe("serve");
    const other = await cache.decide({ agentId: "agent-2", state: DEPLOY });
    expect(other).toMatchObject({ kind: "abstain", nearest: { successes: 2, trials: 2 } });
    expect((await cache.decide({ state: DEPLOY })).kind, "the default agent").toBe("abstain");

    await cache.recordMany(successes(4, { agentId: "agent-2" }));
    const [first, second] = await Promise.all(
      ["agent-1", "agent-2"].map(async (agentId) => served(await cache.decide({ agentId, state: DEPLOY }))),
    );
    await cache.report(first?.decisionId ?? "", { outcome: "failure", reward: -5 });
    const after = served(await cache.decide({ agentId: "agent-2", state: DEPLOY }));
    expect(after.policy.entry).toEqual(second?.policy.entry);
    expect((await cache.ranking({ agentId: "agent-2" })).total).toBe(1);
    expect((await cache.policies.query({ agentId: "agent-1" })).records).toHaveLength(1);
  });

  it("crystallizes a second action of a known state and ranks the better one first", async () => {
    const cache = await openTestCache(engine, { workers: "inline" });
    const other = { action: { type: "rollback", spec: { steps: 1 } } };
    await cache.recordMany([...successes(6), ...successes(20, other)]);
    const decision = served(await cache.decide({ agentId: "agent-1", state: DEPLOY }));
    expect(decision.action).toEqual({ type: "rollback", spec: { steps: 1 } });
    expect(decision.ranked.map(({ entry }) => entry.actionType)).toEqual(["rollback", "run_playbook"]);

    for (let round = 0; round < 5; round += 1)
      await cache.report(await idOf(cache), { outcome: "failure", reward: -1 });
    const changed = await cache.decide({ agentId: "agent-1", state: DEPLOY });
    expect(changed.ranked.map(({ entry }) => entry.actionType)).toEqual(["run_playbook", "rollback"]);
  });

  it("orders policies of equal score by the bytes of their action", async () => {
    const cache = await openTestCache(engine, { workers: "inline", clock: new ManualClock().read });
    const types = ["b", "B", "a", "a:1", "a-1", "\u{1F600}", "\uFF5E"];
    for (const type of types) await cache.recordMany(successes(6, { action: { type } }));
    const decision = served(await cache.decide({ agentId: "agent-1", state: DEPLOY }));
    const expected = ["B", "a", "a-1", "a:1", "b", "\uFF5E", "\u{1F600}"];
    expect(decision.ranked.map(({ entry }) => entry.actionType)).toEqual(expected);
    const page = await cache.ranking({
      agentId: "agent-1",
      limit: 3,
      after: (await cache.ranking({ limit: 2, agentId: "agent-1" })).next,
    });
    expect(page.records.map(({ entry }) => entry.actionType)).toEqual(expected.slice(2, 5));
    expect(page.total).toBe(types.length);
  });

  it("explains a score as the sum of its parts", async () => {
    const cache = await openTestCache(engine, { workers: "inline" });
    await cache.recordMany(successes(6));
    await cache.report(await idOf(cache), { outcome: "success", reward: 0.9 });
    const { policies, evidence } = await cache.explain({ agentId: "agent-1", state: DEPLOY });
    const [policy] = policies;
    const { expectedValue, confidence, accessCount, coOccurrence } = policy?.contributions ?? {
      expectedValue: Number.NaN,
      confidence: Number.NaN,
      accessCount: Number.NaN,
      coOccurrence: Number.NaN,
    };
    expect(expectedValue + confidence + accessCount + coOccurrence).toBe(policy?.score);
    expect(policy?.predictions).toMatchObject([{ predicted: { reward: BOUND_OF_SIX }, actual: { reward: 0.9 } }]);
    expect(policy?.usedAtSeconds).toHaveLength(1);
    expect(evidence).toMatchObject([{ actionType: "run_playbook", successes: 7, trials: 7 }]);
  });

  it("forgets a deleted policy with its evidence, and learns it again", async () => {
    const cache = await openTestCache(engine, { workers: "inline" });
    const identity = { agentId: "agent-1", stateFingerprint: DEPLOY_FINGERPRINT, actionType: "run_playbook" };
    await cache.recordMany(successes(8));
    await cache.report(await idOf(cache), { outcome: "success" });
    expect(await cache.policies.delete(identity)).toBe(true);
    expect(await cache.policies.delete(identity)).toBe(false);
    expect(await cache.policies.get(identity)).toBeUndefined();
    expect(await cache.decide({ agentId: "agent-1", state: DEPLOY })).toMatchObject({
      reason: "No outcome was ever recorded in this state.",
    });
    expect((await cache.ranking({ agentId: "agent-1" })).total).toBe(0);
    expect((await cache.statistics()).totals).toMatchObject({ states: 0, pairs: 0, policies: 0, events: 0 });

    await cache.recordMany(successes(5));
    expect((await cache.decide({ agentId: "agent-1", state: DEPLOY })).kind).toBe("abstain");
    await cache.record(outcome("success"));
    const decision = served(await cache.decide({ agentId: "agent-1", state: DEPLOY }));
    expect(decision.policy).toMatchObject({
      entry: { qValue: BOUND_OF_SIX, accessCount: 0, confidence: { evidenceCount: 0 } },
      evidence: { trials: 6 },
    });
    const { policies } = await cache.explain({ agentId: "agent-1", state: DEPLOY });
    expect(policies[0]).toMatchObject({ predictions: [], usedAtSeconds: [], related: [] });
  });

  it("keeps what was learned when a plain field is updated", async () => {
    const cache = await openTestCache(engine, { workers: "inline" });
    const identity = { agentId: "agent-1", stateFingerprint: DEPLOY_FINGERPRINT, actionType: "run_playbook" };
    await cache.recordMany(successes(6));
    const reported = learnedReport(await cache.report(await idOf(cache), { outcome: "success", reward: 5 }));
    const updated = await cache.policies.update(identity, { actionSpec: { playbook: "new.yml" } });
    expect(updated).toMatchObject({ qValue: reported.qValue, actionSpec: { playbook: "new.yml" }, accessCount: 1 });
  });

  it("ignores an event whose id was recorded before, in the same batch or earlier", async () => {
    const cache = await openTestCache(engine, { workers: "inline" });
    const [first, second] = [outcome("success", { id: "one" }), outcome("success", { id: "two" })];
    expect(await cache.recordMany([first, second, first])).toMatchObject({ recorded: 2, duplicates: 1 });
    expect(await cache.record(second)).toEqual({ recorded: false, crystallized: 0 });
    expect(await cache.record({ ...second, agentId: "agent-2" })).toEqual({ recorded: true, crystallized: 0 });
    expect((await cache.statistics({ agentId: "agent-1" })).totals.events).toBe(2);
  });

  it("takes null for every optional part of an event as if it were left out", async () => {
    const cache = await openTestCache(engine, { workers: "inline" });
    const optional = {
      agentId: null,
      id: null,
      reward: null,
      episodeId: null,
      step: null,
      done: null,
      nextState: null,
    };
    const event: unknown = {
      state: DEPLOY,
      action: { type: "wait", spec: null },
      outcome: "success",
      ...optional,
      ts: null,
    };
    expect(await cache.record(event as OutcomeEvent)).toMatchObject({ recorded: true });
    const { evidence } = await cache.explain({ state: DEPLOY });
    expect(evidence).toMatchObject([{ actionType: "wait", trials: 1 }]);
    expect((await cache.statistics()).agents).toMatchObject([{ agentId: "default", episodes: 0 }]);
  });

  it("records all events of a batch or, when one is wrong, none", async () => {
    const cache = await openTestCache(engine, { workers: "inline" });
    const bad = outcome("success", { reward: Number.NaN });
    await expect(cache.recordMany([...successes(2), bad])).rejects.toMatchObject({ code: "INVALID_ARGUMENT" });
    const { totals, stream } = await cache.statistics();
    expect([totals.events, stream.appended]).toEqual([0, 0]);
    expect(await cache.recordMany([])).toEqual({ recorded: 0, duplicates: 0, crystallized: 0 });
  });
});

describe.each(EMBEDDED_ENGINES)("what is stored of a policy on %s", (engine) => {
  it("keeps nothing about a deleted policy but what says that something happened", async () => {
    const cache = await openTestCache(engine, { workers: "inline" });
    const watched = new FaultInjector(cache.store);
    await cache.recordMany(successes(6, { episodeId: "episode-1" }));
    await cache.report(await idOf(cache), { outcome: "success" });
    await cache.policies.delete({
      agentId: "agent-1",
      stateFingerprint: DEPLOY_FINGERPRINT,
      actionType: "run_playbook",
    });
    const keysWithContent = await atomically(cache.store, (keyspace) => {
      const { records = [], scores = [], sets = [] } = Object.fromEntries(watched.touched) as KeysByStructure;
      return [
        ...[...records].filter((key) => keyspace.listRecords(key).length > 0),
        ...[...scores].filter((key) => keyspace.countScores(key) > 0),
        ...[...sets].filter((key) => keyspace.countSet(key) > 0),
      ];
    });
    expect(keysWithContent.sort()).toEqual([
      "agents",
      "decisions\tagent-1",
      "episodes\tagent-1",
      "filters\tPolicyEntry\tagent-1",
      "states\tagent-1",
    ]);
  });
});

function served(decision: Decision): ActionDecision {
  expect(decision.kind).toBe("serve");
  return decision as ActionDecision;
}

/** The id of a decision for agent-1 in {@link DEPLOY}, served or suggested. */
async function idOf(cache: PolicyCache): Promise<string> {
  const decision = await cache.decide({ agentId: "agent-1", state: DEPLOY });
  return decision.kind === "abstain" ? "" : decision.decisionId;
}
