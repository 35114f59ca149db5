import { THRESHOLDS } from "../../../../src/maths/audit/audit.js";
import { isRight } from "../../../../src/maths/audit/judging.js";
import { mayTry } from "../../../../src/maths/proof/trial-allowance.js";
import { checkStateDeclaration } from "../../../../src/maths/states/declared-state.js";
import { Audited } from "../audited.js";
import { Learner } from "../learner.js";
import { ACTIONS, World, type WorldKind } from "./world.js";

/**
 * What is served by: states alone; or the audit of what was agreed to, by outcomes as the agent has them, by strict ones, or by those
 * of what was taken: tried and served.
 */
export const WORLD_RULES = ["exact", "asAgent", "strict", "taken", "agreement"] as const;
export type WorldRule = (typeof WORLD_RULES)[number];

const JUDGED_BY = {
  exact: "asAgent",
  asAgent: "asAgent",
  strict: "strict",
  taken: "asAgent",
  agreement: "agreement",
} as const;

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
  const by = JUDGED_BY[rule];
  const audited = new Audited(budget, by, rule === "taken" ? "strict" : by);
  let truth = new Truth();
  const life = { served: 0, wrong: 0, failedTrials: 0, everOver: false };
  const note = (score: number, isGood: boolean, chance: number) => {
    const { resets } = audited;
    truth.note(score, chance);
    audited.note(score, isGood, learner);
    if (audited.resets > resets) truth = new Truth();
    if (audited.threshold !== undefined && truth.meanAt(audited.threshold) < 1 - budget - ROUNDING)
      life.everOver = true;
  };
  for (let step = 0; step < steps; step += 1) {
    const situation = world.next(step / steps);
    const usual = learner.usual(situation.state);
    const score = usual === undefined ? undefined : audited.scoreOf(usual);
    const candidate = usual === undefined ? -1 : ACTIONS.indexOf(usual.action as (typeof ACTIONS)[number]);
    const chance = (by === "agreement" ? situation.whenAsked : situation.whenTaken)[candidate] ?? 0;
    if (usual !== undefined && score !== undefined) {
      const isServed = rule === "exact" ? audited.isProvenByState(usual) : audited.serves(usual);
      if (isServed && world.toss() >= shadow) {
        life.served += 1;
        life.wrong += 1 - chance;
        if (rule === "taken") note(score, world.succeeds(situation, candidate), chance);
        continue;
      }
      const isTried =
        rule === "taken" && !isServed && score >= 1 - budget && mayTry(step, life.failedTrials, 0, ALLOWANCE);
      if (isTried && world.toss() < TRIAL_RATE) {
        const succeeded = world.succeeds(situation, candidate);
        if (!succeeded) life.failedTrials += 1;
        note(score, succeeded, chance);
        continue;
      }
    }
    const action = world.choose(situation);
    const succeeded = world.succeeds(situation, action);
    if (score !== undefined && rule !== "exact" && rule !== "taken") {
      const isGood = isRight(by, action === candidate, succeeded);
      if (isGood !== undefined) note(score, isGood, chance);
    }
    const name = ACTIONS[action] ?? "";
    learner.learn({ state: situation.state, actionType: name, actions: [name], succeeded });
  }
  return { ...life, resets: audited.resets };
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
