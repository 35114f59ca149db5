// Does the error budget hold? Simulated worlds with known truth, asked after every event, through the public API.

import { runMeasurement } from "../harness/measurement.js";
import type { Block } from "../harness/report/blocks.js";
import { interval, percent } from "../harness/report/format.js";
import { type AgentWorldsFigures, agentWorlds } from "./error-budget/agent-worlds.js";
import { type EdgeWorldsFigures, edgeWorlds } from "./error-budget/edge-worlds.js";

const USAGE = `Usage: npm run bench -- error-budget [options]

  --worlds <n>   random worlds (default 1000)
  --steps <n>    decisions in each (default 200)
  --edge <n>     outcomes in each world at the edge of the budget (default 5000)
  --seed <n>     default 1
  --json         print the figures as JSON instead of tables
`;

const BUDGETS = [0.3, 0.2, 0.1, 0.05];
const RULES = ["budget", "wilson"] as const;
const RULE_NAMES = { budget: "error budget", wilson: "plain Wilson" };

await runMeasurement({
  usage: USAGE,
  options: { numbers: ["worlds", "steps", "edge", "seed"] },
  measure: async ({ worlds = 1000, steps = 200, edge: outcomes = 5000, seed = 1 }, { progress }) => {
    const inside: AgentWorldsFigures[] = [];
    const atTheEdge: EdgeWorldsFigures[] = [];
    for (const budget of BUDGETS) {
      for (const rule of RULES) {
        const onProgress = (world: number) => progress.show(`${rule} at ${budget}: world ${world} of ${worlds}`);
        inside.push(await agentWorlds({ worlds, steps, seed, budget, rule, onProgress }));
        atTheEdge.push(edgeWorlds({ worlds, outcomes, seed, budget, rule }));
      }
    }
    return { worlds, steps, outcomes, agentWorlds: inside, edgeWorlds: atTheEdge };
  },
  blocks: ({ worlds, steps, outcomes, agentWorlds: inside, edgeWorlds: atTheEdge }) => [
    {
      text: `${worlds} random worlds, ${steps} decisions each: three actions with rates uniform from 1 - 3 budget to 1`,
    },
    insideTable(inside),
    { text: `${worlds} worlds with one action just too bad, looked at after each of ${outcomes} outcomes` },
    edgeTable(atTheEdge),
  ],
});

function insideTable(figures: readonly AgentWorldsFigures[]): Block {
  const headings = ["budget", "rule", "served", "served and wrong (95 %)", "worlds that served a bad action (95 %)"];
  const rows = figures.map(({ budget, rule, servedShare, wrong, badWorlds }) => {
    const intervals = [interval(wrong, percent), interval(badWorlds, percent)];
    return [String(budget), RULE_NAMES[rule], percent(servedShare), ...intervals];
  });
  return { table: { headings, rows } };
}

function edgeTable(figures: readonly EdgeWorldsFigures[]): Block {
  const headings = ["budget", "rule", "worlds that would ever have served (95 %)"];
  const rows = figures.map(({ budget, rule, everServed }) => {
    return [String(budget), RULE_NAMES[rule], interval(everServed, percent)];
  });
  return { table: { headings, rows } };
}
