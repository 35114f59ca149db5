import { THRESHOLDS } from "../../../../src/maths/audit/audit.js";
import { type AuditedBy, isRight } from "../../../../src/maths/audit/judging.js";
import { mayTry } from "../../../../src/maths/proof/trial-allowance.js";
import { checkStateDeclaration } from "../../../../src/maths/states/declared-state.js";
import { ALPHA, Audited } from "../audited.js";
import { Learner, type Usual } from "../learner.js";
import { ACTIONS, World, type WorldKind } from "./world.js";

/**
 * What is served by: states alone; or the audit of outcomes as the agent has them, of strict ones, of those of what was taken (tried
 * or served), of either of these two at half of α each, or of what the agent agreed to.
 */
export const WORLD_RULES = ["exact", "asAgent", "strict", "taken", "either", "agreement"] as const;
export type WorldRule = (typeof WORLD_RULES)[number];

export interface LifeSetting {
  readonly kind: WorldKind;
  readonly rule: WorldRule;
  readonly budget: number;
  readonly steps: number;
  /** Share of what would be served in which the agent is asked all the same. */
  readonly shadow: number;
}

export interface Life {
  readonly served: number;
  /** Expected number of them that were wrong. */
  readonly wrong: number;
  /**
   * Whether the promise of the audit was ever broken: while a threshold was in use, the mean chance of what was noted at it lay
   * below 1 − budget.
   */
  readonly everOver: boolean;
  readonly failedTrials: number;
  readonly resets: number;
}

const DECLARED = checkStateDeclaration({ levels: "learned" });
const ROUNDING = 1e-9;
/** As an error budget has them. */
const TRIAL_RATE = 0.5;
const ALLOWANCE = { failures: 3, share: 0.01 };

/** One agent in one world, which is asked unless something is served or tried. */
export function live({ kind, rule, budget, steps, shadow }: LifeSetting, seed: number): Life {
  const world = new World(kind, seed);
  const learner = new Learner(DECLARED);
  const watches = watchesOf(rule, budget);
  const hearTaken = watches.filter(({ hears }) => hears === "taken");
  const life = { served: 0, wrong: 0, failedTrials: 0 };
  for (let step = 0; step < steps; step += 1) {
    const situation = world.next(step / steps);
    const usual = learner.usual(situation.state);
    const candidate = usual === undefined ? -1 : ACTIONS.indexOf(usual.action as (typeof ACTIONS)[number]);
    const chance = (rule === "agreement" ? situation.whenAsked : situation.whenTaken)[candidate] ?? 0;
    if (usual !== undefined) {
      const isServed = watches.some(({ audited }) =>
        rule === "exact" ? audited.isProvenByState(usual) : audited.serves(usual),
      );
      const isTaken = isServed ? world.toss() >= shadow : mayBeTried(usual, step) && world.toss() < TRIAL_RATE;
      if (isTaken) {
        if (isServed) {
          life.served += 1;
          life.wrong += 1 - chance;
        }
        if (hearTaken.length === 0) continue;
        const succeeded = world.succeeds(situation, candidate);
        if (!isServed && !succeeded) life.failedTrials += 1;
        for (const watch of hearTaken) watch.note(usual, succeeded, chance, learner);
        continue;
      }
    }
    const action = world.choose(situation);
    const succeeded = world.succeeds(situation, action);
    for (const watch of watches) {
      const isGood = watch.hears === "taken" ? undefined : isRight(watch.hears, action === candidate, succeeded);
      if (usual !== undefined && isGood !== undefined) watch.note(usual, isGood, chance, learner);
    }
    const name = ACTIONS[action] ?? "";
    learner.learn({ state: situation.state, actionType: name, actions: [name], succeeded });
  }
  const resets = watches.reduce((sum, { audited }) => sum + audited.resets, 0);
  return { ...life, resets, everOver: rule !== "exact" && watches.some(({ everOver }) => everOver) };

  function mayBeTried(usual: Usual, decisions: number): boolean {
    const score = hearTaken[0]?.audited.scoreOf(usual);
    return score !== undefined && score >= 1 - budget && mayTry(decisions, life.failedTrials, 0, ALLOWANCE);
  }
}

function watchesOf(rule: WorldRule, budget: number): readonly Watch[] {
  switch (rule) {
    case "exact":
      return [new Watch(new Audited(budget, "asAgent"), "asAgent")];
    case "taken":
      return [new Watch(new Audited(budget, "asAgent", { statesBy: "strict" }), "taken")];
    case "either":
      return [
        new Watch(new Audited(budget, "asAgent", { statesBy: "strict", alpha: ALPHA / 2 }), "taken"),
        new Watch(new Audited(budget, "strict", { alpha: ALPHA / 2 }), "strict"),
      ];
    default:
      return [new Watch(new Audited(budget, rule), rule)];
  }
}

/** An audit beside the truth. */
class Watch {
  readonly audited: Audited;
  /** What it hears of: decisions in which the agent was asked, as they are judged, or what was taken. */
  readonly hears: AuditedBy | "taken";
  everOver = false;
  #truth = new Truth();

  constructor(audited: Audited, hears: AuditedBy | "taken") {
    this.audited = audited;
    this.hears = hears;
  }

  note(usual: Usual, isGood: boolean, chance: number, learner: Learner): void {
    const { audited } = this;
    const { resets } = audited;
    const score = audited.scoreOf(usual);
    if (score === undefined) return;
    this.#truth.note(score, chance);
    audited.note(score, isGood, learner);
    if (audited.resets > resets) this.#truth = new Truth();
    const { threshold, budget } = audited;
    if (threshold !== undefined && this.#truth.meanAt(threshold) < 1 - budget - ROUNDING) this.everOver = true;
  }
}

/** The true chances of what was noted, by threshold. */
class Truth {
  readonly #sums = THRESHOLDS.map(() => 0);
  readonly #counts = THRESHOLDS.map(() => 0);

  note(score: number, chance: number): void {
    for (const [index, threshold] of THRESHOLDS.entries()) {
      if (score < threshold) continue;
      this.#sums[index] = (this.#sums[index] ?? 0) + chance;
      this.#counts[index] = (this.#counts[index] ?? 0) + 1;
    }
  }

  meanAt(threshold: number): number {
    const index = THRESHOLDS.indexOf(threshold);
    return (this.#sums[index] ?? 0) / (this.#counts[index] ?? 0);
  }
}
