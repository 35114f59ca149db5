import { describe, expect, it } from "vitest";
import type { Decision } from "../../../src/cache/deciding/decision.js";
import type { OutcomeEvent } from "../../../src/cache/events/outcome-event.js";
import type { PolicyCacheOptions } from "../../../src/cache/opening/cache-options.js";
import { PolicyCache } from "../../../src/cache/policy-cache.js";
import { ConfigurationError, InvalidArgumentError } from "../../../src/common/errors.js";
import { describeOnEveryEngine, openTestCache } from "../../support/stores/stores.js";

const STATE = { task: "deploy", env: "staging" };

function outcomes(type: string, successes: number, failures = 0): OutcomeEvent[] {
  const event = (outcome: "success" | "failure"): OutcomeEvent => ({ state: STATE, action: { type }, outcome });
  return [...Array(successes).fill(event("success")), ...Array(failures).fill(event("failure"))];
}

async function cacheWith(events: readonly OutcomeEvent[], options: PolicyCacheOptions = {}): Promise<PolicyCache> {
  const cache = await openTestCache("memory", { workers: "inline", ...options });
  await cache.recordMany(events);
  return cache;
}

function missingIn(decision: Decision): string | undefined {
  return decision.kind === "serve" ? undefined : decision.missing;
}

function kindAndMissing(decision: Decision): [kind: string, missing: string | undefined] {
  return [decision.kind, missingIn(decision)];
}

describeOnEveryEngine("an error budget", (engine) => {
  it("serves after the first choice, which is not counted, and 39 successes in a row at 0.1, and says before how many are missing", async () => {
    const cache = await openTestCache(engine, { workers: "inline" });
    await cache.recordMany(outcomes("ship", 37));
    const before = await cache.decide({ state: STATE, errorBudget: 0.1 });
    expect(kindAndMissing(before)).toEqual(["suggest", "3 more successes in a row would serve"]);
    expect(before.reason).toBe(
      "37 of 37 outcomes were successes: taken here, a success rate of at least 0.893 at confidence 0.95, where the error budget of 0.1 asks for 0.900; 3 more successes in a row would serve.",
    );
    await cache.recordMany(outcomes("ship", 3));
    const after = await cache.decide({ state: STATE, errorBudget: 0.1 });
    expect(kindAndMissing(after)).toEqual(["serve", undefined]);
    expect(after.ranked[0]?.evidence).toMatchObject({
      successes: 40,
      trials: 40,
      bound: expect.closeTo(0.9006, 4),
      threshold: 0.9,
      errorBudget: 0.1,
      confidence: 0.95,
      passes: true,
      successesMissing: 0,
    });
  });
});

describe("an error budget", () => {
  it("is that of the call or of the action type, whichever is stricter, else of the defaults", async () => {
    const cache = await cacheWith([...outcomes("ship", 20), ...outcomes("ask", 20)], {
      actions: { ship: { errorBudget: 0.05 } },
      defaults: { errorBudget: 0.2 },
    });
    const budgets = async (errorBudget?: number | "none") => {
      const { ranked } = await cache.decide({ state: STATE, ...(errorBudget === undefined ? {} : { errorBudget }) });
      return Object.fromEntries(ranked.map(({ evidence }) => [evidence.actionType, evidence.errorBudget]));
    };
    expect(await budgets()).toEqual({ ship: 0.05, ask: 0.2 });
    expect(await budgets(0.3)).toEqual({ ship: 0.05, ask: 0.3 });
    expect(await budgets(0.01)).toEqual({ ship: 0.01, ask: 0.01 });
    expect(await budgets("none")).toEqual({ ship: 0.05, ask: undefined });
  });

  it("of an action type is kept as surely as the type asks, whatever the call is content with", async () => {
    const types = ["sure", "strict", "loose", "none", "other"];
    const cache = await cacheWith(
      types.flatMap((type) => outcomes(type, 20)),
      {
        actions: {
          sure: { confidence: 0.99 },
          strict: { errorBudget: 0.05 },
          loose: { errorBudget: 0.5, confidence: 0.6 },
          none: { errorBudget: "none" },
        },
      },
    );
    const { ranked } = await cache.decide({ state: STATE, errorBudget: 0.2, confidence: 0.8 });
    const inForce = ranked.map(({ evidence }) => [
      evidence.actionType,
      [evidence.errorBudget, evidence.confidence, evidence.threshold],
    ]);
    expect(Object.fromEntries(inForce)).toEqual({
      sure: [0.2, 0.99, 0.8],
      strict: [0.05, 0.95, 0.95],
      loose: [0.2, 0.8, 0.8],
      none: [0.2, 0.8, 0.8],
      other: [0.2, 0.8, 0.8],
    });
  });

  it("passes over a better-ranked action whose evidence does not meet it", async () => {
    const cache = await cacheWith([...outcomes("ship", 10), ...outcomes("ask", 40)]);
    await cache.policies.qValue("qValue").initialize(
      {
        agentId: "default",
        stateFingerprint: (await cache.decide({ state: STATE })).stateFingerprint,
        actionType: "ship",
      },
      5,
    );
    const decision = await cache.decide({ state: STATE, errorBudget: 0.1 });
    expect(decision).toMatchObject({
      kind: "serve",
      action: { type: "ask" },
      runnerUp: { entry: { actionType: "ship" } },
    });
  });

  it("asks for more at a higher confidence", async () => {
    const cache = await cacheWith(outcomes("ship", 40));
    const missing = async (confidence: number) => {
      const { ranked } = await cache.decide({ state: STATE, errorBudget: 0.1, confidence });
      return ranked[0]?.evidence.successesMissing;
    };
    expect(await missing(0.95)).toBe(0);
    expect(await missing(0.99)).toBe(17);
  });

  it("serves within a loose budget what no longer passes the threshold", async () => {
    const cache = await cacheWith(outcomes("ship", 30, 15), { defaults: { retirementFalseAlarmRate: 0 } });
    expect((await cache.decide({ state: STATE })).kind).toBe("suggest");
    expect((await cache.decide({ state: STATE, errorBudget: 0.6 })).kind).toBe("serve");
  });

  it("says what a pair without a policy lacks for both: to become one, and to be served", async () => {
    const cache = await cacheWith(outcomes("ship", 3));
    const missing = async (errorBudget: number | "none") => {
      return missingIn(await cache.decide({ state: STATE, errorBudget }));
    };
    expect(await missing("none")).toBe("3 more successes in a row would serve");
    expect(await missing(0.9)).toBe("3 more successes in a row would serve");
    expect(await missing(0.1)).toBe("37 more successes in a row would serve");
  });

  it("holds for the ranking as well", async () => {
    const cache = await cacheWith(outcomes("ship", 10), { defaults: { errorBudget: 0.1 } });
    const { records: policies } = await cache.ranking();
    expect(policies[0]?.evidence).toMatchObject({ passes: false, successesMissing: 30, threshold: 0.9 });
  });
});

describe("a budget that can never serve", () => {
  const never = [
    [0, 0.95, "No number of successes shows that an action never fails: a budget of 0 would never serve."],
    [0.1, 1, "Nothing is certain after finitely many outcomes: a confidence of 1 would never serve."],
    [1e-9, 0.95, "At confidence 0.95 it takes at least 2995732273 successes in a row to serve."],
    [1, 0.95, "expected a number above 0 and below 1"],
    [-0.1, 0.95, "expected a number above 0 and below 1"],
    [Number.NaN, 0.95, "expected a number above 0 and below 1"],
    [0.1, 0, "expected a number above 0 and below 1"],
    [0.1, Number.NaN, "expected a number above 0 and below 1"],
  ] as const;

  it.each(never)("is refused with the reason: %d at confidence %d", async (errorBudget, confidence, reason) => {
    const cache = await cacheWith([]);
    const asking = cache.decide({ state: STATE, errorBudget, confidence });
    await expect(asking).rejects.toThrow(InvalidArgumentError);
    await expect(asking).rejects.toThrow(reason);
    const opening = PolicyCache.open("memory:", { actions: { ship: { errorBudget, confidence } } });
    await expect(opening).rejects.toThrow(ConfigurationError);
    await expect(opening).rejects.toThrow(reason);
    const byDefault = PolicyCache.open("memory:", { defaults: { errorBudget, budgetConfidence: confidence } });
    await expect(byDefault).rejects.toThrow(ConfigurationError);
  });

  it("is refused as a confidence without a budget, which would have no effect", async () => {
    const cache = await cacheWith([]);
    await expect(cache.decide({ state: STATE, confidence: 0.99 })).rejects.toThrow(
      "expected an errorBudget or worseThanAgent beside it",
    );
  });

  it.each([[null], ["ship"], [{ ship: 1 }], [{ ship: { errorBudget: "0.1" } }]])(
    "nor are wrong action types taken: %j",
    async (actions) => {
      await expect(PolicyCache.open("memory:", { actions: actions as never })).rejects.toThrow(ConfigurationError);
    },
  );
});
