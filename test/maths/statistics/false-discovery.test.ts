import { describe, expect, it } from "vitest";
import { falseDiscoveryCut, spentPValue } from "../../../src/maths/statistics/false-discovery.js";

describe("falseDiscoveryCut", () => {
  // The fifteen p-values of the paper's example (table 1): at 0.05 the procedure rejects the first four.
  const PUBLISHED = [
    0.0001, 0.0004, 0.0019, 0.0095, 0.0201, 0.0278, 0.0298, 0.0344, 0.0459, 0.324, 0.4262, 0.5719, 0.6528, 0.759, 1,
  ];

  it("draws the line of Benjamini and Hochberg (1995)", () => {
    expect(falseDiscoveryCut(PUBLISHED, 15, 0.05)).toBe(0.0095);
    expect(falseDiscoveryCut(PUBLISHED.slice(0, 9), 15, 0.05)).toBe(0.0095);
  });

  it("takes the last p-value below its line, also when earlier ones are above theirs", () => {
    expect(falseDiscoveryCut([0.03, 0.04], 2, 0.05)).toBe(0.04);
  });

  it("rejects nothing without a p-value below its line", () => {
    expect(falseDiscoveryCut([0.04, 0.2], 2, 0.05)).toBe(-1);
    expect(falseDiscoveryCut([], 0, 0.05)).toBe(-1);
  });
});

describe("spentPValue", () => {
  it("spends shares of the level that sum to one", () => {
    const shares = Array.from({ length: 10_000 }, (_, index) => 1e-12 / spentPValue(1e-12, index + 1));
    expect(shares.reduce((sum, share) => sum + share, 0)).toBeCloseTo(1 - 1 / 10_001, 9);
  });

  it("is never above 1", () => {
    expect(spentPValue(0.3, 2)).toBe(1);
  });
});
