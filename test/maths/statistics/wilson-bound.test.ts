import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { successesNeeded } from "../../../src/maths/statistics/successes-needed.js";
import { wilsonLowerBound } from "../../../src/maths/statistics/wilson-bound.js";
import { describeWithData, expectWithin, readJson } from "../../support/golden.js";

const Z95 = 1.96;
const quantile = fc.double({ min: 0, max: 4, noNaN: true });
const proportion = fc.double({ min: 0, max: 1, noNaN: true });
const history = fc
  .tuple(fc.nat(100_000), fc.nat(100_000))
  .map(([failures, successes]) => ({ successes, trials: failures + successes }));

describe("wilsonLowerBound", () => {
  it("lies in [0, 1] and never above the success rate", () => {
    fc.assert(
      fc.property(history, quantile, ({ successes, trials }, z) => {
        const bound = wilsonLowerBound(successes, trials, z);
        expect(bound).toBeGreaterThanOrEqual(0);
        expect(bound).toBeLessThanOrEqual(trials === 0 ? 0 : Math.min(1, successes / trials + 1e-12));
      }),
    );
  });

  it("is exactly 0 without a success", () => {
    fc.assert(
      fc.property(fc.nat(), quantile, (trials, z) => {
        expect(wilsonLowerBound(0, trials, z)).toBe(0);
      }),
    );
  });

  it("does not fall when a failure becomes a success, or a success is added", () => {
    fc.assert(
      fc.property(history, quantile, ({ successes, trials }, z) => {
        const bound = wilsonLowerBound(successes, trials, z);
        expect(wilsonLowerBound(successes + 1, trials + 1, z)).toBeGreaterThanOrEqual(bound - 1e-15);
        if (successes < trials) expect(wilsonLowerBound(successes + 1, trials, z)).toBeGreaterThan(bound);
      }),
    );
  });
});

describe("successesNeeded", () => {
  it("C108: an all-success history passes 0.3, 0.5, 0.6, 0.7, 0.8, 0.9 with 2, 4, 6, 9, 16, 35 events", () => {
    const needed = [0.3, 0.5, 0.6, 0.7, 0.8, 0.9].map((threshold) => successesNeeded(0, 0, 0, threshold, Z95, 1_000));
    expect(needed).toEqual([2, 4, 6, 9, 16, 35]);
  });

  it("is 0 for a history that passes already", () => {
    expect(successesNeeded(12, 14, 3, 0.6, Z95, 100)).toBe(0);
  });

  it("waits for the minimum number of trials even when the bound is high enough", () => {
    expect(successesNeeded(6, 6, 10, 0.6, Z95, 100)).toBe(4);
    expect(successesNeeded(0, 0, 3, -1, Z95, 100)).toBe(3);
  });

  it("asks for a bound strictly above the threshold", () => {
    const bound = wilsonLowerBound(9, 10, Z95);
    expect(successesNeeded(9, 10, 0, bound, Z95, 100)).toBe(1);
  });

  it("is -1 beyond the limit, and the limit itself is allowed", () => {
    expect(successesNeeded(0, 0, 0, 0.9, Z95, 34)).toBe(-1);
    expect(successesNeeded(0, 0, 0, 0.9, Z95, 35)).toBe(35);
    expect(successesNeeded(0, 0, 11, 0.1, Z95, 10)).toBe(-1);
    expect(successesNeeded(0, 1, 0, 0.5, Z95, 0)).toBe(-1);
  });

  it("is -1 for a threshold of 1, which nothing exceeds, without a long search", () => {
    expect(successesNeeded(0, 0, 0, 1, Z95, Number.MAX_SAFE_INTEGER)).toBe(-1);
  });

  it("finds an answer in the hundreds of millions", () => {
    const needed = successesNeeded(0, 10_000_000, 0, 0.98, Z95, 1e12);
    expect(wilsonLowerBound(needed, 10_000_000 + needed, Z95)).toBeGreaterThan(0.98);
    expect(wilsonLowerBound(needed - 1, 10_000_000 + needed - 1, Z95)).toBeLessThanOrEqual(0.98);
  });

  it("equals a linear search", () => {
    const counts = fc.nat(40);
    fc.assert(
      fc.property(
        counts,
        counts,
        fc.nat(100),
        proportion,
        quantile,
        fc.nat(300),
        (successes, failures, min, threshold, z, limit) => {
          const trials = successes + failures;
          const needed = successesNeeded(successes, trials, min, threshold, z, limit);
          expect(needed).toBe(linearSearch(successes, trials, min, threshold, z, limit));
        },
      ),
      { numRuns: 500 },
    );
  });
});

describeWithData("wilson.json", "golden/wilson.json", (file) => {
  const golden = readJson<WilsonFile>(file);

  it("bounds", () => {
    expect(golden.cases.length).toBeGreaterThan(500);
    for (const { successes, total, z, lower } of golden.cases) {
      expectWithin(wilsonLowerBound(successes, total, z), lower, 1e-12, `${successes} of ${total} at z ${z}`);
    }
  });

  it("minSuccesses: the smallest number of successes of a fixed total above a threshold", () => {
    expect(golden.minSuccesses.length).toBeGreaterThan(100);
    for (const { total, z, threshold, minSuccessesAbove } of golden.minSuccesses) {
      let smallest: number | null = null;
      for (let successes = total; successes >= 0; successes--) {
        if (wilsonLowerBound(successes, total, z) > threshold) smallest = successes;
      }
      expect(smallest, `of ${total} above ${threshold}`).toBe(minSuccessesAbove);
    }
  });
});

interface WilsonFile {
  readonly cases: readonly { successes: number; total: number; z: number; lower: number }[];
  readonly minSuccesses: readonly { total: number; z: number; threshold: number; minSuccessesAbove: number | null }[];
}

function linearSearch(
  successes: number,
  trials: number,
  minTrials: number,
  threshold: number,
  z: number,
  limit: number,
): number {
  for (let more = 0; more <= limit; more++) {
    if (trials + more >= minTrials && wilsonLowerBound(successes + more, trials + more, z) > threshold) return more;
  }
  return -1;
}
