// How much may be served of what a real agent decides when states that resemble each other are taken together, and whether
// that keeps its promise: on events of two agents, and in worlds with known truth. The rules are those of the library, asked without a
// store.

import { runMeasurement } from "../harness/measurement.js";
import { fixed, interval, percent } from "../harness/report/format.js";
import type { Compared } from "./similar/agent.js";
import { ALPHA } from "./similar/audited.js";
import { inClosedLoop, SHADOW } from "./similar/closed-loop.js";
import { type DataName, FOLDER, readSteps } from "./similar/events.js";
import { learnedFeatures } from "./similar/features.js";
import { onUnseen, type Unseen } from "./similar/new-tasks.js";
import { worldFigures } from "./similar/worlds-table.js";

const USAGE = `Usage: npm run bench -- similar [options]

  --only <parts>     some of features,unseen,closed,worlds
  --quick            one order of the runs, new tasks only, and few short worlds
  --events <folder>  with airline.events.jsonl.gz and retail.events.jsonl.gz, decisions of agents with their parameters
  --orders <n>       random orders of the runs, default 4
  --worlds <n>       of each kind, default 100
  --seed <n>         default 1
  --json             print the figures as JSON instead of tables
`;

const PARTS = ["features", "unseen", "closed", "worlds"] as const;
type Part = (typeof PARTS)[number];

const STEPS = 2000;
const QUICK_STEPS = 600;

/** What is asked about each set of events. */
const QUESTIONS: readonly { readonly data: DataName; readonly compared: Compared }[] = [
  { data: "retail", compared: "actions" },
  { data: "airline", compared: "actions" },
  { data: "airline", compared: "types" },
];
const UNSEEN: readonly Unseen[] = ["task", "trial"];
const UNSEEN_NAMES = { task: "new tasks", trial: "new runs of known tasks" };
const RULE_NAMES = {
  literal: "the same action, same state",
  state: "a template, same state",
  levels: "levels under audit",
  exact: "the same state",
  asAgent: "as the agent",
  strict: "strict",
  taken: "what was taken",
  either: "strict, or what was taken",
  agreement: "agreement",
};

await runMeasurement({
  usage: USAGE,
  options: { numbers: ["orders", "worlds", "seed"], texts: ["only", "events"], flags: ["quick"] },
  measure: async (values, { progress }) => {
    const { quick, only, events: folder = FOLDER, seed = 1 } = values;
    const { orders = quick ? 1 : 4, worlds = quick ? 5 : 100 } = values;
    const parts = only?.split(",") ?? PARTS;
    const unknown = parts.find((part) => !PARTS.some((known) => known === part));
    if (unknown !== undefined) throw new Error(`--only is ${unknown}, expected ${PARTS.join(", ")}.`);
    const asked = (part: Part) => parts.includes(part);
    const show = (text: string) => progress.show(text);
    const stepsOf = (data: DataName) => readSteps(folder, data);
    return {
      seed,
      alpha: ALPHA,
      features: asked("features")
        ? (["retail", "airline"] as const).map((data) => ({ data, ...learnedFeatures(stepsOf(data)) }))
        : [],
      unseen: asked("unseen")
        ? QUESTIONS.flatMap(({ data, compared }) =>
            (quick ? UNSEEN.slice(0, 1) : UNSEEN).map((unseen) => {
              show(`${data}, ${compared}, ${UNSEEN_NAMES[unseen]}`);
              return { data, compared, unseen, ...onUnseen(stepsOf(data), compared, unseen, orders, seed) };
            }),
          )
        : [],
      closed: asked("closed")
        ? QUESTIONS.map(({ data, compared }) => {
            show(`${data}, ${compared}, closed loop`);
            return { data, compared, rows: inClosedLoop(stepsOf(data), compared, orders, seed) };
          })
        : [],
      worlds: asked("worlds") ? worldFigures(worlds, quick ? QUICK_STEPS : STEPS, seed, show) : [],
    };
  },
  blocks: ({ seed, alpha, features, unseen, closed, worlds }) => [
    { text: `Seed ${seed}; every promise at the level ${1 - alpha}` },
    ...features.flatMap(({ data, chosen, others, levels }) => [
      { heading: `${data}: what each feature says of the type of the action` },
      { text: [...chosen, ...others].map(({ feature, gain }) => `${feature} ${fixed(gain, 0)}`).join(", ") },
      { text: `Levels: ${levels.map((names) => names.join(", ")).join(" | ")}` },
    ]),
    ...unseen.flatMap(({ data, compared, unseen, decisions, figures, explained, literal }) => [
      { heading: `${data}, ${compared}: ${UNSEEN_NAMES[unseen]}` },
      ...(compared === "types"
        ? []
        : [
            {
              text: `${decisions} decisions. Of tool calls a learned template explains ${interval(explained, percent)}; in the same state the same was done before in ${interval(literal, percent)}.`,
            },
          ]),
      {
        table: {
          headings: ["served by", "budget", "served", "as the agent does"],
          rows: figures.map(({ rule, budget, served, agreement }) => [
            RULE_NAMES[rule],
            String(budget),
            interval(served, percent),
            served.estimate === 0 ? "-" : interval(agreement, percent),
          ]),
        },
      },
    ]),
    ...closed.flatMap(({ data, compared, rows }) => [
      {
        heading: `${data}, ${compared}: from the first decision on, ${percent(SHADOW)} of what would be served in shadow`,
      },
      {
        table: {
          headings: ["budget", "calls saved", "as the agent does"],
          rows: rows.map(({ budget, saved, agreement }) => [
            String(budget),
            interval(saved, percent),
            saved.estimate === 0 ? "-" : interval(agreement, percent),
          ]),
        },
      },
    ]),
    ...(worlds.length === 0
      ? []
      : [
          { heading: `${worlds[0]?.worlds} worlds of each kind` },
          {
            table: {
              headings: [
                "world",
                "budget",
                "rule",
                "served",
                "wrong of served",
                "promise ever broken",
                "over in the end",
                "failed trials",
              ],
              rows: worlds.map(({ kind, budget, rule, served, wrong, everOver, overInTheEnd, failedTrials }) => [
                kind,
                String(budget),
                RULE_NAMES[rule],
                interval(served, percent),
                served.estimate === 0 ? "-" : interval(wrong, percent),
                rule === "exact" ? "-" : interval(everOver, percent),
                interval(overInTheEnd, percent),
                fixed(failedTrials, 1),
              ]),
            },
          },
        ]),
  ],
});
