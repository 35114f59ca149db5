import { InvalidArgumentError } from "../../common/errors.js";

/** `hour` 0 to 23, `weekday` 0 (Monday) to 6, `day` an ISO date, all UTC; or what a function says of Unix seconds. */
export type ErrorGrouping = "hour" | "weekday" | "day" | ((resolvedAtSeconds: number) => string | number);

export interface ResolvedError {
  readonly error: number;
  /** Unix seconds. */
  readonly resolvedAtSeconds: number;
}

/** Errors of predictions that fall into one group. */
export interface ErrorGroup {
  /** The group's name; "" when there is no grouping. */
  readonly group: string | number;
  readonly count: number;
  readonly mean: number;
  /** Population standard deviation; 0 for fewer than two errors. */
  readonly standardDeviation: number;
  readonly p50: number;
  readonly p90: number;
  readonly p99: number;
  readonly max: number;
}

const SECONDS_PER_HOUR = 3_600;
const SECONDS_PER_DAY = 86_400;
/** 1970-01-01 was a Thursday. */
const EPOCH_WEEKDAY = 3;

/**
 * Statistics of prediction errors, in one group or several, groups in order of their first error.
 *
 * @returns one group of zeros for no errors without grouping; none with grouping
 */
export function summarizeErrors(errors: readonly ResolvedError[], groupBy?: ErrorGrouping): readonly ErrorGroup[] {
  if (groupBy === undefined)
    return [
      summarize(
        "",
        errors.map(({ error }) => error),
      ),
    ];
  const nameOf = groupingFunction(groupBy);
  const groups = new Map<string | number, number[]>();
  for (const { error, resolvedAtSeconds } of errors) {
    const name = nameOf(resolvedAtSeconds);
    groups.set(name, [...(groups.get(name) ?? []), error]);
  }
  return [...groups].map(([name, values]) => summarize(name, values));
}

function groupingFunction(groupBy: ErrorGrouping): (seconds: number) => string | number {
  if (typeof groupBy === "function") return groupBy;
  switch (groupBy) {
    case "hour":
      return (seconds) => modulo(Math.floor(seconds / SECONDS_PER_HOUR), 24);
    case "weekday":
      return (seconds) => modulo(Math.floor(seconds / SECONDS_PER_DAY) + EPOCH_WEEKDAY, 7);
    case "day":
      return (seconds) => new Date(seconds * 1000).toISOString().slice(0, 10);
    default:
      throw new InvalidArgumentError("groupBy", groupBy, `"hour", "weekday", "day" or a function`);
  }
}

function summarize(group: string | number, values: readonly number[]): ErrorGroup {
  const sorted = [...values].sort((left, right) => left - right);
  const count = sorted.length;
  const mean = count === 0 ? 0 : sorted.reduce((sum, value) => sum + value, 0) / count;
  const variance = count < 2 ? 0 : sorted.reduce((sum, value) => sum + (value - mean) ** 2, 0) / count;
  const percentile = (share: number) => sorted[roundHalfEven(share * (count - 1))] ?? 0;
  return {
    group,
    count,
    mean,
    standardDeviation: Math.sqrt(variance),
    p50: percentile(0.5),
    p90: percentile(0.9),
    p99: percentile(0.99),
    max: sorted.at(-1) ?? 0,
  };
}

/** Rounds to the nearest integer, a half to the even one. */
function roundHalfEven(value: number): number {
  const floor = Math.floor(value);
  const rest = value - floor;
  if (rest !== 0.5) return Math.round(value);
  return floor % 2 === 0 ? floor : floor + 1;
}

function modulo(value: number, divisor: number): number {
  return ((value % divisor) + divisor) % divisor;
}
