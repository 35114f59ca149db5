import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { decayScore, elapsedDays, SECONDS_PER_DAY } from "../../../src/maths/learning/decay.js";
import {
  AMPLITUDE_ZERO_SNAP,
  CYCLE_STRIDE,
  countResetCycles,
  cycleTerm,
  MAX_AMPLITUDE,
  mergeCycles,
  pressureTerm,
  scaleCycles,
} from "../../../src/maths/rhythm/cycles.js";
import { expectRelative, expectWithin } from "../../support/golden.js";

const T9 = 1e-9;
const NOW = 1_736_121_600;
const WEEK = 604_800;
const YEAR = 31_536_000;

const ACTED = 1.2;
const DISMISSED = 0.8;
const CONTRADICTED = 0.5;

function amplitudeAfter(amplitude: number, factor: number, times = 1): number {
  let cycles = [WEEK, amplitude, 0, -1, 0];
  for (let count = 0; count < times; count++) cycles = scaleCycles(cycles, factor);
  return cycles[1] as number;
}

describe("cycleTerm and pressureTerm", () => {
  it("C30: decay, a yearly cycle at its peak and ten days of pressure add up to 7", () => {
    const decay = decayScore(1, elapsedDays(NOW - SECONDS_PER_DAY, NOW), 0.5);
    const cycle = cycleTerm([YEAR, 5, NOW, 5, 0], NOW);
    const pressure = pressureTerm(0.1, NOW - 10 * SECONDS_PER_DAY, NOW);
    expectRelative(decay + cycle + pressure, 7, T9);
  });

  it("C31: half a period after its peak the cycle subtracts its amplitude", () => {
    expectRelative(cycleTerm([YEAR, 5, NOW, 5, 0], NOW + YEAR / 2), -5, T9);
  });

  it("C32: a weekly cycle at its peak, its trough and a quarter of a period later", () => {
    const cycles = [WEEK, 0.5, 302_400, -1, 1];
    expectRelative(cycleTerm(cycles, 302_400), 0.5, T9);
    expectRelative(cycleTerm(cycles, 0), -0.5, T9);
    expectWithin(cycleTerm(cycles, 453_600), 0, 1e-12);
  });

  it("C39: nothing without cycles and pressure", () => {
    expect(cycleTerm([], NOW)).toBe(0);
    expect(pressureTerm(0, NOW - SECONDS_PER_DAY, NOW)).toBe(0);
  });

  it("sums the cycles and skips those without a positive period", () => {
    const cycles = [WEEK, 2, NOW, -1, 0, 0, 7, NOW, -1, 0, -WEEK, 7, NOW, -1, 0, YEAR, 3, NOW, -1, 1];
    expectRelative(cycleTerm(cycles, NOW), 5, T9);
  });

  it("takes a resolution in the future for one now", () => {
    expect(pressureTerm(0.1, NOW + SECONDS_PER_DAY, NOW)).toBe(0);
  });
});

describe("scaleCycles", () => {
  it("C33: amplitude 5: acted 6, dismissed 4, contradicted 2.5", () => {
    expectRelative(amplitudeAfter(5, ACTED), 6, T9);
    expectRelative(amplitudeAfter(5, DISMISSED), 4, T9);
    expectRelative(amplitudeAfter(5, CONTRADICTED), 2.5, T9);
  });

  it("C34: 90 x 1.2 is clamped to 100", () => {
    expect(amplitudeAfter(90, ACTED)).toBe(100);
  });

  it("C35: 0.012 x 0.8 snaps to 0, 0.0125 x 0.8 stays 0.01", () => {
    expect(amplitudeAfter(0.012, DISMISSED)).toBe(0);
    expectRelative(amplitudeAfter(0.0125, DISMISSED), 0.01, T9);
  });

  it("C36: from 0.5, 18 dismissals or 6 contradictions reach 0 and 30 acted reach 100; 0 stays 0", () => {
    expect(amplitudeAfter(0.5, DISMISSED, 17)).toBeGreaterThan(0);
    expect(amplitudeAfter(0.5, DISMISSED, 18)).toBe(0);
    expect(amplitudeAfter(0.5, CONTRADICTED, 5)).toBeGreaterThan(0);
    expect(amplitudeAfter(0.5, CONTRADICTED, 6)).toBe(0);
    expect(amplitudeAfter(0.5, ACTED, 29)).toBeLessThan(100);
    expect(amplitudeAfter(0.5, ACTED, 30)).toBe(100);
    expect(amplitudeAfter(0, ACTED)).toBe(0);
  });

  it("copies everything but the amplitudes and leaves its argument alone", () => {
    const cycles = [WEEK, 2, 100, 0.5, 1, YEAR, 4, -3, -1, 0];
    expect(scaleCycles(cycles, 0.5)).toEqual([WEEK, 1, 100, 0.5, 1, YEAR, 2, -3, -1, 0]);
    expect(cycles).toEqual([WEEK, 2, 100, 0.5, 1, YEAR, 4, -3, -1, 0]);
    expect(scaleCycles([], 1.2)).toEqual([]);
  });

  it("leaves every amplitude 0 or within [0.01, 100]", () => {
    const amplitude = fc.double({ min: 0, max: 1e6, noNaN: true });
    fc.assert(
      fc.property(fc.array(amplitude), fc.double({ min: 0, max: 10, noNaN: true }), (amplitudes, factor) => {
        const scaled = scaleCycles(
          amplitudes.flatMap((height) => [WEEK, height, 0, -1, 0]),
          factor,
        );
        expect(scaled.length).toBe(amplitudes.length * CYCLE_STRIDE);
        scaled.forEach((value, index) => {
          if (index % CYCLE_STRIDE !== 1 || value === 0) return;
          expect(value).toBeGreaterThanOrEqual(AMPLITUDE_ZERO_SNAP);
          expect(value).toBeLessThanOrEqual(MAX_AMPLITUDE);
        });
      }),
    );
  });
});

describe("mergeCycles and countResetCycles", () => {
  const declared = (period: number, amplitude: number, phase = 0) => [period, amplitude, phase, amplitude, 0];

  it("C38: keeps what was learned unless the declared amplitude has changed, or was never known", () => {
    const learned = [WEEK, 6, 100, 5, 0];
    expect(mergeCycles(declared(WEEK, 5, 7), learned)).toEqual([WEEK, 6, 7, 5, 0]);
    expect(countResetCycles(declared(WEEK, 5, 7), learned)).toBe(0);
    expect(mergeCycles(declared(WEEK, 2), learned)).toEqual([WEEK, 2, 0, 2, 0]);
    expect(countResetCycles(declared(WEEK, 2), learned)).toBe(1);
    expect(mergeCycles(declared(WEEK, 2), [WEEK, 6, 0, -1, 0])).toEqual([WEEK, 6, 0, 2, 0]);
    expect(countResetCycles(declared(WEEK, 2), [WEEK, 6, 0, -1, 0])).toBe(0);
  });

  it("matches equal periods first in, first out", () => {
    const twice = [...declared(WEEK, 1), ...declared(WEEK, 2)];
    expect(mergeCycles(twice, [WEEK, 0.5, 0, 1, 0, WEEK, 3, 0, 2, 0])).toEqual([WEEK, 0.5, 0, 1, 0, WEEK, 3, 0, 2, 0]);
    expect(mergeCycles(twice, [WEEK, 0.5, 0, 1, 0])).toEqual([WEEK, 0.5, 0, 1, 0, WEEK, 2, 0, 2, 0]);
  });

  it("drops periods that are declared no more and keeps discovered ones, which a declaration does not take over", () => {
    const discovered = [WEEK, 0.7, 9, -1, 1];
    const stored = [YEAR, 4, 0, 4, 0, ...discovered];
    expect(mergeCycles([], stored)).toEqual(discovered);
    expect(mergeCycles(declared(WEEK, 1), stored)).toEqual([...declared(WEEK, 1), ...discovered]);
    expect(countResetCycles(declared(WEEK, 1), stored)).toBe(0);
  });
});
