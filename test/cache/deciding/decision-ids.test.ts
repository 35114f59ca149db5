import fc from "fast-check";
import { expect, it } from "vitest";
import { eventually } from "../../support/eventually.js";
import { ManualClock } from "../../support/manual-clock.js";
import { describeOnEveryEngine, openCacheAt, openTestCache } from "../../support/stores/stores.js";

const STATE = { email: "ada@example.org", iban: "DE89370400440532013000" };
const ACTION = { type: "refund", spec: { to: "ada@example.org" } };
const DAY = 86_400;

async function cacheWithIds(engine: Parameters<typeof openTestCache>[0], clock = new ManualClock(1_800_000_000)) {
  const cache = await openTestCache(engine, { workers: "inline", clock: clock.read });
  for (let run = 0; run < 12; run += 1) await cache.record({ state: STATE, action: ACTION, outcome: "success" });
  const fallback = () => ACTION;
  const served = await cache.decide({ state: STATE });
  if (served.kind !== "serve") throw new Error(served.reason);
  const context = [served.decisionId];
  const other = { ...STATE, name: "Grace" };
  const decisions = [
    served,
    await cache.decide({ state: STATE, context, episodeId: "e" }),
    await cache.decide({ state: other, params: { amount: 5 }, fallback }),
    await cache.decide({ state: STATE, explore: "thompson" }),
    await cache.decide({ state: STATE, errorBudget: 0.1, trials: { rate: 1 } }),
    await cache.decide({ state: STATE, errorBudget: 0.01 }),
  ];
  const ids = decisions.map((decision) => (decision.kind === "abstain" ? "" : decision.decisionId));
  return { cache, clock, ids, kinds: decisions.map(({ kind }) => kind) };
}

const report = { outcome: "success", reward: 1 } as const;

describeOnEveryEngine("decision ids", (engine) => {
  it("are short, and show nothing of the state, the action or the agent", async () => {
    const { ids, kinds } = await cacheWithIds(engine);
    expect(kinds).toEqual(["serve", "serve", "fallback", "explore", "trial", "suggest"]);
    expect(ids[0]?.length).toBeLessThanOrEqual(120);
    for (const id of ids) {
      const shown = [0, 1, 2, 3].map((skip) => Buffer.from(id.slice(skip), "base64url").toString("latin1")).join("");
      for (const secret of ["ada", "DE89", "Grace", "refund", "default"]) expect(shown).not.toContain(secret);
    }
    expect(new Set(ids).size).toBe(ids.length);
  });

  it("are refused when any character of them is another one, or is missing, or one is added", async () => {
    const { cache, ids } = await cacheWithIds(engine);
    const characters = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_ =.";
    await fc.assert(
      fc.asyncProperty(
        fc.constantFrom(...ids),
        fc.nat(),
        fc.constantFrom(...characters),
        fc.constantFrom("replace", "remove", "insert"),
        async (id, position, character, change) => {
          const index = position % id.length;
          const rest = id.slice(change === "insert" ? index : index + 1);
          const damaged = id.slice(0, index) + (change === "remove" ? "" : character) + rest;
          if (damaged === id) return;
          await expect(cache.report(damaged, report)).rejects.toMatchObject({ code: "INVALID_ARGUMENT" });
        },
      ),
      { numRuns: engine === "redis" ? 60 : 300 },
    );
    for (const id of ids) expect((await cache.report(id, report)).status).toBe("learned");
  });

  it("are those of one store", async () => {
    const { ids } = await cacheWithIds(engine);
    const { cache } = await cacheWithIds(engine);
    await expect(cache.report(ids[0] ?? "", report)).rejects.toThrow("expected a decision of this store");
    await expect(cache.decide({ state: STATE, context: [ids[0] ?? ""] })).rejects.toThrow("context");
  });

  it("are checked against the agent who reports", async () => {
    const { cache, ids } = await cacheWithIds(engine);
    const [id = ""] = ids;
    await expect(cache.report(id, { ...report, agentId: "mallory" })).rejects.toThrow("the agent whose decision it is");
    await expect(cache.decide({ agentId: "mallory", state: STATE, context: [id] })).rejects.toThrow("of agent mallory");
    expect((await cache.report(id, { ...report, agentId: "default" })).status).toBe("learned");
  });

  it("outlive a rotation of the key, for as long as they can be reported", async () => {
    const { cache, clock, ids } = await cacheWithIds(engine);
    await cache.rotateDecisionKey();
    const after = await cache.decide({ state: STATE });
    clock.advance(29 * DAY);
    expect((await cache.report(ids[0] ?? "", report)).status).toBe("learned");
    await cache.rotateDecisionKey();
    clock.advance(29 * DAY);
    await cache.rotateDecisionKey();
    await expect(cache.report(ids[1] ?? "", report)).rejects.toThrow("decisionId");
    if (after.kind === "serve") await expect(cache.report(after.decisionId, report)).rejects.toThrow("decisionId");
  });

  it("are sealed with the new key by a process that only decides, too", async () => {
    const { cache, clock } = await cacheWithIds(engine);
    const options = { workers: "none", clock: clock.read } as const;
    const decider = engine === "memory" ? cache : await openCacheAt(cache.store.location, options);
    await decider.decide({ state: STATE });
    await cache.rotateDecisionKey({ revoke: true });
    clock.advance(600);
    await eventually("an id under the new key", async () => {
      const decision = await decider.decide({ state: STATE });
      if (decision.kind !== "serve") throw new Error(decision.reason);
      return cache.report(decision.decisionId, report).then(
        () => true,
        () => false,
      );
    });
  });

  it("are refused at once when their key is revoked", async () => {
    const { cache, ids } = await cacheWithIds(engine);
    await cache.rotateDecisionKey({ revoke: true });
    for (const id of ids) await expect(cache.report(id, report)).rejects.toThrow("a decision of this store");
    const options = { revoke: "yes" } as unknown as { revoke: boolean };
    await expect(cache.rotateDecisionKey(options)).rejects.toThrow("true or false");
  });

  it("are taken back, however long the state, the action and the parameters are", async () => {
    const { cache } = await cacheWithIds(engine);
    const text = "x".repeat(1_048_000);
    const fallback = () => ({ type: "write", spec: { text } });
    const decision = await cache.decide({ state: { text }, params: { text }, fallback });
    if (decision.kind !== "fallback") throw new Error(decision.kind);
    expect((await cache.report(decision.decisionId, report)).status).toBe("learned");
  });

  it("count again soon after a clock that was a year ahead is set back", async () => {
    const { cache, clock } = await cacheWithIds(engine);
    const reportedNow = async () => {
      const decision = await cache.decide({ state: STATE, fallback: () => ACTION });
      return (await cache.report(decision.decisionId, report)).status;
    };
    for (const days of [365, 40]) {
      clock.advance(days * DAY);
      expect(await reportedNow()).toBe("learned");
    }
    clock.advance(-405 * DAY);
    expect(await reportedNow()).toBe("repeated");
    clock.advance(1);
    expect(await reportedNow()).toBe("learned");
  });

  it("are refused when they are from the future or too old, and are not learned twice when the clock goes ahead and back", async () => {
    const { cache, clock, ids } = await cacheWithIds(engine);
    const [id = "", later = ""] = ids;
    expect((await cache.report(id, report)).status).toBe("learned");
    clock.advance(31 * DAY);
    await expect(cache.report(later, report)).rejects.toThrow("a decision of the last 2592000 s");
    const ahead = await cache.decide({ state: STATE });
    if (ahead.kind !== "serve") throw new Error(ahead.reason);
    await cache.report(ahead.decisionId, report);
    clock.advance(-31 * DAY);
    expect((await cache.report(id, report)).status).toBe("repeated");
    await expect(cache.report(ahead.decisionId, report)).rejects.toThrow("a decision of the past");
  });

  it("of decisions with huge values are taken back", async () => {
    const cache = await openTestCache(engine, { workers: "inline" });
    for (let run = 0; run < 200; run += 1) {
      await cache.record({ state: STATE, action: ACTION, outcome: "success", reward: 1e100, nextState: STATE });
    }
    const decision = await cache.decide({ state: STATE });
    if (decision.kind !== "serve") throw new Error(decision.reason);
    expect((await cache.report(decision.decisionId, { outcome: "success", reward: 1e100 })).status).toBe("learned");
  });

  it("are no place for masses of text", async () => {
    const { cache, ids } = await cacheWithIds(engine);
    const [id = ""] = ids;
    for (const hostile of [`d3${"A".repeat(5_000_000)}`, id.repeat(1000), `d3${"[".repeat(5000)}`]) {
      await expect(cache.report(hostile, report)).rejects.toMatchObject({ code: "INVALID_ARGUMENT" });
    }
    const context = Array.from({ length: 200_000 }, () => id);
    await expect(cache.decide({ state: STATE, context })).rejects.toThrow("at most 16 decision ids");
  });
});

describeOnEveryEngine("a report that something else was done", (engine) => {
  it("is of the agent's own decision, and says nothing of the one that was decided", async () => {
    const { cache, ids } = await cacheWithIds(engine);
    const [id = ""] = ids;
    const taken = { type: "escalate", spec: { to: "a person" } };
    expect((await cache.report(id, { ...report, taken })).status).toBe("learned");
    const { evidence } = await cache.explain({ state: STATE });
    expect(evidence.find(({ actionType }) => actionType === "escalate")).toMatchObject({
      trials: 1,
      action: { spec: { to: "a person" }, taken: { trials: 0 } },
    });
    expect(evidence.find(({ actionType }) => actionType === "refund")).toMatchObject({
      trials: 12,
      action: { own: { decisions: 12, successes: 11 }, taken: { trials: 0 } },
    });
  });

  it("may name another specification of the same type", async () => {
    const { cache, ids } = await cacheWithIds(engine);
    const taken = { type: "refund", spec: { to: "grace@example.org" } };
    await cache.report(ids[0] ?? "", { outcome: "failure", taken });
    const [evidence] = (await cache.explain({ state: STATE })).evidence;
    expect(evidence?.actions.map(({ spec, trials }) => [spec.to, trials])).toEqual([
      ["ada@example.org", 12],
      ["grace@example.org", 1],
    ]);
  });
});
