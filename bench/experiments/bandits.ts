// The regret of each strategy on contextual Bernoulli bandits, against the best action known to us and not to it. All
// choices and outcomes go through decide and report.

import { writeFile } from "node:fs/promises";
import { decisionIdOf } from "../harness/decision-id.js";
import { type ExploreOptions, library, seededRandom } from "../harness/library.js";
import { runMeasurement } from "../harness/measurement.js";
import { linePlot } from "../harness/plots/line-plot.js";
import { fixed } from "../harness/report/format.js";
import { mean } from "../harness/statistics.js";

const USAGE = `Usage: npm run bench -- bandits [options]

  --rounds <n>    decisions per world (default 1000)
  --worlds <n>    worlds per strategy, each with a seed of its own (default 20)
  --svg <file>    draw the curves
  --json          print the figures as JSON instead of a table
`;

const CONTEXTS = 4;
const ACTIONS = ["a", "b", "c", "d", "e"];
/** Points of a curve. */
const POINTS = 50;

const STRATEGIES: Readonly<Record<string, ExploreOptions>> = {
  "any action": { strategy: "epsilon-greedy", epsilon: 1 },
  greedy: { strategy: "greedy" },
  "epsilon-greedy": { strategy: "epsilon-greedy" },
  softmax: { strategy: "softmax" },
  ucb1: { strategy: "ucb1" },
  thompson: { strategy: "thompson" },
};

type Point = readonly [round: number, regret: number];

/** The expected regret of a strategy. */
interface StrategyFigures {
  readonly name: string;
  readonly curve: readonly Point[];
  /** Half way, and at the end. */
  readonly half: MeanOfWorlds;
  readonly whole: MeanOfWorlds;
}

interface MeanOfWorlds {
  readonly mean: number;
  /** 1.96 standard errors. */
  readonly margin: number;
}

await runMeasurement({
  usage: USAGE,
  options: { numbers: ["rounds", "worlds"], texts: ["svg"] },
  measure: async ({ rounds = 1000, worlds = 20, svg }, { progress }) => {
    if (!Number.isInteger(rounds / POINTS) || rounds < POINTS)
      throw new Error(`--rounds must be a multiple of ${POINTS}.`);
    if (!Number.isInteger(worlds) || worlds < 2) throw new Error("--worlds must be an integer of at least 2.");
    const results: StrategyFigures[] = [];
    for (const [name, explore] of Object.entries(STRATEGIES)) {
      const curves: (readonly Point[])[] = [];
      for (let seed = 1; seed <= worlds; seed += 1) {
        progress.show(`${name}: world ${seed} of ${worlds}`);
        curves.push(await play(explore, seed, rounds));
      }
      results.push({ name, ...summarise(curves) });
    }
    if (svg !== undefined) {
      const title = `Regret on contextual Bernoulli bandits: mean of ${worlds} worlds, ${CONTEXTS} contexts, ${ACTIONS.length} actions`;
      await writeFile(svg, linePlot({ title, xTitle: "decisions", yTitle: "expected regret", lines: results }));
    }
    return { rounds, worlds, results };
  },
  blocks: ({ rounds, worlds, results }) => {
    const cell = ({ mean, margin }: MeanOfWorlds) => `${fixed(mean, 1)} ± ${fixed(margin, 1)}`;
    const rows = results.map(({ name, half, whole }) => [name, cell(half), cell(whole)]);
    return [
      { text: `Expected regret, mean of ${worlds} worlds ± 1.96 standard errors` },
      { table: { headings: ["strategy", `after ${rounds / 2}`, `after ${rounds}`], rows } },
    ];
  },
});

/** A world: the chance of success of each action in each context, uniform at random. */
function drawWorld(random: () => number): readonly (readonly number[])[] {
  return Array.from({ length: CONTEXTS }, () => ACTIONS.map(() => random()));
}

/** @returns the expected regret so far, at evenly spaced rounds */
async function play(explore: ExploreOptions, seed: number, rounds: number): Promise<readonly Point[]> {
  const random = seededRandom(seed);
  const world = drawWorld(random);
  const cache = await library.PolicyCache.open("memory:", { workers: "none", random: seededRandom(seed + 1_000_000) });
  const options = { ...explore, candidates: ACTIONS.map((type) => ({ type })) };
  const curve: Point[] = [];
  let regret = 0;
  for (let round = 1; round <= rounds; round += 1) {
    const context = Math.floor(random() * CONTEXTS);
    const decision = await cache.decide({ state: { context }, explore: options });
    const chances = world[context] ?? [];
    const type = "action" in decision ? decision.action.type : "";
    const chance = chances[ACTIONS.indexOf(type)] ?? 0;
    regret += Math.max(...chances) - chance;
    await cache.report(decisionIdOf(decision), { outcome: random() < chance ? "success" : "failure" });
    if (round % (rounds / POINTS) === 0) curve.push([round, regret]);
  }
  await cache.close();
  return curve;
}

function summarise(curves: readonly (readonly Point[])[]): Omit<StrategyFigures, "name"> {
  const regretsAt = (place: number) => curves.map((curve) => curve[place]?.[1] ?? Number.NaN);
  const rounds = (curves[0] ?? []).map(([round]) => round);
  return {
    curve: rounds.map((round, place) => [round, mean(regretsAt(place))]),
    half: meanOfWorlds(regretsAt(POINTS / 2 - 1)),
    whole: meanOfWorlds(regretsAt(POINTS - 1)),
  };
}

function meanOfWorlds(samples: readonly number[]): MeanOfWorlds {
  const middle = mean(samples);
  const variance = samples.reduce((sum, sample) => sum + (sample - middle) ** 2, 0) / (samples.length - 1);
  return { mean: middle, margin: 1.96 * Math.sqrt(variance / samples.length) };
}
