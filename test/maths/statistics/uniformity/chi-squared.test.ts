import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { InvalidArgumentError } from "../../../../src/common/errors.js";
import { chiSquaredSurvival, chiSquaredUniform } from "../../../../src/maths/statistics/uniformity/chi-squared.js";
import { describeWithData, expectRelative, expectWithin, readJson } from "../../../support/golden.js";

const T9 = 1e-9;

function naming(parameter: string) {
  return expect.toSatisfy((error) => error instanceof InvalidArgumentError && error.parameter === parameter);
}

describe("chiSquaredUniform", () => {
  it("C112: statistics", () => {
    expect(chiSquaredUniform([10, 10, 10, 10, 10, 10, 10], 10)).toEqual({
      statistic: 0,
      degreesOfFreedom: 6,
      expected: 10,
      pValue: 1,
    });
    expect(chiSquaredUniform([70, 0, 0, 0, 0, 0, 0], 10).statistic).toBe(420);
    expect(chiSquaredUniform([1, 2, 3], 0)).toMatchObject({ statistic: 0, pValue: 1 });
  });

  it("expects the mean count unless told otherwise", () => {
    expect(chiSquaredUniform([3, 9]).expected).toBe(6);
    expect(chiSquaredUniform([3, 9], 4).expected).toBe(4);
    expect(chiSquaredUniform([1, 2, 3], -5)).toMatchObject({ statistic: 0, pValue: 1 });
  });

  it("has a p-value of 0 when an absurdly small expectation overflows the statistic", () => {
    expect(chiSquaredUniform([1e9, 0], 1e-300)).toMatchObject({ statistic: Number.POSITIVE_INFINITY, pValue: 0 });
  });

  it("does not depend on the order of the buckets, and is 0 for equal counts", () => {
    fc.assert(
      fc.property(fc.array(fc.nat(1_000), { maxLength: 30 }), fc.nat(1_000), (counts, count) => {
        const result = chiSquaredUniform(counts);
        expectRelative(chiSquaredUniform(counts.toReversed()).statistic, result.statistic, T9);
        expect(result.pValue).toBeGreaterThanOrEqual(0);
        expect(result.pValue).toBeLessThanOrEqual(1);
        expect(chiSquaredUniform(counts.map(() => count)).statistic).toBe(0);
      }),
    );
  });

  it("rejects counts and expectations that are none", () => {
    expect(() => chiSquaredUniform([1, -1])).toThrow(naming("observed[1]"));
    expect(() => chiSquaredUniform([0.5])).toThrow(naming("observed[0]"));
    expect(() => chiSquaredUniform(new Array<number>(3))).toThrow(naming("observed[0]"));
    expect(() => chiSquaredUniform([Number.NaN])).toThrow(naming("observed[0]"));
    expect(() => chiSquaredUniform([1, 2], Number.NaN)).toThrow(naming("expected"));
    expect(() => chiSquaredUniform([1, 2], Number.POSITIVE_INFINITY)).toThrow(naming("expected"));
    expect(() => chiSquaredUniform(new Array<number>(1_000_002).fill(5))).toThrow(naming("observed"));
    expect(() => chiSquaredUniform("12" as unknown as number[])).toThrow(naming("observed"));
  });
});

describe("chiSquaredSurvival", () => {
  it("C112: p-values", () => {
    const table: [statistic: number, degreesOfFreedom: number, pValue: number][] = [
      [12.592, 6, 0.04999245818921],
      [5.991, 2, 0.050011615026579],
      [7.815, 3, 0.049993902974884],
      [19.675, 11, 0.050002061800913],
      [35.172, 23, 0.050005302326694],
      [42, 6, 1.8387709037687e-7],
      [10, 6, 0.124652019483081],
    ];
    for (const [statistic, df, pValue] of table) {
      expectRelative(chiSquaredSurvival(statistic, df), pValue, T9, `${statistic}, df ${df}`);
    }
  });

  it("equals the closed form for 6 degrees of freedom", () => {
    fc.assert(
      fc.property(fc.double({ min: 0, max: 200, noNaN: true }), (x) => {
        expectRelative(chiSquaredSurvival(x, 6), Math.exp(-x / 2) * (1 + x / 2 + (x * x) / 8), T9);
      }),
    );
  });

  it("holds for any statistic and any number of degrees of freedom (mpmath 1.3, 50 digits)", () => {
    const table: [statistic: number, degreesOfFreedom: number, pValue: number, tolerance: number][] = [
      [1e-6, 1, 0.9992021155721779, 1e-14],
      [0.5, 1, 0.4795001221869535, 1e-14],
      [2, 1, 0.15729920705028513, 1e-14],
      [1_400, 1, 2.1010145162642176e-306, 1e-14],
      [1e-6, 3, 0.9999999997340385, 1e-14],
      [1.75, 3, 0.6258754534605728, 1e-14],
      [1_455, 40, 2.2489173871761392e-279, 1e-14],
      [1_000, 1_000, 0.49405285382923964, 2e-14],
      [1_999, 1_000, 5.325550099235445e-69, 2e-14],
      [2_001, 1_000, 3.223693839054387e-69, 2e-14],
      [2_400, 1_000, 1.5982677502194507e-116, 2e-14],
      [2_001, 999, 2.274961576437556e-69, 2e-14],
      [2_050, 500, 3.3684907007653595e-186, 2e-14],
      [2_000, 2_000, 0.4957947558197845, 2e-14],
      [1_500, 2_001, 1, 2e-14],
      [10_500, 10_000, 0.00024794736798936087, 1e-13],
      [99_000, 100_001, 0.9875938708790053, 1e-12],
      [1_010_000, 1_000_000, 9.068528823262077e-13, 1e-12],
      [1_052_000, 999_999, 1.7276159436886393e-286, 1e-12],
    ];
    for (const [statistic, df, pValue, tolerance] of table) {
      expectRelative(chiSquaredSurvival(statistic, df), pValue, tolerance, `${statistic}, df ${df}`);
    }
  });

  it("is 0 where no double is small enough", () => {
    expect(chiSquaredSurvival(1_600, 1)).toBe(0);
    expect(chiSquaredSurvival(2_001, 6)).toBe(0);
    expect(chiSquaredSurvival(Number.MAX_VALUE, 1_000_000)).toBe(0);
  });

  it("falls as the statistic grows, and grows with the degrees of freedom", () => {
    const statistic = fc.double({ min: 0, max: 3_000, noNaN: true });
    fc.assert(
      fc.property(statistic, statistic, fc.integer({ min: 1, max: 2_000 }), (x, y, df) => {
        const tail = chiSquaredSurvival(Math.min(x, y), df);
        expect(chiSquaredSurvival(Math.max(x, y), df)).toBeLessThanOrEqual(tail * (1 + 1e-13));
        expect(chiSquaredSurvival(Math.min(x, y), df + 1)).toBeGreaterThanOrEqual(tail * (1 - 1e-13));
      }),
    );
  });

  it("is 1 at 0 and falls towards 0", () => {
    expect(chiSquaredSurvival(0, 1)).toBe(1);
    expect(chiSquaredSurvival(0, 365)).toBe(1);
    expect(chiSquaredSurvival(1e6, 6)).toBe(0);
  });

  it("rejects what is no statistic and no number of degrees of freedom", () => {
    for (const statistic of [-1, Number.NaN, Number.POSITIVE_INFINITY]) {
      expect(() => chiSquaredSurvival(statistic, 6)).toThrow(naming("statistic"));
    }
    for (const df of [0, -1, 1.5, 1_000_001, Number.NaN, Number.POSITIVE_INFINITY]) {
      expect(() => chiSquaredSurvival(1, df)).toThrow(naming("degreesOfFreedom"));
    }
  });
});

describeWithData("chi2.json", "golden/chi2.json", (file) => {
  const golden = readJson<ChiSquaredFile>(file);

  it("cases", () => {
    expect(golden.cases.length).toBeGreaterThan(200);
    for (const { observed, df, statistic, pValue, significant05, significant01 } of golden.cases) {
      const label = JSON.stringify(observed);
      const result = chiSquaredUniform(observed);
      expect(result.degreesOfFreedom, label).toBe(df);
      expectWithin(result.statistic, statistic, T9 * Math.max(1, statistic), label);
      expectProbability(result.pValue, pValue, label);
      expect(result.pValue < 0.05, label).toBe(significant05);
      expect(result.pValue < 0.01, label).toBe(significant01);
    }
  });

  it("conventions: nothing to test gives statistic 0 and p-value 1", () => {
    expect(golden.conventions.length).toBe(6);
    for (const { observed, df, statistic, pValue } of golden.conventions) {
      expect(chiSquaredUniform(observed)).toMatchObject({ degreesOfFreedom: df, statistic, pValue });
    }
  });

  it("nonUniform: p-value of the given statistic", () => {
    expect(golden.nonUniform.length).toBe(25);
    for (const { statistic, df, pValue } of golden.nonUniform) {
      expectProbability(chiSquaredSurvival(statistic, df), pValue, `${statistic}, df ${df}`);
    }
  });

  it("survival", () => {
    expect(golden.survival.length).toBe(80);
    for (const { statistic, df, pValue } of golden.survival) {
      expectProbability(chiSquaredSurvival(statistic, df), pValue, `${statistic}, df ${df}`);
    }
  });

  it("criticalValues", () => {
    expect(golden.criticalValues.length).toBe(34);
    for (const { df, p05, p01, p001 } of golden.criticalValues) {
      expectRelative(chiSquaredSurvival(p05, df), 0.05, T9, `df ${df}`);
      expectRelative(chiSquaredSurvival(p01, df), 0.01, T9, `df ${df}`);
      expectRelative(chiSquaredSurvival(p001, df), 0.001, T9, `df ${df}`);
    }
  });
});

/**
 * Where a double can express the probability well, to what the rounding of its statistic alone may cost; otherwise only
 * that it is as good as nothing.
 */
function expectProbability(actual: number, expected: number, label: string): void {
  if (expected > 1e-300) expectRelative(actual, expected, 5.1e-14, label);
  else expectWithin(actual, expected, 1e-300, label);
}

interface TailCase {
  readonly statistic: number;
  readonly df: number;
  readonly pValue: number;
}

interface ChiSquaredFile {
  readonly cases: readonly (TailCase & { observed: number[]; significant05: boolean; significant01: boolean })[];
  readonly conventions: readonly (TailCase & { observed: number[] })[];
  readonly nonUniform: readonly TailCase[];
  readonly survival: readonly TailCase[];
  readonly criticalValues: readonly { df: number; p05: number; p01: number; p001: number }[];
}
