import { describe, expect, it } from "vitest";
import {
  type EstimatorName,
  evaluatePolicy,
  greedyPolicy,
  type LoggedDecision,
  type PolicyEvaluation,
  readDecisionLog,
  tablePolicy,
} from "../../src/evaluation/index.js";
import { expectWithin } from "../support/golden.js";
import { seededRandom } from "../support/seeded-random.js";
import { describeOnEveryEngine, openTestCache } from "../support/stores/stores.js";

const ESTIMATORS: readonly EstimatorName[] = ["replay", "ips", "snips", "direct-method", "doubly-robust"];

function estimate({ estimates }: PolicyEvaluation, name: EstimatorName) {
  const found = estimates.find(({ estimator }) => estimator === name);
  if (found === undefined) throw new Error(`no ${name}`);
  return found;
}

const codes = ({ warnings }: PolicyEvaluation) => warnings.map(({ code }) => code);

const careful = tablePolicy({ name: "careful", otherwise: { careful: 1 } });

describeOnEveryEngine("the log of an agent that decides by itself", (engine) => {
  it("can be evaluated without any exploration", async () => {
    const cache = await openTestCache(engine);
    const random = seededRandom(7);
    for (let run = 0; run < 300; run += 1) {
      const state = { task: run % 2 === 0 ? "refund" : "question" };
      const type = random() < 0.3 ? "careful" : "fast";
      const decision = await cache.decide({ state, errorBudget: 0.05, fallback: () => ({ type }) });
      const worked = random() < (decision.action.type === "careful" ? 0.9 : 0.5);
      await cache.report(decision.decisionId, { outcome: worked ? "success" : "failure" });
    }
    const log = await readDecisionLog(cache.store);
    expect(log).toHaveLength(300);
    const evaluation = await evaluatePolicy(log, careful);
    expect(evaluation).toMatchObject({ decisions: 300, estimated: 300, leftOut: 0, states: 2 });
    expect(codes(evaluation)).toEqual(["ESTIMATED_PROPENSITIES", "FEW_EFFECTIVE_DECISIONS", "FEW_REPLAYED"]);
    expectWithin(evaluation.weights.mean, 1, 1e-12, "mean weight");
    for (const name of ESTIMATORS) {
      const { value, standardError } = estimate(evaluation, name);
      expectWithin(value, 0.9, Math.max(3 * standardError, 0.1), name);
    }
    const own = evaluation.deciders.find(({ decision }) => decision === "fallback");
    expect(own?.decisions).toBe(300);
  });

  it("tells what was served, tried, explored, recorded and chosen by the agent", async () => {
    const cache = await openTestCache(engine, { workers: "inline", defaults: { errorBudget: 0.2 }, random: () => 0 });
    const state = { task: "deploy" };
    const action = { type: "run" };
    await cache.record({ state, action, outcome: "success" });
    for (let run = 0; run < 60; run += 1) {
      const { decisionId } = await cache.decide({ state, fallback: () => action });
      await cache.report(decisionId, { outcome: "success" });
    }
    const explore = { strategy: "epsilon-greedy", epsilon: 1, candidates: [{ type: "a" }, { type: "b" }] } as const;
    const explored = await cache.decide({ state: { task: "new" }, explore });
    if (explored.kind === "explore") await cache.report(explored.decisionId, { outcome: "failure" });
    const log = await readDecisionLog(cache.store);
    const kinds = new Map<string, readonly LoggedDecision[]>();
    for (const one of log)
      kinds.set(one.decision ?? "recorded", [...(kinds.get(one.decision ?? "recorded") ?? []), one]);
    expect([...kinds.keys()].sort()).toEqual(["explore", "fallback", "recorded", "serve", "trial"]);
    expect(kinds.get("serve")?.every(({ propensity }) => propensity === 1)).toBe(true);
    expect(kinds.get("trial")?.every(({ propensity }) => propensity === 0.5)).toBe(true);
    expect(kinds.get("explore")?.[0]?.propensity).toBe(0.5);
    const evaluation = await evaluatePolicy(log, tablePolicy({ otherwise: { run: 1 } }));
    expect(evaluation.deciders.map(({ decision }) => decision)).toEqual([
      "explore",
      "fallback",
      "recorded",
      "serve",
      "trial",
    ]);
    // The state with an explored decision alone keeps the chance it was drawn with.
    expect(evaluation).toMatchObject({ decisions: 62, estimated: 61 });
    expect((await evaluatePolicy(log, greedyPolicy(), { propensities: "logged" })).decisions).toBe(
      1 + (kinds.get("serve")?.length ?? 0),
    );
  });
});

describe("propensities that are estimated", () => {
  /** The agent chooses by the state, with chances of its own; served ones and ones without a kind are among them. */
  function logOf(seed: number, decisions: number): readonly LoggedDecision[] {
    const random = seededRandom(seed);
    return Array.from({ length: decisions }, (_, index) => {
      const rare = index % 3 === 0;
      const type = random() < (rare ? 0.8 : 0.2) ? "careful" : "fast";
      const outcome = random() < (type === "careful" ? (rare ? 0.9 : 0.6) : 0.5) ? "success" : "failure";
      return { state: { rare }, action: { type }, outcome, decision: "fallback", propensity: 1 };
    });
  }

  it("find the true value within their intervals about as often as they say", async () => {
    const truth = (1 / 3) * 0.9 + (2 / 3) * 0.6;
    const logs = 100;
    const covered = new Map<EstimatorName, number>();
    for (let seed = 1; seed <= logs; seed += 1) {
      const evaluation = await evaluatePolicy(logOf(seed, 600), careful);
      for (const name of ["ips", "snips", "doubly-robust"] as const) {
        const { lower, upper } = estimate(evaluation, name);
        if (lower <= truth && truth <= upper) covered.set(name, (covered.get(name) ?? 0) + 1);
      }
    }
    for (const [name, count] of covered) expect(count, name).toBeGreaterThanOrEqual(90);
    expect(covered.size).toBe(3);
  });

  it("value the policy that made the log at the log's own mean", async () => {
    const own: LoggedDecision[] = ["a", "a", "a", "b"].map((type) => {
      return { state: { x: 1 }, action: { type }, outcome: type === "a" ? "success" : "failure" };
    });
    const evaluation = await evaluatePolicy(own, tablePolicy({ otherwise: { a: 0.75, b: 0.25 } }));
    expect(evaluation.estimated).toBe(4);
    for (const name of ["ips", "snips"] as const) expect(estimate(evaluation, name).value).toBe(0.75);
  });

  it("say nothing where the agent always did the same", async () => {
    const own: LoggedDecision[] = Array.from({ length: 300 }, () => {
      return { state: { x: 1 }, action: { type: "fast" }, outcome: "success", decision: "fallback", propensity: 1 };
    });
    const evaluation = await evaluatePolicy(own, careful);
    expect(codes(evaluation)).toContain("UNSUPPORTED_ACTIONS");
    expect(evaluation.estimates.map(({ estimator }) => estimator)).toEqual(["ips", "direct-method", "doubly-robust"]);
  });

  it("leave alone what was drawn, and leave out what lacks a propensity beside it", async () => {
    const drawn: LoggedDecision[] = Array.from({ length: 200 }, (_, index) => {
      return { state: { x: 1 }, action: { type: index % 4 === 0 ? "a" : "b" }, outcome: "success", propensity: 0.5 };
    });
    const bare: LoggedDecision = { state: { x: 1 }, action: { type: "a" }, outcome: "success" };
    const evaluation = await evaluatePolicy([...drawn, bare], tablePolicy({ otherwise: { a: 1 } }));
    expect(evaluation).toMatchObject({ decisions: 200, estimated: 0, leftOut: 1 });
    expect(evaluation.weights.largest).toBe(2);
  });
});
