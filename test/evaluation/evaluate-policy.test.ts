import { describe, expect, it } from "vitest";
import {
  cachePolicy,
  type EstimatorName,
  evaluatePolicy,
  greedyPolicy,
  type LoggedDecision,
  type PolicyEvaluation,
  tablePolicy,
  uniformPolicy,
} from "../../src/evaluation/index.js";
import { InvalidArgumentError, PolicyCache } from "../../src/index.js";
import { expectWithin } from "../support/golden.js";
import { seededRandom } from "../support/seeded-random.js";

const STATE = { task: "deploy" };

function decision(type: string, reward: number, propensity: number | null, state: object = STATE): LoggedDecision {
  return { state: state as LoggedDecision["state"], action: { type }, reward, propensity };
}

function value({ estimates }: PolicyEvaluation, name: EstimatorName): number {
  return estimates.find(({ estimator }) => estimator === name)?.value ?? Number.NaN;
}

const codes = ({ warnings }: PolicyEvaluation) => warnings.map(({ code }) => code);

describe("evaluatePolicy", () => {
  it("gives what four decisions give by hand", async () => {
    const log = [decision("a", 1, 0.5), decision("a", 0, 0.5), decision("b", 1, 0.25), decision("b", 1, 0.25)] as const;
    const policy = tablePolicy({ states: [{ state: STATE, actions: { a: 0.25, b: 0.75 } }] });
    const evaluation = await evaluatePolicy(log, policy);
    // Weights 0.5, 0.5, 3, 3; weighted rewards 0.5, 0, 3, 3.
    expectWithin(value(evaluation, "ips"), 6.5 / 4, 1e-12, "IPS");
    expectWithin(value(evaluation, "snips"), 6.5 / 7, 1e-12, "SNIPS");
    const [, ips, snips] = evaluation.estimates;
    expectWithin(ips?.effectiveSampleSize ?? 0, 49 / 18.5, 1e-12, "effective sample size");
    const squares = [0.5, 0, 3, 3].reduce((sum, x) => sum + (x - 6.5 / 4) ** 2, 0);
    expectWithin(ips?.standardError ?? 0, Math.sqrt(squares / 3 / 4), 1e-12, "standard error of IPS");
    const errors = [0.5 * (1 - 6.5 / 7), 0.5 * (6.5 / 7), 3 * (1 - 6.5 / 7), 3 * (1 - 6.5 / 7)];
    const error = Math.sqrt(errors.reduce((sum, x) => sum + x ** 2, 0)) / 7;
    expectWithin(snips?.standardError ?? 0, error, 1e-12, "standard error of SNIPS");
    // The first decision is predicted from the other three: mean 2/3, its action's other trial failed.
    const firstA = (0 + 2 / 3) / 2;
    const firstB = (2 + 2 / 3) / 3;
    const secondA = (1 + 1) / 2;
    const secondB = (2 + 1) / 3;
    const thirdA = (1 + 2 / 3) / 3;
    const thirdB = (1 + 2 / 3) / 2;
    const predictions = [0.25 * firstA + 0.75 * firstB, 0.25 * secondA + 0.75 * secondB];
    const thirdPrediction = 0.25 * thirdA + 0.75 * thirdB;
    const direct = [...predictions, thirdPrediction, thirdPrediction];
    const mean = (numbers: readonly number[]) => numbers.reduce((sum, x) => sum + x, 0) / numbers.length;
    expectWithin(value(evaluation, "direct-method"), mean(direct), 1e-12, "direct method");
    const corrections = [0.5 * (1 - firstA), 0.5 * (0 - secondA), 3 * (1 - thirdB), 3 * (1 - thirdB)];
    expectWithin(value(evaluation, "doubly-robust"), mean(direct) + mean(corrections), 1e-12, "doubly robust");
  });

  it("finds the known value of a policy within three standard errors, and IPS on average over many logs", async () => {
    const states = ["x", "y", "z"];
    const success = { a: [0.9, 0.2, 0.5], b: [0.3, 0.8, 0.4] };
    const chances = { a: 0.3, b: 0.7 };
    const policy = tablePolicy({ otherwise: { a: 0.8, b: 0.2 } });
    const truth = states.reduce((sum, _, i) => sum + 0.8 * (success.a[i] ?? 0) + 0.2 * (success.b[i] ?? 0), 0) / 3;
    const random = seededRandom(7);
    const means: Partial<Record<EstimatorName, number>> = {};
    const logs = 60;
    for (let run = 0; run < logs; run += 1) {
      const log = Array.from({ length: 400 }, () => {
        const index = Math.floor(random() * states.length);
        const type = random() < chances.a ? "a" : "b";
        const reward = random() < (success[type][index] ?? 0) ? 1 : 0;
        return decision(type, reward, chances[type], { state: states[index] });
      });
      const { estimates } = await evaluatePolicy(log, policy, { random });
      for (const { estimator, value: estimated } of estimates) {
        means[estimator] = (means[estimator] ?? 0) + estimated / logs;
      }
    }
    for (const name of ["replay", "ips", "snips", "doubly-robust"] as const) {
      expectWithin(means[name] ?? 0, truth, 0.02, name);
    }
  });

  it("values the policy that made the log at the log's own mean, by every estimator", async () => {
    const log = [decision("a", 3, 0.5), decision("b", -1, 0.5), decision("a", 0.5, 0.5), decision("b", 2, 0.5)];
    const cache = await PolicyCache.open("memory:");
    const evaluation = await evaluatePolicy(log, cachePolicy(cache));
    await cache.close();
    expect(evaluation.leftToLog).toBe(1);
    expect(evaluation.estimates).toHaveLength(5);
    for (const { value: estimated } of evaluation.estimates) expectWithin(estimated, 1.125, 1e-12);
  });

  it("acts as a cache does where it knows what to do", async () => {
    const cache = await PolicyCache.open("memory:", { workers: "inline" });
    const success = { state: STATE, action: { type: "a" }, outcome: "success" } as const;
    await cache.recordMany(Array.from({ length: 8 }, () => success));
    const log = [decision("a", 1, 0.5), decision("b", 0, 0.5), decision("b", 1, 0.5, { task: "other" })];
    const evaluation = await evaluatePolicy(log, cachePolicy(cache));
    await cache.close();
    expectWithin(value(evaluation, "snips"), (2 * 1 + 1) / 3, 1e-12);
    expectWithin(evaluation.leftToLog, 1 / 3, 1e-12);
  });

  it("does not believe a policy that was chosen by looking at the same rewards", async () => {
    const random = seededRandom(3);
    const integer = (below: number) => Math.floor(random() * below);
    const log = Array.from({ length: 2000 }, () =>
      decision(`action-${integer(50)}`, integer(2), 1 / 50, { group: integer(10) }),
    );
    const evaluation = await evaluatePolicy(log, greedyPolicy());
    expect(evaluation.estimates).toHaveLength(5);
    for (const { estimator, value: estimated } of evaluation.estimates) expectWithin(estimated, 0.5, 0.15, estimator);
  });

  it("keeps an episode whole when it fits a policy on one half of the log", async () => {
    // Each episode always takes one action in its own state: the other half knows nothing of it.
    const log = Array.from({ length: 20 }, (_, index) => {
      const episodeId = `run-${Math.floor(index / 2)}`;
      return { ...decision("a", 1, 0.5, { episodeId }), episodeId };
    });
    expect((await evaluatePolicy(log, greedyPolicy())).leftToLog).toBe(1);
  });

  it("reads a log that is a stream from its start each time", async () => {
    let openings = 0;
    const open = async function* () {
      openings += 1;
      yield decision("a", 1, 1);
      yield decision("a", 0, 1);
    };
    const evaluation = await evaluatePolicy(open, uniformPolicy());
    expect(openings).toBe(2);
    expect(evaluation.logged.value).toBe(0.5);
  });

  it("gives the same answer for the same log", async () => {
    const log = Array.from({ length: 50 }, (_, index) => decision(index % 3 === 0 ? "a" : "b", index % 2, 0.5));
    const policy = tablePolicy({ otherwise: { a: 0.4, b: 0.6 } });
    expect(await evaluatePolicy(log, policy)).toEqual(await evaluatePolicy(log, policy));
  });

  it("takes success for 1 and failure for 0 where there is no reward", async () => {
    const log: LoggedDecision[] = [
      { state: STATE, action: { type: "a" }, outcome: "success", propensity: 1 },
      { state: STATE, action: { type: "a" }, outcome: "failure", reward: null, propensity: 1 },
    ];
    expect((await evaluatePolicy(log, uniformPolicy())).logged.value).toBe(0.5);
  });
});

describe("the warnings of evaluatePolicy", () => {
  const enough = Array.from({ length: 200 }, (_, index) => decision(index % 2 === 0 ? "a" : "b", 1, 0.5));

  it("are none for a log with support", async () => {
    expect(codes(await evaluatePolicy(enough, uniformPolicy()))).toEqual([]);
  });

  it("name an action the policy takes and the log lacks, and how often it is taken", async () => {
    const policy = tablePolicy({ otherwise: { a: 0.5, b: 0.25, c: 0.25 } });
    const evaluation = await evaluatePolicy(enough, policy);
    expect(codes(evaluation)).toEqual(["UNSUPPORTED_ACTIONS", "WEIGHTS_OFF"]);
    expect(evaluation.warnings[0]?.message).toContain("25.0 %");
    expect(evaluation.warnings[0]?.message).toContain('c in {"task":"deploy"}');
  });

  it("count decisions without a propensity, and with one of 0", async () => {
    const log = [...enough, decision("a", 1, null), decision("a", 1, 0), decision("a", 1, 0)];
    const evaluation = await evaluatePolicy(log, uniformPolicy());
    expect(codes(evaluation)).toEqual(["NO_PROPENSITY", "ZERO_PROPENSITY"]);
    expect(evaluation.warnings[1]?.message).toMatch(/^2 decisions/);
    expect(evaluation).toMatchObject({ decisions: 200, leftOut: 3 });
  });

  it("tell of tiny propensities and of the few decisions that are left to count", async () => {
    const log = [...enough, decision("a", 1, 0.0005)];
    expect(codes(await evaluatePolicy(log, uniformPolicy()))).toEqual([
      "SMALL_PROPENSITIES",
      "FEW_EFFECTIVE_DECISIONS",
      "FEW_REPLAYED",
    ]);
  });

  it("leave out the estimates for which there is nothing", async () => {
    const evaluation = await evaluatePolicy(enough, tablePolicy({ otherwise: { never: 1 } }));
    expect(evaluation.estimates.map(({ estimator }) => estimator)).toEqual(["ips", "direct-method", "doubly-robust"]);
    expect(codes(evaluation)).toContain("UNSUPPORTED_ACTIONS");
  });
});

describe("evaluatePolicy refuses", () => {
  const policy = uniformPolicy();
  it.each([
    ["an empty log", [], "log"],
    ["a log whose propensities are all 0", [decision("a", 1, 0)], "log"],
    ["a propensity above 1", [decision("a", 1, 1.5)], "propensity"],
    ["a decision without reward and outcome", [{ state: STATE, action: { type: "a" }, propensity: 1 }], "reward"],
    ["a decision without a state", [{ action: { type: "a" }, reward: 1, propensity: 1 }], "state"],
  ])("%s", async (_name, log, parameter) => {
    const refused = evaluatePolicy(log as LoggedDecision[], policy);
    await expect(refused).rejects.toMatchObject({ code: "INVALID_ARGUMENT", parameter });
  });

  it("a log without propensities, where none are to be estimated", async () => {
    const refused = evaluatePolicy([decision("a", 1, null)], policy, { propensities: "logged" });
    await expect(refused).rejects.toMatchObject({ code: "INVALID_ARGUMENT", parameter: "log" });
    await expect(evaluatePolicy([decision("a", 1, 1)], policy, { propensities: "guessed" as never })).rejects.toThrow(
      'propensities is "guessed"',
    );
  });

  it("a kind of decision that there is not", async () => {
    const odd = { ...decision("a", 1, 1), decision: "served" };
    await expect(evaluatePolicy([odd as never], policy)).rejects.toMatchObject({ parameter: "decision" });
  });

  it("a policy whose probabilities do not sum to 1", async () => {
    const odd = { name: "odd", probabilities: () => new Map([["a", 0.4]]) };
    await expect(evaluatePolicy([decision("a", 1, 1)], odd)).rejects.toThrow("policy odd is 0.4");
  });

  it.each([
    ["probabilities that do not sum to 1", { otherwise: { a: 0.5 } }],
    ["a negative probability", { otherwise: { a: -1, b: 2 } }],
    ["a state listed twice", { states: [1, 2].map(() => ({ state: STATE, actions: { a: 1 } })) }],
    ["states that are no list", { states: {} }],
  ])("a table with %s", (_name, table) => {
    expect(() => tablePolicy(table as never)).toThrow(InvalidArgumentError);
  });
});
