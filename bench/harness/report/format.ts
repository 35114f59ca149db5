import type { Estimated, OverRounds } from "../statistics.js";

export function fixed(value: number, digits: number): string {
  return value.toFixed(digits);
}

/** Whole, with commas between thousands. */
export function count(value: number): string {
  return Math.round(value).toLocaleString("en");
}

/** How far the rounds lie apart. */
export function range({ lowest, highest }: OverRounds, format: (value: number) => string): string {
  return `(${format(lowest)} to ${format(highest)})`;
}

/** Two cells: a multiple, and how far the rounds lie apart; empty where there is none. */
export function factor(over: OverRounds | undefined): readonly [string, string] {
  if (over === undefined) return ["", ""];
  return [fixed(over.median, 2), range(over, (value) => fixed(value, 2))];
}

export function percent(share: number): string {
  return `${(100 * share).toFixed(1)} %`;
}

/** An estimate with its interval. */
export function interval({ estimate, low, high }: Estimated, format: (value: number) => string): string {
  return `${format(estimate)} (${format(low)} to ${format(high)})`;
}
