import type { Block } from "../../harness/report/blocks.js";
import { count, interval } from "../../harness/report/format.js";
import { type Estimated, estimatedQuantile } from "../../harness/statistics.js";
import { fewer, isWithin, type Stage } from "./stage.js";

const BUDGET = 0.1;
const MOST_DECISIONS = 1500;

interface Plan {
  readonly rate: number;
  readonly share: number;
  readonly trials: number;
  /** Median and 90th percentile of the design. */
  readonly expected: readonly [number, number];
}

const PLANS: readonly Plan[] = [
  { rate: 1, share: 1, trials: 0.5, expected: [40, 40] },
  { rate: 0.98, share: 0.95, trials: 0.5, expected: [124, 327] },
  { rate: 0.98, share: 0.95, trials: 1, expected: [67, 244] },
  { rate: 0.95, share: 1, trials: 0.5, expected: [192, 460] },
];

export interface FirstServedRow extends Plan {
  readonly worlds: number;
  readonly median: Estimated;
  readonly percentile90: Estimated;
  readonly isWithin: boolean;
}

/** Decisions before the first one that is served, where the agent sees nothing that the state lacks. */
export function firstServed({ players, worlds: all, seed }: Stage): Promise<readonly FirstServedRow[]> {
  const worlds = fewer(all, 0.4);
  return Promise.all(
    PLANS.map(async (plan) => {
      const { rate, share, trials, expected } = plan;
      const world = { name: "steady", rate, share } as const;
      const setting = {
        world,
        budget: BUDGET,
        rule: "budget",
        trials,
        decisions: MOST_DECISIONS,
        until: "served",
      } as const;
      const records = await players.play(setting, worlds, seed);
      const before = records.map(({ beforeServed = MOST_DECISIONS }) => beforeServed);
      const [median, percentile90] = [estimatedQuantile(before, 0.5), estimatedQuantile(before, 0.9)];
      const areWithin = isWithin(expected[0], median, 0) && isWithin(expected[1], percentile90, 0);
      return { ...plan, worlds, median, percentile90, isWithin: areWithin };
    }),
  );
}

export function firstServedBlocks(rows: readonly FirstServedRow[]): readonly Block[] {
  const headings = [
    "success rate",
    "the agent does it",
    "trials",
    "worlds",
    "median (95 %)",
    "90th percentile (95 %)",
    "design",
    "within",
  ];
  const cells = rows.map(({ rate, share, trials, worlds, median, percentile90, expected, isWithin }) => [
    String(rate),
    share === 1 ? "always" : `${100 * share} % of the time`,
    `rate ${trials}`,
    count(worlds),
    interval(median, count),
    interval(percentile90, count),
    expected.join(" / "),
    isWithin ? "yes" : "no",
  ]);
  return [
    { heading: `Decisions before the first one that is served, budget ${BUDGET}` },
    { table: { headings, rows: cells } },
  ];
}
