// The regret of each strategy on contextual Bernoulli bandits, against the best action known to us and not to it. All
// choices and outcomes go through decide and report.

import { writeFile } from "node:fs/promises";
import { pathToFileURL } from "node:url";
import { parseArgs } from "node:util";
import { linePlot } from "./line-plot.mjs";
import { Progress } from "./progress.mjs";
import { seededRandom } from "./random.mjs";
import { mean } from "./statistics.mjs";
import { renderTable } from "./table.mjs";

const USAGE = `Usage: node bench/bandits.mjs [options]

  --rounds <n>    decisions per world (default 1000)
  --worlds <n>    worlds per strategy, each with a seed of its own (default 20)
  --svg <file>    draw the curves
  --json          print the figures as JSON instead of a table
`;

const CONTEXTS = 4;
const ACTIONS = ["a", "b", "c", "d", "e"];
/** Points of a curve. */
const POINTS = 50;

const STRATEGIES = {
  "any action": { strategy: "epsilon-greedy", epsilon: 1 },
  greedy: "greedy",
  "epsilon-greedy": "epsilon-greedy",
  softmax: "softmax",
  ucb1: "ucb1",
  thompson: "thompson",
};

/** A world: the chance of success of each action in each context, uniform at random. */
function drawWorld(random) {
  return Array.from({ length: CONTEXTS }, () => ACTIONS.map(() => random()));
}

/** @returns the expected regret so far, at evenly spaced rounds */
async function play(PolicyCache, explore, seed, rounds) {
  const random = seededRandom(seed);
  const world = drawWorld(random);
  const cache = await PolicyCache.open("memory:", { workers: "none", random: seededRandom(seed + 1_000_000) });
  const candidates = ACTIONS.map((type) => ({ type }));
  const options = typeof explore === "string" ? { strategy: explore, candidates } : { ...explore, candidates };
  const curve = [];
  let regret = 0;
  for (let round = 1; round <= rounds; round += 1) {
    const context = Math.floor(random() * CONTEXTS);
    const decision = await cache.decide({ state: { context }, explore: options });
    const chances = world[context];
    const chance = chances[ACTIONS.indexOf(decision.action.type)];
    regret += Math.max(...chances) - chance;
    await cache.report(decision.decisionId, { outcome: random() < chance ? "success" : "failure" });
    if (round % (rounds / POINTS) === 0) curve.push([round, regret]);
  }
  await cache.close();
  return curve;
}

/** Mean and 1.96 standard errors. */
function interval(samples) {
  const middle = mean(samples);
  const variance = samples.reduce((sum, sample) => sum + (sample - middle) ** 2, 0) / (samples.length - 1);
  return { mean: middle, margin: 1.96 * Math.sqrt(variance / samples.length) };
}

export async function measureBandits({ PolicyCache, rounds, worlds, onProgress = () => {} }) {
  const results = [];
  for (const [name, explore] of Object.entries(STRATEGIES)) {
    const curves = [];
    for (let seed = 1; seed <= worlds; seed += 1) {
      onProgress(`${name}: world ${seed} of ${worlds}`);
      curves.push(await play(PolicyCache, explore, seed, rounds));
    }
    const curve = curves[0].map(([round], at) => [round, mean(curves.map((points) => points[at][1]))]);
    const half = curves.map((points) => points[POINTS / 2 - 1][1]);
    const whole = curves.map((points) => points.at(-1)[1]);
    results.push({ name, curve, half: interval(half), whole: interval(whole) });
  }
  return results;
}

async function main() {
  const { values } = parseArgs({
    options: {
      rounds: { type: "string", default: "1000" },
      worlds: { type: "string", default: "20" },
      svg: { type: "string" },
      json: { type: "boolean", default: false },
      help: { type: "boolean", default: false },
    },
  });
  if (values.help) return process.stdout.write(USAGE);
  const [rounds, worlds] = [Number(values.rounds), Number(values.worlds)];
  if (!Number.isInteger(rounds / POINTS) || rounds < POINTS)
    throw new Error(`--rounds must be a multiple of ${POINTS}.`);
  if (!Number.isInteger(worlds) || worlds < 2) throw new Error("--worlds must be an integer of at least 2.");
  const { PolicyCache } = await import(new URL("../dist/index.js", import.meta.url));
  const progress = new Progress();
  const results = await measureBandits({ PolicyCache, rounds, worlds, onProgress: (text) => progress.show(text) });
  progress.clear();
  if (values.svg !== undefined) {
    const title = `Regret on contextual Bernoulli bandits: mean of ${worlds} worlds, ${CONTEXTS} contexts, ${ACTIONS.length} actions`;
    await writeFile(values.svg, linePlot({ title, xTitle: "decisions", yTitle: "expected regret", lines: results }));
  }
  if (values.json) return process.stdout.write(`${JSON.stringify({ rounds, worlds, results })}\n`);
  const cell = ({ mean, margin }) => `${mean.toFixed(1)} ± ${margin.toFixed(1)}`;
  const rows = results.map(({ name, half, whole }) => [name, cell(half), cell(whole)]);
  process.stdout.write(`Expected regret, mean of ${worlds} worlds ± 1.96 standard errors\n\n`);
  process.stdout.write(`${renderTable(["strategy", `after ${rounds / 2}`, `after ${rounds}`], rows)}\n`);
}

if (import.meta.url === pathToFileURL(process.argv[1] ?? "").href) await main();
