// What a cache would have served of a real agent's decisions, and how that turned out. It learns from two runs of every
// task and is asked about the third.

import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { library, type OutcomeEvent, seededRandom } from "../harness/library.js";
import { runMeasurement } from "../harness/measurement.js";
import { fixed, percent } from "../harness/report/format.js";
import { quantile } from "../harness/statistics.js";

const USAGE = `Usage: npm run bench -- tau-bench [options]

  --events <folder>  with train.events.jsonl and train.rich.events.jsonl, the events of tau-bench's airline domain
  --json             print the figures as JSON instead of a table
`;

const FOLDER = fileURLToPath(new URL("../../../shared/data/tau-bench-airline/", import.meta.url));
const BUDGETS = [0.7, 0.5, 0.4, 0.3, 0.2, 0.1];
const RULES = ["wilson", "anytime"] as const;
const STATES = { base: "train.events.jsonl", rich: "train.rich.events.jsonl" };
const RESAMPLES = 2000;

type Rule = (typeof RULES)[number];
type Interval = readonly [low: number, high: number];

/** An event with the task and the trial that its episode consists of. */
interface Step {
  readonly event: OutcomeEvent;
  readonly task: string;
  readonly trial: string;
}

/** What the cache said about a decision of the agent. */
interface Answer {
  readonly task: string;
  /** The whole run was successful. */
  readonly isSuccess: boolean;
  readonly isServed: boolean;
  /** The served action is the one the agent took. */
  readonly isSame: boolean;
}

interface ServedFigures {
  readonly states: string;
  readonly rule: Rule;
  readonly budget: number;
  readonly decisions: number;
  readonly served: number;
  readonly servedShare: number | null;
  readonly servedShareInterval: Interval | null;
  readonly same: number;
  readonly tasks: number;
  readonly baseRate: number | null;
  readonly baseRateInterval: Interval | null;
  readonly sameSuccessRate: number | null;
  readonly sameSuccessInterval: Interval | null;
  /** Of the agent's own decisions in exactly the states that were served. */
  readonly servedStatesRate: number | null;
}

await runMeasurement({
  usage: USAGE,
  options: { texts: ["events"] },
  measure: async ({ events: folder = FOLDER }, { progress }) => {
    const rows: ServedFigures[] = [];
    for (const [states, file] of Object.entries(STATES)) {
      const steps = readSteps(join(folder, file));
      const trials = [...new Set(steps.map(({ trial }) => trial))].sort();
      for (const rule of RULES) {
        for (const budget of BUDGETS) {
          progress.show(`${states} states, ${rule} bound, budget ${budget}`);
          const answers: Answer[] = [];
          for (const trial of trials) answers.push(...(await askAboutTrial(steps, trial, rule, budget)));
          rows.push({ states, rule, budget, ...summarise(answers) });
        }
      }
    }
    return { rows };
  },
  blocks: ({ rows }) => {
    const cells = rows.map((row) => [
      `${row.states}, ${row.rule}`,
      String(row.budget),
      String(row.served),
      shareText(row.servedShare, row.servedShareInterval),
      String(row.tasks),
      String(row.same),
      shareText(row.sameSuccessRate, row.sameSuccessInterval),
      shareText(row.servedStatesRate),
    ]);
    const headings = [
      "states, bound",
      "budget",
      "served",
      "model calls saved",
      "tasks",
      "as the agent",
      "success of those",
      "all served",
    ];
    const { decisions = 0, baseRate = null, baseRateInterval = null } = rows[0] ?? {};
    return [
      { text: `${decisions} decisions; ${shareText(baseRate, baseRateInterval)} belong to a successful run.` },
      { table: { headings, rows: cells } },
    ];
  },
});

/** Learns from the other trials, then asks about every decision of this one. */
async function askAboutTrial(
  steps: readonly Step[],
  trial: string,
  rule: Rule,
  budget: number,
): Promise<readonly Answer[]> {
  // What may be served must exist: policies are made by the Wilson bound, at the threshold of the budget.
  const defaults = { ciThreshold: 1 - budget };
  const cache = await library.PolicyCache.open("memory:", { workers: "inline", defaults });
  await cache.recordMany(steps.filter((step) => step.trial !== trial).map(({ event }) => event));
  const answers: Answer[] = [];
  for (const { event, task } of steps.filter((step) => step.trial === trial)) {
    const { agentId = "default", state, action, outcome } = event;
    const decision = await cache.decide({ agentId, state, ...(rule === "anytime" ? { errorBudget: budget } : {}) });
    answers.push({
      task,
      isSuccess: outcome === "success",
      isServed: decision.kind === "serve",
      isSame: decision.kind === "serve" && decision.action.type === action.type,
    });
  }
  await cache.close();
  return answers;
}

function summarise(asked: readonly Answer[]): Omit<ServedFigures, "states" | "rule" | "budget"> {
  const served = asked.filter(({ isServed }) => isServed);
  const same = served.filter(({ isSame }) => isSame);
  return {
    decisions: asked.length,
    served: served.length,
    servedShare: share(asked, "isServed"),
    servedShareInterval: overTasks(asked, "isServed"),
    same: same.length,
    tasks: new Set(served.map(({ task }) => task)).size,
    baseRate: share(asked, "isSuccess"),
    baseRateInterval: overTasks(asked, "isSuccess"),
    sameSuccessRate: share(same, "isSuccess"),
    sameSuccessInterval: overTasks(same, "isSuccess"),
    servedStatesRate: share(served, "isSuccess"),
  };
}

type Property = "isServed" | "isSuccess";

function share(answers: readonly Answer[], property: Property): number | null {
  return answers.length === 0 ? null : answers.filter((answer) => answer[property]).length / answers.length;
}

/** 95 % interval of a share by drawing tasks, not decisions: the decisions of one task turn out alike. */
function overTasks(answers: readonly Answer[], property: Property): Interval | null {
  const tasks = answersOfTasks(answers);
  if (tasks.length === 0) return null;
  const random = seededRandom(1);
  const samples = Array.from({ length: RESAMPLES }, () => {
    const drawn = tasks.flatMap(() => tasks[Math.floor(random() * tasks.length)] ?? []);
    return share(drawn, property) ?? Number.NaN;
  });
  return [quantile(samples, 0.025), quantile(samples, 0.975)];
}

function answersOfTasks(answers: readonly Answer[]): readonly (readonly Answer[])[] {
  const groups = new Map<string, Answer[]>();
  for (const answer of answers) {
    const group = groups.get(answer.task) ?? [];
    groups.set(answer.task, group);
    group.push(answer);
  }
  return [...groups.values()];
}

function shareText(proportion: number | null, interval: Interval | null = null): string {
  if (proportion === null) return "-";
  const text = percent(proportion);
  return interval === null ? text : `${text} (${interval.map((end) => fixed(100 * end, 0)).join(" to ")})`;
}

function readSteps(file: string): readonly Step[] {
  if (!existsSync(file)) throw new Error(`There is no ${file}: name the folder with the events by --events.`);
  return readFileSync(file, "utf8")
    .trim()
    .split("\n")
    .map((line) => {
      const { params, stepStatus, ...event }: OutcomeEvent & Record<string, unknown> = JSON.parse(line); // more than we ask for
      const [task = "", trial = ""] = event.episodeId?.split("/") ?? [];
      return { event, task, trial };
    });
}
