import { seededRandom } from "../../../src/maths/learning/seeded-random.js";
import { type Estimated, ratioOfSums } from "../../harness/statistics.js";
import { type Compared, ObservedAgent } from "./agent.js";
import { Audited } from "./audited.js";
import type { Step } from "./events.js";

export const BUDGETS = [0.5, 0.3, 0.2, 0.1] as const;

/** What the agent is asked about again: tasks that were not seen, or further runs of those that were. */
export type Unseen = "task" | "trial";

/** The same action in the same state, a template in the same state, or templates at all levels, under audit. */
export const RULES = ["literal", "state", "levels"] as const;
export type Rule = (typeof RULES)[number];

export interface ServedFigures {
  readonly rule: Rule;
  readonly budget: number;
  readonly served: Estimated;
  /** Of what was served: as the agent did. */
  readonly agreement: Estimated;
}

export interface UnseenFigures {
  readonly decisions: number;
  readonly figures: readonly ServedFigures[];
  /** Of tool calls: those that what was known of arguments explains, and those done literally in the same state before. */
  readonly explained: Estimated;
  readonly literal: Estimated;
}

/** Parts and wholes by task: runs of one task are not independent. */
type ByTask = Map<string, [part: number, whole: number]>;

const FOLDS = 5;

/**
 * Learns from most of the tasks, or runs, in a random order, and is asked about the others without learning from them: each in
 * its turn, and all of it with several orders.
 */
export function onUnseen(
  steps: readonly Step[],
  compared: Compared,
  unseen: Unseen,
  orders: number,
  seed: number,
): UnseenFigures {
  const served = new Map<string, ByTask>();
  const agreement = new Map<string, ByTask>();
  const explained: ByTask = new Map();
  const literal: ByTask = new Map();
  for (let order = 0; order < orders; order += 1) {
    for (const { learnt, asked } of folds(steps, unseen, seededRandom(seed * 1000 + order))) {
      const agent = new ObservedAgent(compared === "types" ? "types" : "templates");
      const literally = new ObservedAgent(compared === "types" ? "types" : "literal");
      const audits = BUDGETS.map((budget) => new Audited(budget, "agreement"));
      const done = new Set<string>();
      for (const step of learnt) {
        const foreseen = agent.foresee(step);
        if (foreseen !== undefined) for (const audited of audits) audited.note(foreseen.usual.share, foreseen.isSame);
        agent.learn(step);
        literally.learn(step);
        done.add(doneIn(step));
      }
      for (const step of asked) {
        const byTemplates = agent.foresee(step);
        const foreseenBy = { literal: literally.foresee(step), state: byTemplates, levels: byTemplates };
        for (const audited of audits) {
          for (const rule of RULES) {
            const key = `${rule} ${audited.budget}`;
            const foreseen = foreseenBy[rule];
            const isServed =
              foreseen !== undefined &&
              (rule === "levels" ? audited.serves(foreseen.usual) : audited.isProvenByState(foreseen.usual));
            add(within(served, key), step.task, isServed, true);
            add(within(agreement, key), step.task, isServed && foreseen.isSame, isServed);
          }
        }
        if (step.isFreeText || compared === "types") continue;
        add(explained, step.task, agent.explains(step), true);
        add(literal, step.task, done.has(doneIn(step)), true);
      }
    }
  }
  const rules = RULES.filter((rule) => rule !== "literal" || compared === "actions");
  const figures = rules.flatMap((rule) =>
    BUDGETS.map((budget) => {
      const key = `${rule} ${budget}`;
      return { rule, budget, served: estimated(within(served, key)), agreement: estimated(within(agreement, key)) };
    }),
  );
  return { decisions: steps.length, figures, explained: estimated(explained), literal: estimated(literal) };
}

interface Fold {
  readonly learnt: readonly Step[];
  readonly asked: readonly Step[];
}

function folds(steps: readonly Step[], unseen: Unseen, random: () => number): readonly Fold[] {
  const groups = grouped(steps, (step) => step[unseen]);
  const names = shuffled([...groups.keys()], random);
  const count = Math.min(FOLDS, names.length);
  return Array.from({ length: count }, (_, fold) => {
    const asked = names.filter((_, index) => index % count === fold);
    const known = names.filter((_, index) => index % count !== fold).flatMap((name) => groups.get(name) ?? []);
    return { learnt: inRandomRuns(known, random), asked: asked.flatMap((name) => groups.get(name) ?? []) };
  });
}

/** Runs in a random order; the steps of each stay in theirs. */
export function inRandomRuns(steps: readonly Step[], random: () => number): readonly Step[] {
  const runs = grouped(steps, ({ task, trial }) => `${task}/${trial}`);
  return shuffled([...runs.keys()], random).flatMap((run) => runs.get(run) ?? []);
}

function grouped(steps: readonly Step[], nameOf: (step: Step) => string): ReadonlyMap<string, readonly Step[]> {
  const groups = new Map<string, Step[]>();
  for (const step of steps) {
    const name = nameOf(step);
    const group = groups.get(name);
    if (group === undefined) groups.set(name, [step]);
    else group.push(step);
  }
  return groups;
}

function shuffled<Item>(items: readonly Item[], random: () => number): readonly Item[] {
  const keyed = items.map((item) => ({ item, key: random() }));
  return keyed.sort((one, other) => one.key - other.key).map(({ item }) => item);
}

function doneIn({ state, type, specText }: Step): string {
  return JSON.stringify([state, type, specText]);
}

function within(all: Map<string, ByTask>, key: string): ByTask {
  const known = all.get(key) ?? new Map();
  all.set(key, known);
  return known;
}

export function add(byTask: ByTask, task: string, isPart: boolean, isWhole: boolean): void {
  const [part, whole] = byTask.get(task) ?? [0, 0];
  byTask.set(task, [part + (isPart ? 1 : 0), whole + (isWhole ? 1 : 0)]);
}

export function estimated(byTask: ByTask): Estimated {
  const { estimate, low, high } = ratioOfSums([...byTask.values()]);
  return { estimate, low, high: Math.min(1, high) };
}
