import type { Block } from "../../harness/report/blocks.js";
import { count, interval, percent } from "../../harness/report/format.js";
import { type Estimated, proportion } from "../../harness/statistics.js";
import { isWithin, type Stage } from "./stage.js";

const BUDGET = 0.1;
const BAD_RATE = 0.85;
const LATE_BY = 50;
const DECISIONS = 120;

interface Plan {
  readonly openDecisions: "none" | "unserved" | "all";
  /** Worlds that serve, in percent: the design. */
  readonly expected: number;
}

const PLANS: readonly Plan[] = [
  { openDecisions: "none", expected: 99.9 },
  { openDecisions: "unserved", expected: 0.1 },
  { openDecisions: "all", expected: 0.1 },
];

export interface LateRow extends Plan {
  readonly worlds: number;
  readonly everServed: Estimated;
  readonly isWithin: boolean;
}

/** A bad action that the agent always does, and whose failures are reported late. */
export function lateReports({ players, worlds, seed }: Stage): Promise<readonly LateRow[]> {
  return Promise.all(
    PLANS.map(async (plan) => {
      const { openDecisions, expected } = plan;
      const setting = {
        world: { name: "steady", rate: BAD_RATE, share: 1 },
        budget: BUDGET,
        rule: "budget",
        trials: 0.5,
        decisions: DECISIONS,
        lateBy: LATE_BY,
        openDecisions,
        until: "served",
      } as const;
      const records = await players.play(setting, worlds, seed);
      const everServed = proportion(records.filter(({ servedBad }) => servedBad).length, worlds);
      return { ...plan, worlds, everServed, isWithin: isWithin(expected / 100, everServed, 3) };
    }),
  );
}

export function lateBlocks(rows: readonly LateRow[]): readonly Block[] {
  const headings = ["openDecisions", "worlds", "served it (95 %)", "design", "within"];
  const cells = rows.map(({ openDecisions, worlds, everServed, expected, isWithin }) => [
    openDecisions,
    count(worlds),
    interval(everServed, percent),
    `${expected} %`,
    isWithin ? "yes" : "no",
  ]);
  return [
    {
      heading: `An action that succeeds at ${BAD_RATE}, its failures reported ${LATE_BY} decisions late, budget ${BUDGET}, ${DECISIONS} decisions`,
    },
    { table: { headings, rows: cells } },
  ];
}
