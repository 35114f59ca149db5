import type { Block } from "../../harness/report/blocks.js";
import { count, interval, percent } from "../../harness/report/format.js";
import { type Estimated, proportion, ratioOfSums } from "../../harness/statistics.js";
import type { Rule } from "./playing/setting.js";
import { fewer, type Stage } from "./stage.js";

const BUDGETS = [0.3, 0.2, 0.1, 0.05];
const RULES = ["budget", "wilson"] as const;
const RULE_NAMES = { budget: "the budget", wilson: "plain Wilson" };
const DECISIONS = 200;
const USUAL_RATE = 0.5;

export interface AimlessRow {
  readonly budget: number;
  readonly rule: Rule;
  readonly worlds: number;
  readonly served: Estimated;
  /** Of what was served. */
  readonly wrong: Estimated;
  readonly badWorlds: Estimated;
}

/** An agent that acts at random, at every budget, beside what a plain Wilson bound would serve. */
export function aimlessAgents({ players, worlds: all, seed }: Stage): Promise<readonly AimlessRow[]> {
  const worlds = fewer(all, 0.1);
  const rows = BUDGETS.flatMap((budget) => RULES.map((rule) => ({ budget, rule })));
  return Promise.all(
    rows.map(async ({ budget, rule }) => {
      const trials = rule === "budget" ? USUAL_RATE : 0;
      const world = { name: "aimless", budget } as const;
      const records = await players.play({ world, budget, rule, trials, decisions: DECISIONS }, worlds, seed);
      return {
        budget,
        rule,
        worlds,
        served: ratioOfSums(records.map(({ served, decisions }) => [served, decisions])),
        wrong: ratioOfSums(records.map(({ wrong, served }) => [wrong, served])),
        badWorlds: proportion(records.filter(({ servedBad }) => servedBad).length, worlds),
      };
    }),
  );
}

export function aimlessBlocks(rows: readonly AimlessRow[]): readonly Block[] {
  const headings = [
    "budget",
    "served by",
    "worlds",
    "served (95 %)",
    "wrong of served (95 %)",
    "worlds that served a bad action (95 %)",
  ];
  const cells = rows.map(({ budget, rule, worlds, served, wrong, badWorlds }) => [
    String(budget),
    RULE_NAMES[rule],
    count(worlds),
    interval(served, percent),
    served.estimate === 0 ? "-" : interval(wrong, percent),
    interval(badWorlds, percent),
  ]);
  return [
    {
      heading: `An agent that acts at random: three actions with rates uniform from 1 - 3 budgets to 1, ${DECISIONS} decisions`,
    },
    { table: { headings, rows: cells } },
  ];
}
