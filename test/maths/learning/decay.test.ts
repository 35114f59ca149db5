import fc from "fast-check";
import { describe, expect, it } from "vitest";
import {
  decayFactor,
  decayScore,
  ELAPSED_FLOOR_DAYS,
  effectiveDecayRate,
  elapsedDays,
  modulatedDecayScore,
  SECONDS_PER_DAY,
} from "../../../src/maths/learning/decay.js";
import { describeWithData, expectRelative, readJson } from "../../support/golden.js";

const T9 = 1e-9;
const NOW = 1_736_121_600;

function scoreAfter(days: number, decayRate: number, base = 1): number {
  return decayScore(base, elapsedDays(NOW - days * SECONDS_PER_DAY, NOW), decayRate);
}

describe("decayScore", () => {
  it("C13: elapsed 0", () => {
    expectRelative(scoreAfter(0, 0.1), 1.5848931924611136, T9);
    expectRelative(scoreAfter(0, 0.5), 10, T9);
  });

  it("C14: below the floor and in the future count as the floor", () => {
    for (const days of [0.005, -5]) {
      expect(scoreAfter(days, 0.1)).toBe(scoreAfter(0, 0.1));
      expect(scoreAfter(days, 0.5)).toBe(scoreAfter(0, 0.5));
    }
    expect(elapsedDays(NOW + 1, NOW)).toBe(ELAPSED_FLOOR_DAYS);
  });

  it("C15: exactly 1 at one day, whatever the rate", () => {
    for (const rate of [0.01, 0.1, 0.5, 1, 3]) expect(scoreAfter(1, rate)).toBe(1);
  });

  it("C16: 4 days", () => {
    expectRelative(scoreAfter(4, 0.1), 0.8705505632961241, T9);
    expectRelative(scoreAfter(4, 0.5), 0.5, T9);
  });

  it("C17: 100 days", () => {
    expectRelative(scoreAfter(100, 0.1), 0.6309573444801932, T9);
    expectRelative(scoreAfter(100, 0.5), 0.1, T9);
  });

  it("C18: 30 and 365 days", () => {
    expectRelative(scoreAfter(30, 0.1), 0.7116851017915987, T9);
    expectRelative(scoreAfter(365, 0.1), 0.5543329747347004, T9);
  });

  it("C19: half a day", () => {
    expectRelative(scoreAfter(0.5, 0.5), Math.SQRT2, T9);
  });

  it("C20: a base of 0.6", () => {
    expectRelative(scoreAfter(4, 0.1, 0.6), 0.5223303379776745, T9);
  });

  it("C21: a negative base keeps its sign", () => {
    expectRelative(scoreAfter(4, 0.5, -0.4), -0.2, T9);
    expectRelative(scoreAfter(0, 0.1, -0.4), -0.6339572769844455, T9);
  });

  it("C22: a base of 0 scores 0 at any age, between positive and negative ones", () => {
    for (const days of [0, 1, 1000]) {
      expect(scoreAfter(days, 0.1, 0)).toBe(0);
      expect(scoreAfter(days, 0.1, 0.6)).toBeGreaterThan(0);
      expect(scoreAfter(days, 0.1, -0.4)).toBeLessThan(0);
    }
  });

  it("falls with age for a positive base", () => {
    const days = fc.double({ min: ELAPSED_FLOOR_DAYS, max: 10_000, noNaN: true });
    fc.assert(
      fc.property(days, days, fc.double({ min: 0.01, max: 3, noNaN: true }), (one, other, rate) => {
        const [younger, older] = one < other ? [one, other] : [other, one];
        expect(decayFactor(older, rate)).toBeLessThanOrEqual(decayFactor(younger, rate) * (1 + 1e-12));
      }),
    );
  });
});

describe("modulatedDecayScore", () => {
  it("C24: 30 days, rate 0.5; a confidence of 2 is treated as 1", () => {
    const scores: [confidence: number, score: number][] = [
      [0, 0.09026461708461153],
      [0.25, 0.13234222961661318],
      [0.5, 0.18257418583505536],
      [0.75, 0.23930237893208178],
      [1, 0.3004407047731907],
      [2, 0.3004407047731907],
    ];
    for (const [confidence, score] of scores) {
      expectRelative(modulatedDecayScore(1, 30, 0.5, confidence, 0.5, 0.5), score, T9, `confidence ${confidence}`);
    }
  });

  it("C25: 30 days, rate 0.1, and the effective rates", () => {
    expectRelative(modulatedDecayScore(1, 30, 0.1, 0, 0.5, 0.5), 0.6181637144179902, T9);
    expectRelative(modulatedDecayScore(1, 30, 0.1, 1, 0.5, 0.5), 0.786233880227754, T9);
    expectRelative(effectiveDecayRate(0.1, 0, 0.5, 0.5), 0.14142135623730953, T9);
    expectRelative(effectiveDecayRate(0.1, 1, 0.5, 0.5), 0.07071067811865477, T9);
  });

  it("C26: no effect below one day, at strength 0, or at the initial confidence", () => {
    const atHalfADay = modulatedDecayScore(1, 0.5, 0.1, 0, 0.5, 0.5);
    expectRelative(atHalfADay, 1.0717734625362931, T9);
    for (const confidence of [0.25, 0.5, 0.75, 1]) {
      expect(modulatedDecayScore(1, 0.5, 0.1, confidence, 0.5, 0.5)).toBe(atHalfADay);
    }
    expect(modulatedDecayScore(1, 30, 0.1, 0.9, 0.5, 0)).toBe(decayScore(1, 30, 0.1));
    expect(modulatedDecayScore(1, 30, 0.1, 0.3, 0.3, 0.5)).toBe(decayScore(1, 30, 0.1));
  });

  it("C27: the ranks of two records invert with time alone", () => {
    const doubtful = (days: number) => modulatedDecayScore(2, days, 0.5, 0.1, 0.5, 0.5);
    const trusted = (days: number) => modulatedDecayScore(1, days, 0.5, 0.9, 0.5, 0.5);
    expectRelative(doubtful(10), 0.4378002853303887, T9);
    expectRelative(trusted(10), 0.4178985443379541, T9);
    expectRelative(doubtful(30), 0.21207691891558958, T9);
    expectRelative(trusted(30), 0.27559777743368635, T9);
  });

  it("equals decayScore to the last bit wherever modulation is neutral", () => {
    const base = fc.double({ min: -10, max: 10, noNaN: true });
    const rate = fc.double({ min: 0.01, max: 3, noNaN: true });
    const unit = fc.double({ min: 0, max: 1, noNaN: true });
    const days = fc.double({ min: ELAPSED_FLOOR_DAYS, max: 10_000, noNaN: true });
    fc.assert(
      fc.property(base, days, rate, unit, unit, unit, (value, age, decayRate, confidence, initial, strength) => {
        const plain = decayScore(value, age, decayRate);
        expect(modulatedDecayScore(value, age, decayRate, confidence, initial, 0)).toBe(plain);
        expect(modulatedDecayScore(value, age, decayRate, initial, initial, strength)).toBe(plain);
        const fresh = Math.min(age, 1);
        const freshScore = decayScore(value, fresh, decayRate);
        expect(modulatedDecayScore(value, fresh, decayRate, confidence, initial, strength)).toBe(freshScore);
      }),
    );
  });
});

describeWithData("decay.json", "golden/decay.json", (file) => {
  const { cases } = readJson<DecayFile>(file);

  it("elapsed days and scores", () => {
    expect(cases.length).toBeGreaterThan(200);
    for (const golden of cases) {
      const label = JSON.stringify(golden);
      const days = elapsedDays(0, golden.elapsedSeconds);
      expectRelative(days, golden.elapsedDays, 1e-11, label);
      expectRelative(decayScore(golden.base, days, golden.rate), golden.score, 1e-11, label);
    }
  });
});

interface DecayFile {
  readonly cases: readonly { base: number; elapsedSeconds: number; rate: number; elapsedDays: number; score: number }[];
}
