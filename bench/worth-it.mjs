// Is it worth it? What a cache would have served of a real agent's decisions, and how that turned out.
// Cross-validated by trial: it learns from two runs of every task and is asked about the third.
//
// Usage: node bench/worth-it.mjs [folder] [--json]
// The folder holds train.events.jsonl and train.rich.events.jsonl, the events of tau-bench's airline domain.

import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { parseArgs } from "node:util";
import { PolicyCache } from "../dist/index.js";
import { Progress } from "./progress.mjs";
import { seededRandom } from "./random.mjs";
import { quantile } from "./statistics.mjs";
import { renderTable } from "./table.mjs";

const BUDGETS = [0.7, 0.5, 0.4, 0.3, 0.2, 0.1];
const STATES = { base: "train.events.jsonl", rich: "train.rich.events.jsonl" };
const RESAMPLES = 2000;

const { values, positionals } = parseArgs({ options: { json: { type: "boolean" } }, allowPositionals: true });
const folder = positionals[0] ?? fileURLToPath(new URL("../../shared/data/tau-bench-airline/", import.meta.url));
for (const file of Object.values(STATES)) {
  if (existsSync(join(folder, file))) continue;
  process.stderr.write(`There is no ${file} in ${folder}. Usage: node bench/worth-it.mjs [folder] [--json]\n`);
  process.exit(2);
}
const progress = new Progress();
const rows = [];
for (const [states, file] of Object.entries(STATES)) {
  const events = readEvents(join(folder, file));
  const trials = [...new Set(events.map(trialOf))].sort();
  for (const rule of ["wilson", "anytime"]) {
    const answers = new Map(BUDGETS.map((budget) => [budget, []]));
    for (const trial of trials) {
      progress.show(`${states} states, ${rule} bound: asking about trial ${trial}`);
      await askAboutTrial({ events, trial, rule, answers });
    }
    for (const [budget, asked] of answers) rows.push({ states, rule, budget, ...summarize(asked) });
  }
}
progress.clear();
process.stdout.write(values.json ? `${JSON.stringify(rows)}\n` : `${renderReport(rows)}\n`);

/** Learns from the other trials, then asks about every decision of this one. */
async function askAboutTrial({ events, trial, rule, answers }) {
  for (const budget of BUDGETS) {
    // What may be served must exist: policies are made by the Wilson bound, at the threshold of the budget.
    const cache = await PolicyCache.open("memory:", { workers: "inline", defaults: { ciThreshold: 1 - budget } });
    await cache.recordMany(events.filter((event) => trialOf(event) !== trial));
    for (const event of events.filter((candidate) => trialOf(candidate) === trial)) {
      const { agentId, state, action, outcome, episodeId } = event;
      const question = { agentId, state, ...(rule === "anytime" ? { errorBudget: budget } : {}) };
      const decision = await cache.decide(question);
      answers.get(budget).push({
        task: episodeId.split("/")[0],
        isSuccess: outcome === "success",
        isServed: decision.kind === "serve",
        isSame: decision.kind === "serve" && decision.action.type === action.type,
      });
    }
    await cache.close();
  }
}

function summarize(asked) {
  const served = asked.filter(({ isServed }) => isServed);
  const same = served.filter(({ isSame }) => isSame);
  return {
    decisions: asked.length,
    served: served.length,
    servedShare: share(asked, "isServed"),
    servedShareInterval: overTasks(asked, (part) => share(part, "isServed")),
    same: same.length,
    tasks: new Set(served.map(({ task }) => task)).size,
    baseRate: share(asked, "isSuccess"),
    baseRateInterval: overTasks(asked, (part) => share(part, "isSuccess")),
    sameSuccessRate: share(same, "isSuccess"),
    sameSuccessInterval: overTasks(same, (part) => share(part, "isSuccess")),
    // Against the agent's decisions in exactly the states that were served.
    servedStatesRate: share(served, "isSuccess"),
  };
}

function share(answers, property) {
  return answers.length === 0 ? null : answers.filter((answer) => answer[property]).length / answers.length;
}

/** 95 % interval by drawing tasks, not decisions: the decisions of one task turn out alike. */
function overTasks(answers, statistic) {
  if (answers.length === 0) return null;
  const byTask = groupByTask(answers);
  const tasks = [...byTask.values()];
  const random = seededRandom(1);
  const samples = Array.from({ length: RESAMPLES }, () =>
    statistic(Array.from(tasks, () => tasks[Math.floor(random() * tasks.length)]).flat()),
  );
  return [quantile(samples, 0.025), quantile(samples, 0.975)];
}

function groupByTask(answers) {
  const groups = new Map();
  for (const answer of answers) groups.set(answer.task, [...(groups.get(answer.task) ?? []), answer]);
  return groups;
}

function renderReport(allRows) {
  const cells = allRows.map((row) => [
    `${row.states}, ${row.rule}`,
    String(row.budget),
    String(row.served),
    percent(row.servedShare, row.servedShareInterval),
    String(row.tasks),
    String(row.same),
    percent(row.sameSuccessRate, row.sameSuccessInterval),
    percent(row.servedStatesRate),
  ]);
  const [{ decisions, baseRate, baseRateInterval }] = allRows;
  return [
    `${decisions} decisions; ${percent(baseRate, baseRateInterval)} belong to a successful run.`,
    renderTable(
      [
        "states, bound",
        "budget",
        "served",
        "model calls saved",
        "tasks",
        "as the agent",
        "success of those",
        "all served",
      ],
      cells,
    ),
  ].join("\n\n");
}

function percent(proportion, interval) {
  if (proportion === null) return "-";
  const text = `${(100 * proportion).toFixed(1)} %`;
  return interval ? `${text} (${interval.map((end) => (100 * end).toFixed(0)).join(" to ")})` : text;
}

function readEvents(file) {
  return readFileSync(file, "utf8")
    .trim()
    .split("\n")
    .map((line) => {
      const { params, stepStatus, ...event } = JSON.parse(line); // more than we ask for
      return event;
    });
}

function trialOf({ episodeId }) {
  return episodeId.split("/")[1];
}
