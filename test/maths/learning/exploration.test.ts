import { describe, expect, it } from "vitest";
import { type Arm, choiceProbabilities, drawArm, type Exploration } from "../../../src/maths/learning/exploration.js";
import { seededRandom } from "../../../src/maths/learning/seeded-random.js";
import { bestBetaProbabilities } from "../../../src/maths/statistics/best-beta.js";
import { expectWithin } from "../../support/golden.js";

const arm = (value: number, successes = 0, trials = 0): Arm => ({ value, successes, trials });

function expectChances(arms: readonly Arm[], exploration: Exploration, expected: readonly number[]): void {
  const chances = choiceProbabilities(arms, exploration);
  expect(chances).toHaveLength(expected.length);
  for (const [index, chance] of chances.entries()) expectWithin(chance, expected[index] ?? Number.NaN, 1e-12);
}

/** ln B(a, b) of integers. */
function logBeta(a: number, b: number): number {
  let sum = -Math.log(a);
  for (let factor = 1; factor < b; factor += 1) sum += Math.log(factor / (a + factor));
  return sum;
}

/** One draw from Beta(alpha, beta), integers: the alpha-th smallest of alpha + beta - 1 uniform numbers. */
function drawBeta(alpha: number, beta: number, random: () => number): number {
  const uniform = Float64Array.from({ length: alpha + beta - 1 }, random).sort();
  return uniform[alpha - 1] ?? Number.NaN;
}

/** Exact for integers: Evan Miller (2015), Formulas for Bayesian A/B Testing, eq. 1. */
function chanceFirstIsLarger(alpha1: number, beta1: number, alpha2: number, beta2: number): number {
  let sum = 0;
  for (let i = 0; i < alpha1; i += 1) {
    sum += Math.exp(logBeta(alpha2 + i, beta1 + beta2) - logBeta(1 + i, beta1) - logBeta(alpha2, beta2)) / (beta1 + i);
  }
  return sum;
}

describe("the chances of a choice", () => {
  const arms = [arm(0.5), arm(2), arm(-1), arm(2)];

  it("are shared by the largest values when greedy", () => {
    expectChances(arms, { strategy: "greedy" }, [0, 0.5, 0, 0.5]);
  });

  it("are ε over all and the rest for the best when ε-greedy", () => {
    expectChances(arms, { strategy: "epsilon-greedy", epsilon: 0.2 }, [0.05, 0.45, 0.05, 0.45]);
    expectChances(arms, { strategy: "epsilon-greedy", epsilon: 1 }, [0.25, 0.25, 0.25, 0.25]);
  });

  it("are in proportion to exp(value / temperature) when softmax, however large the values", () => {
    const e = Math.E;
    expectChances([arm(0), arm(2)], { strategy: "softmax", temperature: 2 }, [1 / (1 + e), e / (1 + e)]);
    expectChances([arm(1e99), arm(-1e99)], { strategy: "softmax", temperature: 0.1 }, [1, 0]);
  });

  it("are all for the largest upper confidence bound when UCB1", () => {
    // Means 0.5 and 0.6; bounds 0.5 + sqrt(2 ln 12 / 2) = 2.076 and 0.6 + sqrt(2 ln 12 / 10) = 1.305.
    const tried = [arm(0, 1, 2), arm(0, 6, 10)];
    expectChances(tried, { strategy: "ucb1", coefficient: Math.SQRT2 }, [1, 0]);
    expectChances(tried, { strategy: "ucb1", coefficient: 0.05 }, [0, 1]);
    expectChances([...tried, arm(0), arm(0)], { strategy: "ucb1", coefficient: Math.SQRT2 }, [0, 0, 0.5, 0.5]);
  });

  it.each([
    [1, 1, 1, 1],
    [2, 6, 6, 2],
    [1, 101, 1, 1],
    [901, 101, 891, 111],
    [5, 3, 4001, 2001],
    [2001, 1, 1, 1],
  ])("are those of Beta(%i, %i) to exceed Beta(%i, %i) when Thompson", (alpha1, beta1, alpha2, beta2) => {
    const [first = Number.NaN, second = Number.NaN] = choiceProbabilities(
      [arm(0, alpha1 - 1, alpha1 + beta1 - 2), arm(0, alpha2 - 1, alpha2 + beta2 - 2)],
      { strategy: "thompson", priorSuccesses: 1, priorFailures: 1 },
    );
    expectWithin(first, chanceFirstIsLarger(alpha1, beta1, alpha2, beta2), 1e-3);
    expectWithin(first + second, 1, 1e-12);
  });

  it("are how often each arm's draw from its posterior is the largest when Thompson", () => {
    const posteriors = [
      { alpha: 3, beta: 4 },
      { alpha: 1, beta: 1 },
      { alpha: 40, beta: 60 },
      { alpha: 9, beta: 12 },
    ];
    const random = seededRandom(7);
    const draws = 20_000;
    const wins = posteriors.map(() => 0);
    for (let draw = 0; draw < draws; draw += 1) {
      const sampled = posteriors.map(({ alpha, beta }) => drawBeta(alpha, beta, random));
      const winner = sampled.indexOf(Math.max(...sampled));
      wins[winner] = (wins[winner] ?? 0) + 1;
    }
    for (const [index, chance] of bestBetaProbabilities(posteriors).entries()) {
      const deviation = Math.sqrt((chance * (1 - chance)) / draws);
      expectWithin((wins[index] ?? 0) / draws, chance, 4 * deviation + 1e-3, `arm ${index}`);
    }
  });
});

describe("drawing an arm", () => {
  it("draws each with its chance", () => {
    const chances = [0.5, 0, 0.3, 0.2];
    const random = seededRandom(3);
    const draws = 40_000;
    const drawn = chances.map(() => 0);
    for (let draw = 0; draw < draws; draw += 1) {
      const index = drawArm(chances, chances.map(random));
      drawn[index] = (drawn[index] ?? 0) + 1;
    }
    expect(drawn[1]).toBe(0);
    for (const [index, chance] of chances.entries()) {
      const deviation = Math.sqrt((chance * (1 - chance)) / draws);
      expectWithin((drawn[index] ?? 0) / draws, chance, 4 * deviation, `arm ${index}`);
    }
  });

  it("does not depend on where an arm stands, nor on arms that cannot be drawn", () => {
    expect(drawArm([0.4, 0.6], [0.2, 0.7])).toBe(0);
    expect(drawArm([0.6, 0, 0.4], [0.7, 0, 0.2])).toBe(2);
  });

  it("takes an arm whose number is 0 and never one without a chance", () => {
    expect(drawArm([0, 1e-9, 1], [0, 0, 0.5])).toBe(1);
  });
});
