import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { changeEvidence, failuresUntilAlarm } from "../../../src/maths/statistics/change-detector.js";
import { seededRandom } from "../../support/seeded-random.js";

const rates = fc.double({ min: 0.01, max: 0.99, noNaN: true });

describe("changeEvidence", () => {
  it("is worth nothing on average when the rate is the past one, and less when it is better", () => {
    fc.assert(
      fc.property(rates, fc.double({ min: 0, max: 1, noNaN: true }), (pastRate, share) => {
        const rate = pastRate + share * (1 - pastRate);
        const mean = rate * changeEvidence(1, true, pastRate) + (1 - rate) * changeEvidence(1, false, pastRate);
        expect(mean).toBeLessThanOrEqual(1 + 1e-12);
      }),
    );
  });

  it("starts anew from 1 when successes have eaten it up", () => {
    expect(changeEvidence(0.01, false, 0.8)).toBe(changeEvidence(1, false, 0.8));
    expect(changeEvidence(1, true, 0.8)).toBe(0.5);
  });

  it("doubles and halves at a past rate of two thirds", () => {
    expect(changeEvidence(8, false, 2 / 3)).toBeCloseTo(16, 12);
    expect(changeEvidence(8, true, 2 / 3)).toBe(4);
  });

  it("does not take a perfect past for certainty, and learns nothing from no past at all", () => {
    expect(changeEvidence(1, false, 1)).toBeCloseTo(500.5, 9);
    expect(changeEvidence(1, false, 0)).toBe(1);
  });

  it("reaches 1/a no sooner than after 1/a outcomes on average", () => {
    const random = seededRandom(3);
    for (const rate of [0.6, 0.95]) {
      const runs = Array.from({ length: 200 }, () => {
        let evidence = 1;
        let outcomes = 0;
        while (evidence < 50) {
          evidence = changeEvidence(evidence, random() < rate, rate);
          outcomes += 1;
        }
        return outcomes;
      });
      const mean = runs.reduce((sum, outcomes) => sum + outcomes, 0) / runs.length;
      expect(mean).toBeGreaterThan(50);
    }
  });
});

describe("failuresUntilAlarm", () => {
  it("falls with the past rate and grows with the caution", () => {
    expect([0.3, 0.6, 0.8, 0.95, 1].map((rate) => failuresUntilAlarm(rate, 0.001))).toEqual([36, 13, 7, 3, 2]);
    expect(failuresUntilAlarm(0.8, 1e-6)).toBe(13);
  });
});
