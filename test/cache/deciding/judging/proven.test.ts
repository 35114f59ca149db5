import { expect, it } from "vitest";
import type { PolicyCache } from "../../../../src/cache/policy-cache.js";
import { seededRandom } from "../../../../src/maths/learning/seeded-random.js";
import { describeOnEveryEngine, openTestCache } from "../../../support/stores/stores.js";

const STATE = { kind: "refund" };

interface World {
  readonly errorBudget: number;
  readonly trials?: "none" | { readonly rate: number };
  /** What the agent chooses, which may see more than the state. */
  readonly agent: (decision: number) => string;
  readonly succeeds: (decision: number, action: string) => boolean;
}

/** Lets the agent decide with the cache, and reports every outcome. */
async function play(cache: PolicyCache, decisions: number, { errorBudget, trials, agent, succeeds }: World) {
  const seen = { served: 0, failed: 0, first: null as number | null, trials: 0, failedTrials: 0 };
  for (let index = 0; index < decisions; index += 1) {
    const fallback = () => ({ type: agent(index) });
    const decision = await cache.decide({ state: STATE, errorBudget, trials, timeoutMs: 60_000, fallback });
    const success = succeeds(index, decision.action.type);
    if (decision.kind === "serve") {
      seen.served += 1;
      seen.first ??= index;
      if (!success) seen.failed += 1;
    }
    if (decision.kind === "trial") {
      seen.trials += 1;
      if (!success) seen.failedTrials += 1;
    }
    await cache.report(decision.decisionId, { outcome: success ? "success" : "failure" });
  }
  return seen;
}

describeOnEveryEngine("under an error budget", (engine) => {
  it("an action that always succeeds is served after the first choice, which is not counted, and 39 more", async () => {
    const cache = await openTestCache(engine, { workers: "inline" });
    const world = { errorBudget: 0.1, trials: "none", agent: () => "refund", succeeds: () => true } as const;
    expect(await play(cache, 60, world)).toMatchObject({ served: 20, failed: 0, first: 40 });
  });

  it("an agent that sees more than the state, and is always right, proves nothing of either action", async () => {
    const cache = await openTestCache(engine, { workers: "inline" });
    const agent = (decision: number) => (decision % 2 === 0 ? "refund" : "escalate");
    const succeeds = (decision: number, action: string) => action === agent(decision);
    const decisions = engine === "memory" ? 4000 : 300;
    expect(await play(cache, decisions, { errorBudget: 0.05, trials: "none", agent, succeeds })).toMatchObject({
      served: 0,
    });
  });

  it("trials find that out for a few failures", async () => {
    const cache = await openTestCache(engine, { workers: "inline" });
    const agent = (decision: number) => (decision % 2 === 0 ? "refund" : "escalate");
    const succeeds = (decision: number, action: string) => action === agent(decision);
    const seen = await play(cache, 400, { errorBudget: 0.1, trials: { rate: 1 }, agent, succeeds });
    expect(seen).toMatchObject({ served: 0, first: null, failedTrials: 6 });
  });

  it("trials prove what the agent's own record cannot: two actions that are equally good", async () => {
    const random = seededRandom(7);
    const cache = await openTestCache(engine, { workers: "inline", random });
    const agent = () => (random() < 0.5 ? "refund" : "escalate");
    const seen = await play(cache, 300, { errorBudget: 0.1, agent, succeeds: () => true });
    expect(seen.served).toBeGreaterThan(100);
    expect(seen).toMatchObject({ failed: 0, failedTrials: 0 });
  });

  it("what is served is stopped by its own failures, which successes of the agent do not make up for", async () => {
    const cache = await openTestCache(engine, { workers: "inline" });
    let isBroken = false;
    const succeeds = (_: number, action: string) => !isBroken || action !== "refund";
    const world = { errorBudget: 0.1, trials: "none", agent: () => "refund", succeeds } as const;
    await play(cache, 200, world);
    isBroken = true;
    const seen = await play(cache, 30, { ...world, agent: () => "escalate" });
    expect(seen.failed).toBe(seen.served);
    expect(seen.failed).toBeLessThanOrEqual(5);
    const [evidence] = (await cache.explain({ state: STATE, errorBudget: 0.1 })).evidence.filter(
      ({ actionType }) => actionType === "refund",
    );
    expect(evidence).toMatchObject({
      retired: { reason: "outcomes" },
      trials: 0,
      former: { trials: 200 + seen.served },
    });
  });
});

describeOnEveryEngine("a trial", (engine) => {
  const proven = { agent: () => "refund", succeeds: () => true } as const;

  it("is made only where the agent's own way is at hand, or where it is asked for", async () => {
    const cache = await openTestCache(engine, { workers: "inline" });
    await play(cache, 12, { errorBudget: 0.1, trials: "none", ...proven });
    expect((await cache.decide({ state: STATE, errorBudget: 0.1 })).kind).toBe("suggest");
    const asked = await cache.decide({ state: STATE, errorBudget: 0.1, trials: { rate: 1 } });
    expect(asked).toMatchObject({ kind: "trial", propensity: 1, action: { type: "refund" } });
    expect(asked.reason).toContain("tried, to find out");
    const fallback = () => ({ type: "refund" });
    const tossed = await Promise.all(
      Array.from({ length: 40 }, () =>
        cache.decide({ state: STATE, errorBudget: 0.1, trials: { failures: 100 }, fallback }),
      ),
    );
    expect(new Set(tossed.map(({ kind }) => kind))).toEqual(new Set(["trial", "fallback"]));
    for (const decision of tossed) expect(decision).toMatchObject({ propensity: 0.5 });
  });

  it("tosses one coin for an episode", async () => {
    const cache = await openTestCache(engine, { workers: "inline" });
    await play(cache, 12, { errorBudget: 0.1, trials: "none", ...proven });
    const kinds = async (episodeId: string) => {
      const trials = { failures: 100 };
      const request = { state: STATE, errorBudget: 0.1, trials, episodeId, fallback: () => ({ type: "refund" }) };
      return (await Promise.all([1, 2, 3, 4, 5, 6].map(() => cache.decide(request)))).map(({ kind }) => kind);
    };
    for (let episode = 0; episode < 10; episode += 1) expect(new Set(await kinds(`e${episode}`)).size).toBe(1);
  });

  it("is never made of what cannot be undone, nor of what is declared not to be tried", async () => {
    for (const options of [{ irreversible: true }, { trials: "none" }] as const) {
      const cache = await openTestCache(engine, { workers: "inline", actions: { refund: options } });
      await play(cache, 30, { errorBudget: 0.1, trials: { rate: 1 }, ...proven });
      const decision = await cache.decide({ state: STATE, errorBudget: 0.1, trials: { rate: 1 } });
      expect(decision.kind).toBe("suggest");
    }
  });

  it("fails no more often than the state may spend, whatever happens", async () => {
    const cache = await openTestCache(engine, { workers: "inline" });
    const agent = (decision: number) => `action-${decision % 3}`;
    const succeeds = (decision: number, action: string) => action === agent(decision);
    const decisions = engine === "memory" ? 2000 : 200;
    const seen = await play(cache, decisions, { errorBudget: 0.3, trials: { rate: 1 }, agent, succeeds });
    expect(seen.failedTrials).toBeGreaterThan(2);
    expect(seen.failedTrials).toBeLessThanOrEqual(3 + 0.01 * decisions);
  });

  it.each([
    [{ rate: 0 }, "trials.rate"],
    [{ rate: 2 }, "trials.rate"],
    [{ failures: 1.5 }, "trials.failures"],
    [{ share: -1 }, "trials.share"],
    ["some", "trials"],
    [{ rates: 1 }, "rates"],
  ])("refuses %j", async (trials, named) => {
    const cache = await openTestCache(engine, { workers: "inline" });
    await expect(cache.decide({ state: STATE, trials } as never)).rejects.toThrow(named);
  });
});

describeOnEveryEngine("a state", (engine) => {
  it("is told from another one with its fingerprint", async () => {
    const cache = await openTestCache(engine, { workers: "inline" });
    const one = { env: "production", id: "d62c99676e981819" };
    const other = { env: "production", id: "bf7061ac164310ab" };
    for (let run = 0; run < 40; run += 1) {
      await cache.record({ state: one, action: { type: "wipe" }, outcome: "success" });
    }
    const decision = await cache.decide({ state: other });
    expect(decision).toMatchObject({ kind: "abstain", ranked: [] });
    expect(decision.reason).toContain("Another state has this fingerprint");
    await cache.record({ state: other, action: { type: "wipe" }, outcome: "failure" });
    await cache.record({ state: other, action: { type: "wait" }, outcome: "success" });
    const explained = await cache.explain({ state: one });
    expect(explained.evidence).toMatchObject([{ actionType: "wipe", trials: 40, collisions: 2 }]);
    expect((await cache.decide({ state: one })).kind).toBe("serve");
  });
});
