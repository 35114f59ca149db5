import { expect, it } from "vitest";
import type { OutcomeEvent, PolicyCache, PolicyCacheOptions } from "../../../src/index.js";
import { failuresUntilAlarm } from "../../../src/maths/statistics/change-detector.js";
import { wilsonLowerBound } from "../../../src/maths/statistics/wilson-bound.js";
import { describeOnEveryEngine, type EngineName, openTestCache } from "../../support/stores/stores.js";

const STATE = { task: "deploy" };
const policy = { agentId: "agent-1", actionType: "go", state: STATE };
const NOW = 1_750_000_000;

interface Bench {
  readonly cache: PolicyCache;
  readonly record: (outcome: "success" | "failure", count: number, actionType?: string) => Promise<void>;
  readonly decide: () => ReturnType<PolicyCache["decide"]>;
  readonly events: () => Promise<readonly unknown[]>;
}

async function openBench(engine: EngineName, options: PolicyCacheOptions = {}): Promise<Bench> {
  const cache = await openTestCache(engine, { workers: "inline", clock: () => NOW, ...options });
  return {
    cache,
    record: async (outcome, count, actionType = "go") => {
      const event: OutcomeEvent = { agentId: "agent-1", state: STATE, action: { type: actionType }, outcome };
      for (let index = 0; index < count; index += 1) await cache.record(event);
    },
    decide: () => cache.decide({ agentId: "agent-1", state: STATE }),
    events: async () => {
      const entries = await cache.policies.events.read({ partition: "agent-1" });
      return entries.map(({ fields }) => [fields.op, fields.reason]);
    },
  };
}

describeOnEveryEngine("retirement", (engine) => {
  it("stops serving a policy after as many failures in a row as its past allows", async () => {
    const { record, decide } = await openBench(engine);
    await record("success", 100);
    const allowed = failuresUntilAlarm(wilsonLowerBound(100, 100, 1.96), 0.001);
    expect(allowed).toBe(3);
    await record("failure", allowed - 1);
    expect(await decide()).toMatchObject({ kind: "serve" });
    await record("failure", 1);
    expect(await decide()).toEqual({
      kind: "abstain",
      reason:
        "go was retired after 100 successes in 103: its outcomes had turned bad. 0 of 0 outcomes since were successes; " +
        "6 more successes in a row would serve.",
      agentId: "agent-1",
      stateFingerprint: expect.any(String),
      nearest: expect.anything(),
      missing: "6 more successes in a row would serve",
      ranked: [
        expect.objectContaining({
          evidence: expect.objectContaining({
            retired: { atSeconds: NOW, reason: "outcomes" },
            former: { successes: 100, trials: 103 },
            passes: false,
          }),
        }),
      ],
    });
  });

  it("counts reported failures like recorded ones", async () => {
    const { cache, record, decide } = await openBench(engine);
    await record("success", 100);
    for (let failure = 0; failure < 3; failure += 1) {
      const decision = await decide();
      if (decision.kind === "abstain") throw new Error("The policy should be in service.");
      await cache.report(decision.decisionId, { outcome: "failure" });
    }
    const [retired] = (await decide()).ranked;
    expect(retired?.evidence).toMatchObject({ retired: { reason: "outcomes" }, trials: 0 });
    expect(retired?.evidence.recentRate).toBeCloseTo(0.95 ** 3, 2);
  });

  it("weighs an episode once, where episodes are the evidence", async () => {
    const { cache, decide } = await openBench(engine, { evidence: "episode" });
    const action = { type: "go" };
    const visit = async (episodeId: string, outcome: "success" | "failure") => {
      for (let step = 0; step < 3; step += 1) {
        await cache.record({ agentId: "agent-1", state: STATE, action, outcome, episodeId, step });
      }
    };
    for (let episode = 0; episode < 100; episode += 1) await visit(`good-${episode}`, "success");
    await visit("bad-1", "failure");
    await visit("bad-2", "failure");
    expect(await decide()).toMatchObject({ kind: "serve" });
    await visit("bad-3", "failure");
    expect(await decide()).toMatchObject({ kind: "abstain" });
  });

  it("serves the next policy of the state", async () => {
    const { record, decide } = await openBench(engine);
    await record("success", 100);
    await record("success", 8, "stop");
    await record("failure", 3);
    expect(await decide()).toMatchObject({ kind: "serve", action: { type: "stop" } });
  });

  it("may be explored when outcomes have retired it, and not when it was retired by name", async () => {
    const { cache, record } = await openBench(engine);
    await record("success", 6);
    await record("success", 1, "stop");
    const explore = { strategy: "epsilon-greedy", epsilon: 1 } as const;
    const tried = async () => {
      const types = new Set<string>();
      for (let time = 0; time < 40; time += 1) {
        const decision = await cache.decide({ agentId: "agent-1", state: STATE, explore });
        if (decision.kind !== "abstain") types.add(decision.action.type);
      }
      return [...types].sort();
    };
    await cache.retire(policy, "moving");
    expect(await tried()).toEqual(["stop"]);
    await cache.restore(policy);
    await record("success", 94);
    await record("failure", 3);
    expect(await tried()).toEqual(["go", "stop"]);
  });

  it("keeps what was learned, and tells the agent's stream", async () => {
    const { cache, record, events } = await openBench(engine);
    await record("success", 100);
    const { records: before } = await cache.policies.query({ agentId: "agent-1" });
    await record("failure", 3);
    expect((await cache.policies.query({ agentId: "agent-1" })).records).toEqual(before);
    expect((await cache.statistics()).totals).toMatchObject({ events: 103, successes: 100, policies: 1, passing: 0 });
    expect(await events()).toEqual([
      ["create", undefined],
      ["retire", "outcomes"],
    ]);
  });

  it("crystallizes again when the outcomes since then suffice, and watches it against those", async () => {
    const { record, decide, events } = await openBench(engine);
    await record("success", 100);
    await record("failure", 3);
    await record("success", 5);
    expect(await decide()).toMatchObject({ kind: "abstain", nearest: { successesMissing: 1 } });
    await record("success", 1);
    expect(await decide()).toMatchObject({
      kind: "serve",
      policy: { evidence: { successes: 6, trials: 6, former: { successes: 100, trials: 103 } } },
    });
    expect((await events()).at(-1)).toEqual(["restore", "outcomes"]);
    await record("success", 94);
    await record("failure", 3);
    expect(await decide()).toMatchObject({ kind: "abstain" });
  });

  it("is taken back by name: all outcomes are in force again", async () => {
    const { cache, record, decide, events } = await openBench(engine);
    await record("success", 100);
    expect(await cache.restore(policy)).toBe(false);
    await record("failure", 3);
    expect(await cache.restore(policy)).toBe(true);
    expect(await cache.restore(policy)).toBe(false);
    const decision = await decide();
    expect(decision).toMatchObject({ kind: "serve", policy: { evidence: { successes: 100, trials: 103 } } });
    expect(decision.ranked[0]?.evidence).not.toHaveProperty("former");
    expect((await events()).at(-1)).toEqual(["restore", undefined]);
    // They are its past now: it takes as many failures as before.
    await record("failure", 3);
    expect(await decide()).toMatchObject({ kind: "serve" });
    await record("failure", 3);
    expect(await decide()).toMatchObject({ kind: "abstain" });
  });

  it("happens by name too, for a reason that is shown", async () => {
    const { cache, record, decide } = await openBench(engine);
    expect(await cache.retire(policy, "moving")).toBe(false);
    await record("success", 6);
    expect(await cache.retire(policy, "moving")).toBe(true);
    expect(await cache.retire(policy, "again")).toBe(false);
    const { reason } = await decide();
    expect(reason).toContain("go was retired after 6 successes in 6: moving.");
    const { state: _, ...rest } = policy;
    const { stateFingerprint } = await decide();
    expect(await cache.restore({ ...rest, stateFingerprint })).toBe(true);
    expect(await decide()).toMatchObject({ kind: "serve" });
  });

  it("happens to a policy that was created by hand", async () => {
    const { cache, decide } = await openBench(engine);
    const { stateFingerprint } = await decide();
    const fields = { stateFeatures: STATE, actionSpec: {} };
    await cache.policies.create({ agentId: "agent-1", stateFingerprint, actionType: "go", ...fields });
    expect(await decide()).toMatchObject({ kind: "suggest" });
    expect(await cache.retire(policy, "moving")).toBe(true);
    expect(await decide()).toMatchObject({ kind: "abstain" });
  });

  it("can be switched off, and made slower", async () => {
    const off = await openBench(engine, { defaults: { retirementFalseAlarmRate: 0 } });
    await off.record("success", 100);
    await off.record("failure", 12);
    expect(await off.decide()).toMatchObject({ kind: "serve" });
    const slow = await openBench(engine, { defaults: { retirementFalseAlarmRate: 1e-6 } });
    await slow.record("success", 100);
    await slow.record("failure", 5);
    expect(await slow.decide()).toMatchObject({ kind: "serve" });
    await slow.record("failure", 1);
    expect(await slow.decide()).toMatchObject({ kind: "abstain" });
  });

  it("forgets the retirement of a policy that is deleted", async () => {
    const { cache, record, decide } = await openBench(engine);
    await record("success", 100);
    await record("failure", 3);
    const [{ entry } = { entry: undefined }] = (await decide()).ranked;
    if (entry === undefined) throw new Error("There should be a policy.");
    await cache.policies.delete(entry);
    await record("success", 6);
    expect(await decide()).toMatchObject({ kind: "serve", policy: { evidence: { trials: 6 } } });
  });

  it("refuses names and reasons that are none, and changes nothing", async () => {
    const { cache, record, decide } = await openBench(engine);
    await record("success", 6);
    await expect(cache.retire(policy, "")).rejects.toThrow("reason");
    await expect(cache.retire({ agentId: "agent-1", actionType: "go" } as never, "x")).rejects.toThrow("policy");
    await expect(cache.restore(undefined as never)).rejects.toThrow("policy");
    expect(await decide()).toMatchObject({ kind: "serve" });
  });
});

it("refuses a rate of false alarms that is none", async () => {
  for (const retirementFalseAlarmRate of [-0.1, 1, Number.NaN]) {
    await expect(openTestCache("memory", { defaults: { retirementFalseAlarmRate } })).rejects.toThrow(
      "retirementFalseAlarmRate",
    );
  }
});
