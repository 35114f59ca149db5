import { expect, it } from "vitest";
import type { PolicyCache } from "../../../../src/cache/policy-cache.js";
import { seededRandom } from "../../../../src/maths/learning/seeded-random.js";
import { ManualClock } from "../../../support/manual-clock.js";
import { describeOnEveryEngine, openTestCache } from "../../../support/stores/stores.js";

const STATE = { task: "t" };
const DAY = 86_400;

/** Opens a cache of which every decision is made a second after the one before. */
async function openTicking(engine: Parameters<typeof openTestCache>[0]) {
  const clock = new ManualClock(1_800_000_000);
  const cache = await openTestCache(engine, { workers: "inline", clock: clock.read });
  const own = async (type: string) => {
    clock.advance(1);
    const asked = { state: STATE, errorBudget: 0.1, trials: "none", timeoutMs: 60_000 } as const;
    const decision = await cache.decide({ ...asked, fallback: () => ({ type }) });
    expect(decision.kind).toBe("fallback");
    return decision.decisionId;
  };
  const ask = () => cache.decide({ state: STATE, errorBudget: 0.1 });
  return { cache, clock, own, ask };
}

async function firstActionOf(cache: PolicyCache, actionType: string) {
  const { evidence } = await cache.explain({ state: STATE, errorBudget: 0.1 });
  return evidence.find((pair) => pair.actionType === actionType)?.action;
}

describeOnEveryEngine("what was done once", (engine) => {
  it("counts once for each of its explanations, also where there is no room for more actions", async () => {
    const cache = await openTestCache(engine, { workers: "inline" });
    for (let name = 0; name < 32; name += 1) {
      const action = { type: "run", spec: { command: "ls", name } };
      for (let time = 0; time < 3; time += 1) await cache.record({ state: STATE, action, outcome: "success" });
    }
    const params = { host: "h1", path: "/data", user: "root", key: "k" };
    const action = { type: "run", spec: { command: "wipe", ...params } };
    await cache.record({ state: STATE, params, action, outcome: "success" });
    await cache.record({ state: STATE, action: { type: "run", spec: { command: "ls", name: 0 } }, outcome: "success" });
    expect((await cache.decide({ state: STATE, params })).kind).not.toBe("serve");
    for (const errorBudget of [0.1, 0.0001]) {
      expect((await cache.decide({ state: STATE, params, errorBudget })).kind).not.toBe("serve");
    }
    const { evidence } = await cache.explain({ state: STATE, params });
    for (const { spec, trials } of evidence[0]?.actions ?? []) {
      if (spec.command === "wipe") expect(trials).toBe(1);
    }
  });
});

describeOnEveryEngine("outcomes that are told later than others", (engine) => {
  it("do not make an action look right that was right half of the time", async () => {
    const { cache, own, ask } = await openTicking(engine);
    const waiting: string[] = [];
    for (let decision = 0; decision < 100; decision += 1) {
      const id = await own(decision % 2 === 0 ? "refund" : "escalate");
      if (decision % 2 === 0) waiting.push(id);
      else await cache.report(id, { outcome: "success" });
    }
    for (const id of waiting) await cache.report(id, { outcome: "success" });
    expect((await ask()).kind).not.toBe("serve");
    expect((await firstActionOf(cache, "refund"))?.own).toEqual({ decisions: 99, successes: 49 });
  });

  it("are no more than the decisions where they come in a batch after they counted as failures", async () => {
    const { cache, clock, own, ask } = await openTicking(engine);
    const ids: string[] = [];
    for (let decision = 0; decision < 40; decision += 1) ids.push(await own("refund"));
    clock.advance(2 * DAY);
    for (const [index, id] of ids.entries()) {
      await cache.report(id, { outcome: index % 5 === 0 ? "failure" : "success" });
    }
    await cache.report(await own("refund"), { outcome: "failure" });
    expect((await ask()).kind).not.toBe("serve");
    expect((await firstActionOf(cache, "refund"))?.own).toEqual({ decisions: 40, successes: 32 });
  });

  it("count from the first choice on, in whatever order they are told", async () => {
    const { cache, own, ask } = await openTicking(engine);
    for (let batch = 0; batch < 2; batch += 1) {
      const ids: string[] = [];
      for (let decision = 0; decision < 30; decision += 1) ids.push(await own("refund"));
      for (const id of ids.reverse()) await cache.report(id, { outcome: "success" });
    }
    expect((await firstActionOf(cache, "refund"))?.own).toEqual({ decisions: 59, successes: 59 });
    expect((await ask()).kind).toBe("serve");
  });
});

describeOnEveryEngine("a comparison with the agent", (engine) => {
  it("is the same after a retirement was taken back", async () => {
    const cache = await openTestCache(engine, { workers: "inline" });
    for (let event = 0; event < 60; event += 1) {
      await cache.record({ state: STATE, action: { type: event % 2 === 0 ? "a" : "b" }, outcome: "success" });
    }
    const asked = { state: STATE, worseThanAgent: 0.05 };
    const before = await cache.explain(asked);
    expect(before.decision.kind).toBe("suggest");
    const { stateFingerprint } = before.decision;
    const policy = { agentId: "default", stateFingerprint, actionType: "a" };
    await cache.retire(policy, "a check");
    await cache.restore(policy);
    const after = await cache.explain(asked);
    expect(after.decision.kind).toBe("suggest");
    // More is asked of what was out of service once.
    const boundIn = ({ evidence }: typeof after) => evidence.find(({ actionType }) => actionType === "a")?.bound ?? 1;
    expect(boundIn(after)).toBeLessThan(boundIn(before));
  });

  it("forgets the coins of an action that is stopped", async () => {
    const cache = await openTestCache(engine, { workers: "inline", random: () => 0.9 });
    const asked = { state: STATE, worseThanAgent: 0.1, audits: 0.5, timeoutMs: 60_000 };
    const play = async (outcome: "success" | "failure") => {
      const decision = await cache.decide({ ...asked, fallback: () => ({ type: "refund" }) });
      await cache.report(decision.decisionId, { outcome });
      return decision.kind;
    };
    for (let decision = 0; decision < 60; decision += 1) await play("success");
    const evidenceNow = async () => (await cache.explain({ state: STATE, worseThanAgent: 0.1 })).evidence[0];
    expect((await evidenceNow())?.action?.compared).toMatchObject([{ takenPropensity: 0.5 }]);
    for (let failures = 0; failures < 30 && (await play("failure")) === "serve"; failures += 1);
    const stopped = await evidenceNow();
    expect(stopped?.retired).toBeDefined();
    expect(stopped?.action?.compared).toBeUndefined();
  });

  it("has no coin in an episode, which tosses one for all its decisions", async () => {
    const cache = await openTestCache(engine, { workers: "inline", random: seededRandom(3) });
    const agent = seededRandom(4);
    for (let decision = 0; decision < 60; decision += 1) {
      const fallback = () => ({ type: agent() < 0.5 ? "a" : "b" });
      const asked = { state: STATE, worseThanAgent: 0.05, audits: 0.2, episodeId: "one", timeoutMs: 60_000 };
      const { decisionId } = await cache.decide({ ...asked, fallback });
      await cache.report(decisionId, { outcome: "success" });
    }
    const { evidence } = await cache.explain({ state: STATE, worseThanAgent: 0.05 });
    expect(evidence.flatMap(({ actions }) => actions.flatMap(({ compared = [] }) => compared))).toEqual([]);
  });
});

describeOnEveryEngine("trials that are decided at once", (engine) => {
  it("share what the state may spend on them", async () => {
    const cache = await openTestCache(engine, { workers: "inline" });
    for (let event = 0; event < 24; event += 1) {
      await cache.record({ state: STATE, action: { type: event % 2 === 0 ? "a" : "b" }, outcome: "success" });
    }
    const asked = { state: STATE, errorBudget: 0.2, trials: { rate: 1 }, timeoutMs: 60_000 };
    const decide = () => cache.decide({ ...asked, fallback: async () => ({ type: "a" }) });
    const decisions = await Promise.all(Array.from({ length: 30 }, decide));
    expect(decisions.filter(({ kind }) => kind === "trial")).toHaveLength(3);
    expect(decisions.filter(({ kind }) => kind === "fallback")).toHaveLength(27);
  });
});
