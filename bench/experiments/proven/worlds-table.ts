import type { Block } from "../../harness/report/blocks.js";
import { count, fixed, interval, percent } from "../../harness/report/format.js";
import { type Estimated, proportion, ratioOfSums } from "../../harness/statistics.js";
import type { LifeRecord } from "./playing/life.js";
import type { Setting } from "./playing/setting.js";
import type { WorldKind } from "./playing/worlds.js";
import { fewer, isWithin, type Stage } from "./stage.js";

const BUDGET = 0.1;
const USUAL_RATE = 0.5;
const RATES = [0, USUAL_RATE, 1];

/** What the design says: percentages served, wrong of served, and of worlds that served a bad action; failed trials. */
interface Expected {
  readonly served?: number;
  readonly wrong?: number;
  readonly badWorlds?: number;
  readonly failedTrials?: number;
}

interface Plan {
  readonly name: string;
  readonly world: WorldKind;
  readonly decisions: number;
  /** Of a thousand worlds, where each is long; otherwise all of them under the usual rate of trials, and a tenth under others. */
  readonly share?: number;
  /** By rate of trials. */
  readonly expected: Readonly<Record<number, Expected>>;
}

const NOTHING_SERVED: Expected = { served: 0, badWorlds: 0 };

const PLANS: readonly Plan[] = [
  {
    name: "hidden coin",
    world: { name: "hidden coin" },
    decisions: 100,
    expected: { 0: NOTHING_SERVED, 0.5: NOTHING_SERVED, 1: NOTHING_SERVED },
  },
  {
    name: "hidden coin, long",
    world: { name: "hidden coin" },
    decisions: 3000,
    share: 0.01,
    expected: { 0.5: { ...NOTHING_SERVED, failedTrials: 12 }, 1: NOTHING_SERVED },
  },
  {
    name: "alternating",
    world: { name: "alternating" },
    decisions: 100,
    expected: { 0: NOTHING_SERVED, 0.5: NOTHING_SERVED, 1: NOTHING_SERVED },
  },
  {
    name: "alternating, long",
    world: { name: "alternating" },
    decisions: 3000,
    share: 0.01,
    expected: { 0.5: { ...NOTHING_SERVED, failedTrials: 12.3 }, 1: { ...NOTHING_SERVED, failedTrials: 13 } },
  },
  {
    name: "contexts, never seen",
    world: { name: "contexts", seen: 0 },
    decisions: 200,
    expected: {
      0: { served: 64.6, wrong: 2.6, badWorlds: 0.1 },
      0.5: { served: 64, wrong: 2.6, badWorlds: 0 },
      1: { served: 63.8 },
    },
  },
  {
    name: "contexts, seen half the time",
    world: { name: "contexts", seen: 0.5 },
    decisions: 200,
    expected: {
      0: { served: 26.9, wrong: 2.4, badWorlds: 0 },
      0.5: { served: 52.2, wrong: 2.4, badWorlds: 0 },
      1: { served: 53.4 },
    },
  },
  {
    name: "contexts, always seen",
    world: { name: "contexts", seen: 1 },
    decisions: 200,
    expected: {
      0: { served: 27.1, wrong: 2.3, badWorlds: 0 },
      0.5: { served: 39.7, wrong: 2.5, badWorlds: 0 },
      1: { served: 40.7 },
    },
  },
  {
    name: "two equal actions, mixed",
    world: { name: "steady", rate: 0.97, share: 0.5 },
    decisions: 3000,
    share: 0.02,
    expected: { 0: NOTHING_SERVED, 0.5: { served: 69.3, wrong: 3, badWorlds: 0 }, 1: { served: 75.4 } },
  },
];

const TOWN_KINDS: readonly WorldKind[] = [0, 0.5, 1].map((seen) => ({ name: "contexts", seen }));
const TOWN_EXPECTED = { served: 42.5, badStates: 0.3 };

export interface WorldsRow {
  readonly name: string;
  /** The chance of a trial. */
  readonly trials: number;
  readonly worlds: number;
  readonly decisions: number;
  readonly served: Estimated;
  /** Of what was served. */
  readonly wrong: Estimated;
  /** Worlds that ever served an action that fails more often than the budget allows. */
  readonly badWorlds: Estimated;
  /** In one world. */
  readonly failedTrials: Estimated;
  /** Over all worlds, what must hold for sure. */
  readonly mostOverspent: number;
  readonly mostBeyondBudget: number;
  readonly expected: Expected;
  /** Which of these the intervals do not hold. */
  readonly outside: readonly string[];
}

export async function worldsTable(stage: Stage): Promise<readonly WorldsRow[]> {
  const longest = town(stage); // first, so that no process waits for it in the end
  const plans = PLANS.filter(({ share }) => share === undefined || !stage.isQuick);
  const rows = plans.flatMap((plan) =>
    RATES.filter((rate) => rate in plan.expected).map((rate) => row(stage, plan, rate)),
  );
  return Promise.all([...rows, longest]);
}

async function row({ players, worlds: all, seed }: Stage, plan: Plan, trials: number): Promise<WorldsRow> {
  const { name, world, decisions, share = trials === USUAL_RATE ? 1 : 0.1, expected } = plan;
  const worlds = fewer(all, share);
  const setting: Setting = { world, budget: BUDGET, rule: "budget", trials, decisions };
  return summary(name, setting, await players.play(setting, worlds, seed), expected[trials] ?? {});
}

/** As many states of one agent, some of them met far more often than others. */
async function town({ players, worlds: states, seed }: Stage): Promise<WorldsRow> {
  const kind: WorldKind = { name: "contexts", seen: 1 };
  const each = 300;
  const setting: Setting = {
    world: kind,
    budget: BUDGET,
    rule: "budget",
    trials: USUAL_RATE,
    decisions: each * states,
  };
  const records = await players.playTown({ setting, kinds: TOWN_KINDS, states, seed });
  const badStates = (100 * TOWN_EXPECTED.badStates) / 1000;
  const expected = { served: TOWN_EXPECTED.served, badWorlds: badStates };
  return summary("contexts, states as frequent as words", { ...setting, decisions: each }, records, expected);
}

function summary(
  name: string,
  { trials, decisions }: Setting,
  records: readonly LifeRecord[],
  expected: Expected,
): WorldsRow {
  const figures = {
    served: ratioOfSums(records.map(({ served, decisions }) => [served, decisions])),
    wrong: ratioOfSums(records.map(({ wrong, served }) => [wrong, served])),
    badWorlds: proportion(records.filter(({ servedBad }) => servedBad).length, records.length),
    failedTrials: ratioOfSums(records.map(({ failedTrials }) => [failedTrials, 1])),
  };
  const { failedTrials, ...shares } = expected;
  const outside = Object.entries(shares)
    .filter(([figure, percentage]) => !isWithin(percentage / 100, figures[figure as keyof typeof shares], 3))
    .map(([figure]) => NAMES[figure as keyof typeof NAMES]);
  if (failedTrials !== undefined && !isWithin(failedTrials, figures.failedTrials, 1)) outside.push(NAMES.failedTrials);
  return {
    name,
    trials,
    worlds: records.length,
    decisions,
    ...figures,
    mostOverspent: Math.max(...records.map(({ overspent }) => overspent)),
    mostBeyondBudget: Math.max(...records.map(({ mostBeyondBudget }) => mostBeyondBudget)),
    expected,
    outside,
  };
}

const NAMES = { served: "served", wrong: "wrong", badWorlds: "bad worlds", failedTrials: "failed trials" };

export function worldsBlocks(rows: readonly WorldsRow[]): readonly Block[] {
  const headings = [
    "world",
    "trials",
    "worlds",
    "decisions",
    "served (95 %)",
    "wrong of served (95 %)",
    "worlds that served a bad action (95 %)",
    "failed trials in a world (95 %)",
    "design: served / wrong / bad worlds",
    "within",
  ];
  const cells = rows.map((row) => [
    row.name,
    row.trials === 0 ? "none" : `rate ${row.trials}`,
    count(row.worlds),
    count(row.decisions),
    interval(row.served, percent),
    row.served.estimate === 0 ? "-" : interval(row.wrong, percent),
    interval(row.badWorlds, percent),
    interval(row.failedTrials, (value) => fixed(value, 1)),
    expectedText(row.expected),
    row.outside.length === 0 ? "yes" : `not ${row.outside.join(", ")}`,
  ]);
  const overspent = Math.max(...rows.map(({ mostOverspent }) => mostOverspent));
  const beyond = Math.max(...rows.map(({ mostBeyondBudget }) => mostBeyondBudget));
  return [
    { heading: `Worlds with known truth, budget ${BUDGET}` },
    { table: { headings, rows: cells } },
    {
      text: "The design says neither how the rates of contexts are drawn nor how long they are lived in: what is served of them differs.",
    },
    {
      text:
        `In all of them: failed trials less what the state may spend on them, at most ${fixed(overspent, 2)} (never above 0); ` +
        `failures in a row before a stop less budget times outcomes, at most ${fixed(beyond, 1)} (always below 11)`,
    },
  ];
}

function expectedText({ served, wrong, badWorlds, failedTrials }: Expected): string {
  const shares = [served, wrong, badWorlds].map((value) => value ?? "-").join(" / ");
  return failedTrials === undefined ? shares : `${shares}, ${failedTrials} failed trials`;
}
