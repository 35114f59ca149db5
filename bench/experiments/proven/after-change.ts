import type { Block } from "../../harness/report/blocks.js";
import { count, fixed, interval, percent } from "../../harness/report/format.js";
import { estimatedQuantile } from "../../harness/statistics.js";
import { type FalseAlarms, failuresUntilStop, falseAlarms, type Stopped } from "./rules/stopping.js";
import { fewer, isWithin, type Stage } from "./stage.js";

const BUDGET = 0.1;
/** Failure rates after the change, and the failures until the stop that the design tells: median and 95th percentile. */
const CHANGES = [
  { failureRate: 0.8, expected: [3, 4] },
  { failureRate: 0.5, expected: [4, 6] },
  { failureRate: 0.2, expected: [9, 24] },
  { failureRate: 0.15, expected: [16, 43] },
] as const;
/** The design does not tell what was before the change: it makes the stop sooner or later. */
const FAILED_BEFORE = 0.02;
const PASTS = [100, 300, 500].map((outcomes) => ({ outcomes, failureRate: FAILED_BEFORE }));
/** Constant failure rates, and the stops per 10 000 outcomes that the design tells. */
const STEADY = [
  { failureRate: BUDGET, expected: 8.8 },
  { failureRate: 0.8 * BUDGET, expected: 1.6 },
  { failureRate: 0.5 * BUDGET, expected: 1 },
];
const OUTCOMES_PER_WORLD = 1000;
/** So long that an action has a past; one that was stopped is a new one. */
const STEADY_LENGTH = 100_000;
const SERVED_BEFORE = 300;
const MOST_DECISIONS = 3000;

/** Stops of actions whose outcomes are given to the rule alone. */
export interface RuleStops extends Stopped {
  readonly past: (typeof PASTS)[number];
  readonly expected: readonly [number, number];
  readonly isWithin: boolean;
}

/** In a cache: failures of served decisions after the change, until the cache leaves the next one to the agent. */
export interface LifeStops extends Stopped {
  readonly worlds: number;
  readonly expected: readonly [number, number];
  readonly isWithin: boolean;
  /** Failures in a row before a stop, less the budget times the outcomes: always below 11. */
  readonly mostBeyondBudget: number;
}

export interface SteadyStops extends FalseAlarms {
  readonly outcomes: number;
  readonly expected: number;
  readonly isWithin: boolean;
}

export interface AfterChange {
  readonly worlds: number;
  readonly lives: readonly LifeStops[];
  readonly rules: readonly RuleStops[];
  readonly steady: readonly SteadyStops[];
}

export async function afterChange({ players, worlds, seed }: Stage): Promise<AfterChange> {
  const lives = CHANGES.map(async ({ failureRate: after, expected }) => {
    const world = { name: "turning", before: FAILED_BEFORE, after, served: SERVED_BEFORE } as const;
    const setting = {
      world,
      budget: BUDGET,
      rule: "budget",
      trials: 0.5,
      decisions: MOST_DECISIONS,
      until: "unserved",
    } as const;
    const records = await players.play(setting, fewer(worlds, 0.1), seed);
    const wrong = records.map(({ wrongAfterTurn }) => wrongAfterTurn);
    const quantiles = { median: estimatedQuantile(wrong, 0.5), percentile95: estimatedQuantile(wrong, 0.95) };
    const mostBeyondBudget = Math.max(...records.map((record) => record.mostBeyondBudget));
    const stopped = { failureRate: after, ...quantiles, expected, isWithin: areWithin(quantiles, expected) };
    return { ...stopped, worlds: records.length, mostBeyondBudget };
  });
  const rules = PASTS.flatMap((past) =>
    CHANGES.map(({ failureRate, expected }) => {
      const stopped = failuresUntilStop(failureRate, past, BUDGET, worlds, seed);
      return { ...stopped, past, expected, isWithin: areWithin(stopped, expected) };
    }),
  );
  const outcomes = OUTCOMES_PER_WORLD * worlds;
  const steady = STEADY.map(({ failureRate, expected }) => {
    const alarms = falseAlarms(failureRate, BUDGET, outcomes, STEADY_LENGTH, seed);
    return { ...alarms, outcomes, expected, isWithin: isWithin(expected / 1e4, alarms.stops, 5) };
  });
  return { worlds, lives: await Promise.all(lives), rules, steady };
}

function areWithin(
  { median, percentile95 }: Omit<Stopped, "failureRate">,
  expected: readonly [number, number],
): boolean {
  return isWithin(expected[0], median, 0) && isWithin(expected[1], percentile95, 0);
}

export function afterChangeBlocks({ worlds, lives, rules, steady }: AfterChange): readonly Block[] {
  const per10000 = (value: number) => fixed(1e4 * value, 1);
  return [
    { heading: `What stops an action, budget ${BUDGET}` },
    {
      text: `The rule alone: failures until it stops, after so many outcomes with ${percent(FAILED_BEFORE)} failures; ${count(worlds)} actions each`,
    },
    {
      table: {
        headings: [
          "outcomes before",
          "failure rate then",
          "median (95 %)",
          "95th percentile (95 %)",
          "design",
          "within",
        ],
        rows: rules.map(({ past, failureRate, median, percentile95, expected, isWithin }) => [
          count(past.outcomes),
          String(failureRate),
          interval(median, count),
          interval(percentile95, count),
          expected.join(" / "),
          isWithin ? "yes" : "no",
        ]),
      },
    },
    { text: `In the cache: served and failed, after ${SERVED_BEFORE} served decisions, until it serves no more` },
    {
      table: {
        headings: [
          "failure rate then",
          "worlds",
          "median (95 %)",
          "95th percentile (95 %)",
          "design",
          "within",
          "most beyond the budget (below 11)",
        ],
        rows: lives.map(({ failureRate, worlds, median, percentile95, expected, isWithin, mostBeyondBudget }) => [
          String(failureRate),
          count(worlds),
          interval(median, count),
          interval(percentile95, count),
          expected.join(" / "),
          isWithin ? "yes" : "no",
          fixed(mostBeyondBudget, 1),
        ]),
      },
    },
    { text: "The rule alone: stops per 10 000 outcomes where nothing changes" },
    {
      table: {
        headings: ["failure rate", "outcomes", "stops (95 %)", "design", "within"],
        rows: steady.map(({ failureRate, outcomes, stops, expected, isWithin }) => [
          String(Number(failureRate.toFixed(3))),
          count(outcomes),
          interval(stops, per10000),
          String(expected),
          isWithin ? "yes" : "no",
        ]),
      },
    },
  ];
}
