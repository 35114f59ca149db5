import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { InvalidArgumentError } from "../../../src/common/errors.js";
import { anytimeLowerBound } from "../../../src/maths/statistics/anytime.js";
import { logCapital } from "../../../src/maths/statistics/anytime-bound.js";
import { wilsonLowerBound } from "../../../src/maths/statistics/wilson-bound.js";
import { expectRelative, expectWithin } from "../../support/golden.js";

const counts = fc.tuple(fc.nat(2000), fc.nat(2000));
const rates = fc.double({ min: 0.01, max: 0.99, noNaN: true });

/** The least number of successes in `trials` whose bound reaches the rate; `trials + 1` when none does. */
function leastCrossing(trials: number, from: number, crosses: (successes: number) => boolean): number {
  let successes = from;
  while (successes <= trials && !crosses(successes)) successes += 1;
  return successes;
}

/** Exact probability that a bound, looked at after every one of `length` trials, ever reaches the true rate. */
function everReached(rate: number, length: number, crosses: (successes: number, trials: number) => boolean): number {
  let within = [1];
  let reached = 0;
  let least = 0;
  for (let trials = 1; trials <= length; trials += 1) {
    least = leastCrossing(trials, least, (successes) => crosses(successes, trials));
    const next: number[] = [];
    for (let successes = 0; successes <= trials; successes += 1) {
      const mass = (within[successes - 1] ?? 0) * rate + (within[successes] ?? 0) * (1 - rate);
      if (successes < least) next.push(mass);
      else reached += mass;
    }
    within = next;
  }
  return reached;
}

describe("anytimeLowerBound", () => {
  it("shows a rate of 0.7, 0.8, 0.9, 0.95 after 11, 17, 36, 74 successes in a row", () => {
    for (const [rate, run] of [
      [0.7, 11],
      [0.8, 17],
      [0.9, 36],
      [0.95, 74],
    ] as const) {
      expect(anytimeLowerBound(run - 1, run - 1)).toBeLessThan(rate);
      expect(anytimeLowerBound(run, run)).toBeGreaterThanOrEqual(rate);
    }
  });

  it("is 0 without a success, and never above the success rate", () => {
    expect(anytimeLowerBound(0, 0)).toBe(0);
    expect(anytimeLowerBound(0, 50)).toBe(0);
    fc.assert(
      fc.property(counts, rates, ([successes, failures], confidence) => {
        const trials = successes + failures;
        expect(anytimeLowerBound(successes, trials, confidence)).toBeLessThanOrEqual(
          trials === 0 ? 0 : successes / trials,
        );
      }),
      { numRuns: 50 },
    );
  });

  it("rises with every success, falls with every failure and with the confidence", () => {
    fc.assert(
      fc.property(fc.integer({ min: 1, max: 500 }), fc.nat(500), (successes, failures) => {
        const trials = successes + failures;
        const bound = anytimeLowerBound(successes, trials);
        expect(anytimeLowerBound(successes + 1, trials + 1)).toBeGreaterThan(bound);
        expect(anytimeLowerBound(successes, trials + 1)).toBeLessThan(bound);
        expect(anytimeLowerBound(successes, trials, 0.99)).toBeLessThan(bound);
      }),
      { numRuns: 50 },
    );
  });

  it("comes within 0.01 of the success rate of 100 000 trials", () => {
    expectWithin(anytimeLowerBound(95_000, 100_000), 0.95, 0.003);
    expectWithin(anytimeLowerBound(50_000, 100_000), 0.5, 0.01);
  });

  it.each([0.7, 0.9, 0.95])(
    "ever reaches a true rate of %d in at most 5 %% of all histories, where Wilson's does in far more",
    (rate) => {
      const needed = -Math.log(0.05);
      const anytime = everReached(rate, 1000, (successes, trials) => {
        return logCapital(successes, trials - successes, rate) >= needed;
      });
      // 1.645: the one-sided Wilson bound of the same confidence.
      const wilson = everReached(rate, 1000, (successes, trials) => wilsonLowerBound(successes, trials, 1.645) >= rate);
      expect(anytime).toBeGreaterThan(0.01);
      expect(anytime).toBeLessThanOrEqual(0.05);
      expect(wilson).toBeGreaterThan(0.25);
    },
  );

  it.each([
    [-1, 1, 0.95],
    [2, 1, 0.95],
    [0.5, 1, 0.95],
    [0, Number.NaN, 0.95],
    [0, -1, 0.95],
    [1, 1, 0],
    [1, 1, 1],
    [1, 1, Number.NaN],
  ])("refuses %d of %d at confidence %d", (successes, trials, confidence) => {
    expect(() => anytimeLowerBound(successes, trials, confidence)).toThrow(InvalidArgumentError);
  });
});

describe("the capital", () => {
  it("is a fair game when the claim is true: its mean over the next outcome is what it is", () => {
    fc.assert(
      fc.property(counts, rates, ([successes, failures], rate) => {
        const now = logCapital(successes, failures, rate);
        const afterSuccess = Math.exp(logCapital(successes + 1, failures, rate) - now);
        const afterFailure = Math.exp(logCapital(successes, failures + 1, rate) - now);
        expectRelative(rate * afterSuccess + (1 - rate) * afterFailure, 1, 1e-9);
      }),
    );
  });
});
