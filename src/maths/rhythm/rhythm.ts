import { InvalidArgumentError } from "../../common/errors.js";
import { Defaults } from "../../common/tuning/defaults.js";
import { namesOf, refuseUnknownNames } from "../../common/unknown-names.js";
import { SECONDS_PER_DAY } from "../learning/decay.js";
import { chiSquaredSurvival, chiSquaredUniform } from "../statistics/uniformity/chi-squared.js";
import { exactUniformTail } from "../statistics/uniformity/exact-uniform.js";
import { MAX_AMPLITUDE } from "./cycles.js";

const DAYS_PER_WEEK = 7;
const SECONDS_PER_WEEK = DAYS_PER_WEEK * SECONDS_PER_DAY;
/** 1970-01-01 was a Thursday; Monday is 0. */
const EPOCH_WEEKDAY = 3;
/** Below it the chi-squared approximation misjudges a statistic; the exact distribution is used instead. */
const LEAST_EXPECTED_FOR_APPROXIMATION = 5;
/** One expected per weekday: with fewer, four chance hits on one weekday would already be a rhythm. */
export const LEAST_OBSERVATIONS = DAYS_PER_WEEK;

/** On which weekdays something happened, each day of each week counted once. */
export interface WeekdayHistogram {
  /** Days with an observation by UTC weekday, Monday first. */
  readonly counts: readonly number[];
  /** Distinct weeks (Monday to Sunday, UTC) with an observation. */
  readonly weeks: number;
}

/** When a weekly rhythm counts as found, and how strong it starts. */
export interface RhythmOptions {
  /** The p-value must be below it. Above 0 to below 1. Default: `pThreshold` of the library, 0.05. */
  readonly pThreshold?: number | undefined;
  /** Distinct weeks there must be observations in. Integer >= 1, default 4. */
  readonly minPeriods?: number | undefined;
  /** Amplitude of what is found, 0 to 100. Default: `initialCycleAmplitude` of the library, 0.5. */
  readonly amplitude?: number | undefined;
}

/** A weekly rhythm, with what a decay clock needs to follow it. */
export interface WeeklyCycle {
  readonly periodSeconds: number;
  readonly amplitude: number;
  /** Middle of the fullest weekday, in seconds after the start of the Unix epoch, modulo the period. */
  readonly phaseSeconds: number;
  /** The fullest weekday, Monday 0; the first of several. */
  readonly weekday: number;
  /** Pearson's statistic against equally likely weekdays. */
  readonly statistic: number;
  /** Probability of such a statistic without any rhythm. */
  readonly pValue: number;
}

/** UTC weekday of a time, Monday 0. */
export function weekdayOf(seconds: number): number {
  return modulo(dayNumber(seconds) + EPOCH_WEEKDAY, DAYS_PER_WEEK);
}

/** The week of a time, Monday to Sunday, counted from the one of the Unix epoch. */
export function weekOf(seconds: number): number {
  return Math.floor((dayNumber(seconds) + EPOCH_WEEKDAY) / DAYS_PER_WEEK);
}

/** The phase of a weekly cycle that peaks in the middle of a weekday (Monday 0): Thursday, as in 1970, is first. */
export function weekdayPhaseSeconds(weekday: number): number {
  return modulo(weekday - EPOCH_WEEKDAY, DAYS_PER_WEEK) * SECONDS_PER_DAY + SECONDS_PER_DAY / 2;
}

/**
 * Counts weekdays. Each (week, weekday) pair counts once, so that a burst inside one day weighs no more than one visit.
 *
 * @param timestampsSeconds - Unix seconds in any order, as numbers or as text; anything else is skipped
 */
export function weekdayHistogram(timestampsSeconds: readonly unknown[]): WeekdayHistogram {
  const days = new Set<number>();
  for (const timestamp of timestampsSeconds) {
    const seconds = parseSeconds(timestamp);
    if (Number.isFinite(seconds)) days.add(dayNumber(seconds));
  }
  const counts = new Array<number>(DAYS_PER_WEEK).fill(0);
  const weeks = new Set<number>();
  for (const day of days) {
    const weekday = modulo(day + EPOCH_WEEKDAY, DAYS_PER_WEEK);
    counts[weekday] = (counts[weekday] ?? 0) + 1;
    weeks.add(Math.floor((day + EPOCH_WEEKDAY) / DAYS_PER_WEEK));
  }
  return { counts, weeks: weeks.size };
}

/**
 * Tests whether some weekdays are fuller than chance explains: Pearson's chi-squared test with 6 degrees of freedom, or
 * the exact distribution of its statistic while fewer than 5 are expected per weekday.
 *
 * @returns undefined when too little was observed, or when the p-value is not below the threshold
 * @throws {@link InvalidArgumentError} for a histogram or an option out of range
 */
export function findWeeklyCycle(histogram: WeekdayHistogram, options: RhythmOptions = {}): WeeklyCycle | undefined {
  const { counts, weeks } = histogram;
  const { pThreshold, minPeriods, amplitude } = checkOptions(options);
  if (counts.length !== DAYS_PER_WEEK) throw new InvalidArgumentError("counts", counts, "one count per weekday");
  const { statistic, expected } = chiSquaredUniform(counts);
  const observations = counts.reduce((sum, count) => sum + count, 0);
  if (weeks < minPeriods || observations < LEAST_OBSERVATIONS) return undefined;
  const pValue =
    expected < LEAST_EXPECTED_FOR_APPROXIMATION
      ? exactUniformTail(counts)
      : chiSquaredSurvival(statistic, DAYS_PER_WEEK - 1);
  if (pValue >= pThreshold) return undefined;
  const weekday = counts.indexOf(Math.max(...counts));
  return {
    periodSeconds: SECONDS_PER_WEEK,
    amplitude,
    phaseSeconds: weekdayPhaseSeconds(weekday),
    weekday,
    statistic,
    pValue,
  };
}

/** {@link findWeeklyCycle} in the times at which something happened. */
export function discoverWeeklyCycle(
  timestampsSeconds: readonly unknown[],
  options: RhythmOptions = {},
): WeeklyCycle | undefined {
  if (!Array.isArray(timestampsSeconds)) {
    throw new InvalidArgumentError("timestampsSeconds", timestampsSeconds, "an array of Unix seconds");
  }
  return findWeeklyCycle(weekdayHistogram(timestampsSeconds), options);
}

const OPTION_NAMES = namesOf<RhythmOptions>({ pThreshold: true, minPeriods: true, amplitude: true });

function checkOptions(options: RhythmOptions) {
  if (typeof options !== "object" || options === null) throw new InvalidArgumentError("options", options, "an object");
  const given = refuseUnknownNames(options, OPTION_NAMES);
  const { pThreshold = Defaults.pThreshold, minPeriods = 4, amplitude = Defaults.initialCycleAmplitude } = given;
  if (!(pThreshold > 0 && pThreshold < 1)) {
    throw new InvalidArgumentError("pThreshold", pThreshold, "a number above 0 and below 1");
  }
  if (!Number.isInteger(minPeriods) || minPeriods < 1) {
    throw new InvalidArgumentError("minPeriods", minPeriods, "an integer of at least 1");
  }
  if (!(amplitude >= 0 && amplitude <= MAX_AMPLITUDE)) {
    throw new InvalidArgumentError("amplitude", amplitude, `a number from 0 to ${MAX_AMPLITUDE}`);
  }
  return { pThreshold, minPeriods, amplitude };
}

/** @returns NaN for what is no time */
function parseSeconds(timestamp: unknown): number {
  if (typeof timestamp === "string" && timestamp.trim() !== "") return Number(timestamp);
  return typeof timestamp === "number" ? timestamp : Number.NaN;
}

/** Days since 1 January 1970, UTC. */
function dayNumber(seconds: number): number {
  return Math.floor(seconds / SECONDS_PER_DAY);
}

function modulo(value: number, divisor: number): number {
  return ((value % divisor) + divisor) % divisor;
}
