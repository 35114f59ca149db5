import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { InvalidArgumentError } from "../../../src/common/errors.js";
import {
  discoverWeeklyCycle,
  findWeeklyCycle,
  weekdayHistogram,
  weekdayOf,
  weekdayPhaseSeconds,
} from "../../../src/maths/rhythm/rhythm.js";
import { chiSquaredSurvival, chiSquaredUniform } from "../../../src/maths/statistics/uniformity/chi-squared.js";
import { exactUniformTail } from "../../../src/maths/statistics/uniformity/exact-uniform.js";
import { expectRelative } from "../../support/golden.js";

const DAY = 86_400;
const WEEK = 7 * DAY;
/** Monday, 6 January 2025, 00:00 UTC. */
const MONDAY = 1_736_121_600;

function weekly(count: number, from: number): readonly number[] {
  return Array.from({ length: count }, (_, week) => from + week * WEEK);
}

function naming(parameter: string) {
  return expect.toSatisfy((error) => error instanceof InvalidArgumentError && error.parameter === parameter);
}

describe("weekdayOf", () => {
  it("is the UTC weekday, Monday 0, also before 1970", () => {
    fc.assert(
      fc.property(fc.integer({ min: -5_000_000_000, max: 5_000_000_000 }), (seconds) => {
        expect(weekdayOf(seconds)).toBe((new Date(seconds * 1000).getUTCDay() + 6) % 7);
      }),
    );
  });
});

describe("weekdayPhaseSeconds", () => {
  it("is a time of the epoch's first week, at noon of the weekday", () => {
    for (const weekday of [0, 1, 2, 3, 4, 5, 6]) {
      const phase = weekdayPhaseSeconds(weekday);
      expect(weekdayOf(phase)).toBe(weekday);
      expect(phase % DAY).toBe(DAY / 2);
      expect(phase).toBeLessThan(WEEK);
    }
  });
});

describe("weekdayHistogram", () => {
  it("counts each day of each week once, whatever the order and the number of repeats", () => {
    const times = [MONDAY + 5, MONDAY, MONDAY + DAY - 1, MONDAY + WEEK, MONDAY + WEEK + 3 * DAY];
    expect(weekdayHistogram(times)).toEqual({ counts: [2, 0, 0, 1, 0, 0, 0], weeks: 2 });
    expect(weekdayHistogram([...times, ...times].reverse())).toEqual(weekdayHistogram(times));
  });

  it("begins a week on Monday", () => {
    expect(weekdayHistogram([MONDAY - 1, MONDAY]).weeks).toBe(2);
    expect(weekdayHistogram([MONDAY, MONDAY + 6 * DAY]).weeks).toBe(1);
  });

  it("reads numbers written as text and skips what is no time", () => {
    const readable = weekdayHistogram([String(MONDAY), ` ${MONDAY + DAY} `]);
    expect(readable).toEqual({ counts: [1, 1, 0, 0, 0, 0, 0], weeks: 1 });
    const unreadable = ["", " ", "tomorrow", null, undefined, {}, [MONDAY], true, Number.NaN, Number.POSITIVE_INFINITY];
    expect(weekdayHistogram(unreadable)).toEqual({ counts: [0, 0, 0, 0, 0, 0, 0], weeks: 0 });
  });
});

describe("findWeeklyCycle", () => {
  it("takes the chi-squared tail from 5 expected per weekday on and the exact one below", () => {
    const many = [13, 3, 3, 4, 4, 4, 4];
    expect(findWeeklyCycle({ counts: many, weeks: 13 })?.pValue).toBe(chiSquaredSurvival(15.2, 6));
    const few = [13, 3, 3, 3, 4, 4, 4];
    expect(findWeeklyCycle({ counts: few, weeks: 13 })?.pValue).toBe(exactUniformTail(few));
  });

  it("names the first of several fullest weekdays", () => {
    const found = findWeeklyCycle({ counts: [0, 9, 0, 9, 0, 0, 0], weeks: 9 });
    expect(found).toMatchObject({ weekday: 1, phaseSeconds: weekdayPhaseSeconds(1) });
  });

  it("needs seven observations and as many weeks as it is told", () => {
    expect(findWeeklyCycle({ counts: [6, 0, 0, 0, 0, 0, 0], weeks: 6 })).toBeUndefined();
    const seven = { counts: [7, 0, 0, 0, 0, 0, 0], weeks: 7 };
    expect(findWeeklyCycle(seven)).toMatchObject({ weekday: 0, amplitude: 0.5 });
    expect(findWeeklyCycle(seven, { minPeriods: 8 })).toBeUndefined();
    expect(findWeeklyCycle({ ...seven, weeks: 3 })).toBeUndefined();
    expect(findWeeklyCycle({ ...seven, weeks: 3 }, { minPeriods: 3, amplitude: 2 })?.amplitude).toBe(2);
  });

  it("rejects histograms and options out of range", () => {
    const even = { counts: [1, 1, 1, 1, 1, 1, 1], weeks: 4 };
    for (const pThreshold of [0, 1, Number.NaN]) {
      expect(() => findWeeklyCycle(even, { pThreshold })).toThrow(naming("pThreshold"));
    }
    for (const minPeriods of [0, 1.5]) {
      expect(() => findWeeklyCycle(even, { minPeriods })).toThrow(naming("minPeriods"));
    }
    for (const amplitude of [-1, 101, Number.NaN]) {
      expect(() => findWeeklyCycle(even, { amplitude })).toThrow(naming("amplitude"));
    }
    expect(() => findWeeklyCycle({ counts: [1, 2], weeks: 4 })).toThrow(naming("counts"));
    expect(() => findWeeklyCycle({ counts: [-1, 1, 1, 1, 1, 1, 1], weeks: 4 })).toThrow(naming("observed[0]"));
    expect(() => discoverWeeklyCycle("1736121600" as unknown as number[])).toThrow(naming("timestampsSeconds"));
  });
});

describe("discoverWeeklyCycle", () => {
  it("does not change when time zones' worth of seconds within the day are added", () => {
    fc.assert(
      fc.property(
        fc.integer({ min: 0, max: 6 }),
        fc.array(fc.nat(DAY - 1), { minLength: 8, maxLength: 8 }),
        (weekday, offsets) => {
          const times = weekly(8, MONDAY + weekday * DAY).map((time, index) => time + (offsets[index] ?? 0));
          expect(discoverWeeklyCycle(times)).toMatchObject({ weekday, periodSeconds: WEEK });
        },
      ),
    );
  });

  it("finds a habit among noise", () => {
    const noise = Array.from({ length: 20 }, (_, index) => MONDAY + index * 11 * DAY);
    expect(discoverWeeklyCycle(noise)).toBeUndefined();
    expect(discoverWeeklyCycle([...noise, ...weekly(30, MONDAY + 4 * DAY)])).toMatchObject({ weekday: 4 });
  });
});

describe("exactUniformTail", () => {
  it("is 1 for an even spread and for nothing at all", () => {
    expect(exactUniformTail([0, 0, 0, 0, 0, 0, 0])).toBe(1);
    expectRelative(exactUniformTail([3, 3, 3, 3, 3, 3, 3]), 1, 1e-12);
    expectRelative(exactUniformTail([1, 0]), 1, 1e-12);
  });

  it("is buckets^(1 - n) when everything fell into one bucket", () => {
    expectRelative(exactUniformTail([7, 0, 0, 0, 0, 0, 0]), 7 ** -6, 1e-12);
    expectRelative(exactUniformTail([0, 0, 12]), 3 ** -11, 1e-12);
  });

  it("equals counting every outcome", () => {
    fc.assert(
      fc.property(fc.array(fc.nat(3), { minLength: 1, maxLength: 3 }), (counts) => {
        expectRelative(exactUniformTail(counts), countedTail(counts), 1e-12, JSON.stringify(counts));
      }),
    );
  });

  it("comes close to the chi-squared tail where both hold", () => {
    for (const counts of [
      [13, 3, 3, 4, 4, 4, 4],
      [14, 8, 8, 8, 8, 8, 8],
      [5, 5, 5, 5, 5, 5, 12],
    ]) {
      const { pValue } = chiSquaredUniform(counts);
      expect(Math.abs(exactUniformTail(counts) - pValue)).toBeLessThan(0.025);
    }
  });

  it("refuses what it cannot count", () => {
    expect(() => exactUniformTail([])).toThrow(naming("counts"));
    expect(() => exactUniformTail(new Array<number>(8).fill(1))).toThrow(naming("counts"));
    expect(() => exactUniformTail([71])).toThrow(naming("counts"));
    expect(() => exactUniformTail([1, 0.5])).toThrow(naming("counts[1]"));
  });
});

/** Walks through every assignment of the observations to buckets. */
function countedTail(counts: readonly number[]): number {
  const total = counts.reduce((sum, count) => sum + count, 0);
  const squares = (values: readonly number[]) => values.reduce((sum, value) => sum + value * value, 0);
  const outcomes = counts.length ** total;
  let extreme = 0;
  for (let outcome = 0; outcome < outcomes; outcome += 1) {
    const drawn = new Array<number>(counts.length).fill(0);
    for (let rest = outcome, left = total; left > 0; left -= 1) {
      const bucket = rest % counts.length;
      drawn[bucket] = (drawn[bucket] ?? 0) + 1;
      rest = Math.floor(rest / counts.length);
    }
    if (squares(drawn) >= squares(counts)) extreme += 1;
  }
  return extreme / outcomes;
}
