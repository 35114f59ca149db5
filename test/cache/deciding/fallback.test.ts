import { describe, expect, it } from "vitest";
import { InvalidArgumentError } from "../../../src/common/errors.js";
import { describeOnEveryEngine, openTestCache } from "../../support/stores/stores.js";

const STATE = { task: "deploy", env: "staging" };
const SHIP = { type: "ship", spec: { playbook: "deploy.yml" } };

describeOnEveryEngine("a fallback", (engine) => {
  it("decides while nothing is served, teaches the cache by its reports, and is not called once a policy serves", async () => {
    const cache = await openTestCache(engine, { workers: "inline" });
    const kinds: string[] = [];
    let calls = 0;
    const fallback = () => {
      calls += 1;
      return SHIP;
    };
    for (let task = 0; task < 8; task += 1) {
      const decision = await cache.decide({ state: STATE, fallback });
      kinds.push(decision.kind);
      expect(decision.action).toEqual(SHIP);
      await cache.report(decision.decisionId, { outcome: "success" });
    }
    expect(kinds).toEqual([...Array(6).fill("fallback"), "serve", "serve"]);
    expect(calls).toBe(6);
    const [policy] = (await cache.ranking()).records;
    expect(policy?.entry).toMatchObject({ stateFeatures: STATE, actionSpec: SHIP.spec });
    expect(policy?.evidence).toMatchObject({ successes: 8, trials: 8 });
  });

  it("is reported once: again, nothing is counted", async () => {
    const cache = await openTestCache(engine, { workers: "inline" });
    const { decisionId } = await cache.decide({ state: STATE, fallback: () => SHIP });
    await cache.report(decisionId, { outcome: "failure" });
    expect(await cache.report(decisionId, { outcome: "failure" })).toMatchObject({ status: "repeated" });
    expect((await cache.explain({ state: STATE })).evidence).toMatchObject([{ successes: 0, trials: 1 }]);
  });

  it("changes nothing when it throws, or returns what is no action", async () => {
    const cache = await openTestCache(engine, { workers: "inline" });
    const failure = new Error("the model is down");
    const fallback = () => Promise.reject(failure);
    await expect(cache.decide({ state: STATE, fallback })).rejects.toBe(failure);
    await expect(cache.decide({ state: STATE, fallback: () => ({ type: "" }) })).rejects.toThrow(InvalidArgumentError);
    await expect(cache.decide({ state: STATE, fallback: "ship" as never })).rejects.toThrow("fallback is");
    expect((await cache.statistics()).totals).toMatchObject({ events: 0, pairs: 0 });
  });
});

describe("a fallback", () => {
  it("is told what the cache would have said", async () => {
    const cache = await openTestCache("memory", { workers: "inline" });
    await cache.recordMany(Array(10).fill({ state: STATE, action: SHIP, outcome: "success" }));
    const decision = await cache.decide({
      state: STATE,
      errorBudget: 0.1,
      trials: "none",
      fallback: ({ kind, missing }) => ({ type: `${kind}: ${missing}` }),
    });
    expect(decision).toMatchObject({
      kind: "fallback",
      action: { type: "suggest: 30 more successes in a row would serve" },
      answer: { kind: "suggest", action: SHIP },
    });
  });

  it("that takes the suggested action teaches its policy", async () => {
    const cache = await openTestCache("memory", { workers: "inline" });
    await cache.recordMany(Array(10).fill({ state: STATE, action: SHIP, outcome: "success" }));
    const decision = await cache.decide({ state: STATE, errorBudget: 0.1, fallback: () => SHIP });
    expect(await cache.report(decision.decisionId, { outcome: "success" })).toMatchObject({ status: "learned" });
    expect((await cache.ranking()).records[0]?.entry.accessCount).toBe(1);
  });
});
