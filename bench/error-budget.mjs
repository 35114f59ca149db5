// Does the error budget hold? Simulated worlds with known truth, asked after every event, through the public API.

import { fileURLToPath } from "node:url";
import { parseArgs } from "node:util";
import { agentWorlds } from "./error-budget/agent-worlds.mjs";
import { edgeWorlds } from "./error-budget/edge-worlds.mjs";
import { Progress } from "./progress.mjs";
import { renderTable } from "./table.mjs";

const USAGE = `Usage: node bench/error-budget.mjs [options]   (after npm run build)

  --worlds <n>   random worlds (default 1000)
  --steps <n>    decisions in each (default 200)
  --edge <n>     outcomes in each world at the edge of the budget (default 5000)
  --seed <n>     default 1
  --json         print the figures as JSON instead of tables
`;

const BUDGETS = [0.3, 0.2, 0.1, 0.05];
const NAMES = { budget: "error budget", wilson: "plain Wilson" };
const BUILD = fileURLToPath(new URL("./library.mjs", import.meta.url));

const { values } = parseArgs({
  options: {
    worlds: { type: "string", default: "1000" },
    steps: { type: "string", default: "200" },
    edge: { type: "string", default: "5000" },
    seed: { type: "string", default: "1" },
    json: { type: "boolean", default: false },
    help: { type: "boolean", default: false },
  },
});

if (values.help) process.stdout.write(USAGE);
else await main(values);

async function main({ worlds, steps, edge, seed, json }) {
  const library = await import(BUILD);
  const progress = new Progress();
  const setting = { library, worlds: Number(worlds), steps: Number(steps), outcomes: Number(edge), seed: Number(seed) };
  const inside = [];
  const atTheEdge = [];
  for (const budget of BUDGETS) {
    for (const rule of ["budget", "wilson"]) {
      const onProgress = (world) => progress.show(`${rule} at ${budget}: world ${world} of ${worlds}`);
      inside.push(await agentWorlds({ ...setting, budget, rule, onProgress }));
      atTheEdge.push(edgeWorlds({ ...setting, budget, rule }));
    }
  }
  progress.clear();
  if (json) process.stdout.write(`${JSON.stringify({ agentWorlds: inside, edgeWorlds: atTheEdge })}\n`);
  else process.stdout.write(`${insideText(inside, worlds, steps)}\n\n${edgeText(atTheEdge, worlds, edge)}\n`);
}

function insideText(rows, worlds, steps) {
  const title = `${worlds} random worlds, ${steps} decisions each: three actions with rates uniform from 1 - 3 budget to 1`;
  const headings = ["budget", "rule", "served", "served and wrong (95 %)", "worlds that served a bad action (95 %)"];
  const cells = rows.map(({ budget, rule, servedShare, wrong, badWorlds }) => {
    return [String(budget), NAMES[rule], percent(servedShare), interval(wrong), interval(badWorlds)];
  });
  return `${title}\n\n${renderTable(headings, cells)}`;
}

function edgeText(rows, worlds, outcomes) {
  const title = `${worlds} worlds with one action just too bad, looked at after each of ${outcomes} outcomes`;
  const headings = ["budget", "rule", "worlds that would ever have served (95 %)"];
  const cells = rows.map(({ budget, rule, everServed }) => [String(budget), NAMES[rule], interval(everServed)]);
  return `${title}\n\n${renderTable(headings, cells)}`;
}

function interval({ estimate, low, high }) {
  return `${percent(estimate)} (${percent(low)} to ${percent(high)})`;
}

function percent(share) {
  return `${(100 * share).toFixed(1)} %`;
}
