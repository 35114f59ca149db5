import type { Block } from "../../harness/report/blocks.js";
import { count, interval, percent } from "../../harness/report/format.js";
import { type Estimated, proportion } from "../../harness/statistics.js";
import { CONFIDENCE } from "./playing/setting.js";
import { type EdgeFigures, type EdgeRule, edge } from "./rules/edge.js";
import type { Stage } from "./stage.js";

const BUDGETS = [0.3, 0.2, 0.1, 0.05];
const RULES: readonly EdgeRule[] = ["own", "taken", "wilson"];
const RULE_NAMES = { own: "the budget, own decisions", taken: "the budget, taken ones", wilson: "plain Wilson" };
const OUTCOMES = 5000;
/** At the edge, and just below. */
const TOO_BAD_BY = [0, 0.0005];
const BUDGET = 0.1;
const DECISIONS = 200;

/** In a cache: own decisions and trials. */
export interface EdgeLives {
  readonly worlds: number;
  readonly everServed: Estimated;
}

export interface TypeOne {
  readonly lives: EdgeLives;
  readonly rules: readonly EdgeFigures[];
}

/** How often an action is ever served that is as bad as can be without being visibly so. */
export async function typeOne({ players, worlds, seed }: Stage): Promise<TypeOne> {
  const world = { name: "steady", rate: 1 - BUDGET, share: 1 } as const;
  const setting = {
    world,
    budget: BUDGET,
    rule: "budget",
    trials: 0.5,
    decisions: DECISIONS,
    until: "served",
  } as const;
  const records = await players.play(setting, worlds, seed);
  const served = records.filter(({ beforeServed }) => beforeServed !== undefined).length;
  const rules = BUDGETS.flatMap((budget) =>
    RULES.flatMap((rule) =>
      TOO_BAD_BY.map((tooBadBy) => edge({ worlds, outcomes: OUTCOMES, seed, budget, rule, tooBadBy })),
    ),
  );
  return { lives: { worlds, everServed: proportion(served, worlds) }, rules };
}

export function typeOneBlocks({ lives, rules }: TypeOne): readonly Block[] {
  const allowed = percent(1 - CONFIDENCE);
  return [
    {
      heading: `Actions at the edge, ever served: ${allowed} are allowed`,
    },
    {
      text: `In the cache, at ${1 - BUDGET}, with trials, ${DECISIONS} decisions: ${interval(lives.everServed, percent)} of ${count(lives.worlds)} worlds`,
    },
    { text: `The rule alone, looked at after each of ${count(OUTCOMES)} outcomes` },
    {
      table: {
        headings: ["budget", "served by", "success rate", "worlds", "ever served (95 %)"],
        rows: rules.map(({ budget, rule, tooBadBy, worlds, everServed }) => [
          String(budget),
          RULE_NAMES[rule],
          String(Number((1 - budget - tooBadBy).toFixed(4))),
          count(worlds),
          interval(everServed, percent),
        ]),
      },
    },
  ];
}
