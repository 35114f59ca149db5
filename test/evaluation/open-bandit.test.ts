import { readFileSync } from "node:fs";
import { join } from "node:path";
import { gunzipSync } from "node:zlib";
import { expect, it } from "vitest";
import {
  type EstimatorName,
  evaluatePolicy,
  type LoggedDecision,
  type PolicyEvaluation,
  tablePolicy,
  uniformPolicy,
} from "../../src/evaluation/index.js";
import { describeWithData, expectWithin, readJson } from "../support/golden.js";

// Open Bandit Dataset, campaign "men": two logs of the same shop, so that what one says of the other's policy can be
// checked. The reference figures were computed by another program.

interface Reference {
  readonly items: number;
  readonly onPolicy: Readonly<Record<"random" | "bts", { readonly meanClick: number; readonly standardError: number }>>;
  readonly offPolicy: Readonly<Record<string, ReferenceEstimate>>;
  readonly btsEmpiricalPolicy: Readonly<Record<string, readonly number[]>>;
}

interface ReferenceEstimate {
  readonly n: number;
  readonly ips: number;
  readonly ipsStandardError: number;
  readonly snips: number;
  readonly snipsStandardError: number;
  readonly effectiveSampleSize: number;
  readonly meanWeight: number;
  readonly maxWeight: number;
  readonly policy?: Readonly<Record<string, { readonly item: number }>>;
}

const TOLERANCE = 1e-9;

describeWithData("off-policy evaluation of the Open Bandit data", "open-bandit-men/reference.json", (file) => {
  const reference = readJson<Reference>(file);
  const log = (name: string) => readLog(join(file, "..", `${name}.csv.gz`));
  const random = log("random");
  const bts = log("bts");
  const btsPolicy = tablePolicy({
    states: Object.entries(reference.btsEmpiricalPolicy).map(([position, shares]) => ({
      state: { position: Number(position) },
      actions: Object.fromEntries(shares.map((share, item) => [`item-${item}`, share])),
    })),
  });

  it("A: Thompson sampling, from the random log", async () => {
    const evaluation = await evaluatePolicy(random, btsPolicy);
    expectReference(evaluation, reference.offPolicy.btsEmpiricalPerPosition_fromRandomLog);
    expect(evaluation.warnings).toEqual([]);
  });

  it("B: always the item shown most, from the random log", async () => {
    const expected = reference.offPolicy.btsMostShownItemPerPosition_fromRandomLog;
    const policy = tablePolicy({
      states: Object.entries(expected?.policy ?? {}).map(([position, { item }]) => ({
        state: { position: Number(position) },
        actions: { [`item-${item}`]: 1 },
      })),
    });
    const evaluation = await evaluatePolicy(random, policy);
    expectReference(evaluation, expected);
    // A uniform log and one action: replay keeps the decisions on which both agree, and SNIPS is their mean.
    expect(estimate(evaluation, "replay").effectiveSampleSize).toBe(273);
    expectWithin(estimate(evaluation, "replay").value, estimate(evaluation, "snips").value, TOLERANCE);
  });

  it("C: uniform, from the log of Thompson sampling, with the warning that its propensities call for", async () => {
    const evaluation = await evaluatePolicy(bts, uniformPolicy());
    expectReference(evaluation, reference.offPolicy.uniform_fromBtsLog);
    expect(evaluation.warnings.map(({ code }) => code)).toEqual(["SMALL_PROPENSITIES", "FEW_REPLAYED"]);
  });

  it.each([
    { from: "random", log: random, other: "bts", policy: btsPolicy },
    { from: "bts", log: bts, other: "random", policy: uniformPolicy() },
  ] as const)("estimates from the $from log agree with what the $other log really gave", async (given) => {
    const evaluation = await evaluatePolicy(given.log, given.policy);
    const truth = reference.onPolicy[given.other];
    const trusted = evaluation.estimates.filter(({ effectiveSampleSize }) => effectiveSampleSize >= 100);
    expect(trusted.length).toBeGreaterThanOrEqual(4); // replay keeps too little of the log of Thompson sampling
    for (const { estimator, value, standardError } of trusted) {
      const distance = Math.abs(value - truth.meanClick);
      expect(distance, estimator).toBeLessThan(3 * Math.hypot(standardError, truth.standardError));
    }
  });

  it("the value of the log itself", async () => {
    const { logged } = await evaluatePolicy(bts, uniformPolicy());
    expectWithin(logged.value, reference.onPolicy.bts.meanClick, TOLERANCE);
    expectWithin(logged.standardError, reference.onPolicy.bts.standardError, TOLERANCE);
  });
});

function expectReference(evaluation: PolicyEvaluation, expected: ReferenceEstimate | undefined): void {
  if (expected === undefined) throw new Error("The reference lacks this evaluation.");
  const ips = estimate(evaluation, "ips");
  const snips = estimate(evaluation, "snips");
  expect(evaluation.decisions).toBe(expected.n);
  expectWithin(ips.value, expected.ips, TOLERANCE, "IPS");
  expectWithin(ips.standardError, expected.ipsStandardError, TOLERANCE, "standard error of IPS");
  expectWithin(snips.value, expected.snips, TOLERANCE, "SNIPS");
  expectWithin(snips.standardError, expected.snipsStandardError, TOLERANCE, "standard error of SNIPS");
  for (const { effectiveSampleSize } of [ips, snips]) {
    expectWithin(effectiveSampleSize, expected.effectiveSampleSize, TOLERANCE * expected.n, "effective sample size");
  }
  expectWithin(evaluation.weights.mean, expected.meanWeight, TOLERANCE, "mean weight");
  expectWithin(evaluation.weights.largest, expected.maxWeight, TOLERANCE * expected.maxWeight, "largest weight");
}

function estimate({ estimates }: PolicyEvaluation, name: EstimatorName) {
  const found = estimates.find(({ estimator }) => estimator === name);
  if (found === undefined) throw new Error(`There is no estimate by ${name}.`);
  return found;
}

function readLog(file: string): readonly LoggedDecision[] {
  const [header = "", ...rows] = gunzipSync(readFileSync(file)).toString().trim().split("\n");
  const columns = header.split(",");
  return rows.map((row) => {
    const cells = row.split(",");
    const cell = (name: string) => cells[columns.indexOf(name)];
    return {
      state: { position: Number(cell("position")) },
      action: { type: `item-${cell("item_id")}` },
      reward: Number(cell("click")),
      propensity: Number(cell("propensity_score")),
    };
  });
}
