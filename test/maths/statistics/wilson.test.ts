import { describe, expect, it } from "vitest";
import { InvalidArgumentError } from "../../../src/common/errors.js";
import { wilsonCiLower } from "../../../src/maths/statistics/wilson.js";
import { expectRelative } from "../../support/golden.js";

describe("wilsonCiLower", () => {
  it("C107: bounds at z 1.96", () => {
    const bounds: [successes: number, total: number, bound: number][] = [
      [3, 3, 0.4384939195509822],
      [5, 5, 0.565508505247919],
      [6, 6, 0.6096569663469354],
      [8, 8, 0.6755843804891231],
      [10, 10, 0.7224598312333834],
      [2, 10, 0.05668094798069332],
      [8, 10, 0.49015684672072346],
      [9, 10, 0.5958436145024278],
      [12, 14, 0.600580922361363],
      [17, 20, 0.6395767041130426],
      [0, 0, 0],
      [0, 10, 0],
    ];
    for (const [successes, total, bound] of bounds) {
      expectRelative(wilsonCiLower(successes, total), bound, 1e-9, `${successes} of ${total}`);
    }
  });

  it("takes the quantile as an argument; 0 gives the plain rate", () => {
    expect(wilsonCiLower(8, 10, 0)).toBe(0.8);
    expect(wilsonCiLower(8, 10, 3)).toBeLessThan(wilsonCiLower(8, 10));
    expect(wilsonCiLower(1, 1, 1_000_000)).toBeGreaterThanOrEqual(0);
  });

  it.each([
    ["total", 0, -1, 1.96],
    ["total", 0, 1.5, 1.96],
    ["total", 0, Number.NaN, 1.96],
    ["total", 0, Number.POSITIVE_INFINITY, 1.96],
    ["successes", -1, 10, 1.96],
    ["successes", 11, 10, 1.96],
    ["successes", 0.5, 10, 1.96],
    ["successes", Number.NaN, 10, 1.96],
    ["z", 1, 10, -1],
    ["z", 1, 10, Number.NaN],
    ["z", 1, 10, Number.POSITIVE_INFINITY],
    ["z", 1, 10, 1e200],
  ])("rejects an unusable %s: (%d, %d, %d)", (parameter, successes, total, z) => {
    expect(() => wilsonCiLower(successes, total, z)).toThrow(
      expect.toSatisfy((error) => error instanceof InvalidArgumentError && error.parameter === parameter),
    );
  });
});
