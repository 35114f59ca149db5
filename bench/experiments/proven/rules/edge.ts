import { evidenceToServe, takenEvidence } from "../../../../src/maths/proof/taken-evidence.js";
import { library, seededRandom } from "../../../harness/library.js";
import { type Estimated, proportion } from "../../../harness/statistics.js";
import { CONFIDENCE, WILSON_Z } from "../playing/setting.js";

/** Whose decisions the outcomes are of, or a plain Wilson bound, which does not ask. */
export type EdgeRule = "own" | "taken" | "wilson";

export interface EdgeOptions {
  readonly worlds: number;
  /** In each world. */
  readonly outcomes: number;
  readonly seed: number;
  readonly budget: number;
  readonly rule: EdgeRule;
  /** How far below the budget's rate the actions are. */
  readonly tooBadBy: number;
}

export interface EdgeFigures extends EdgeOptions {
  readonly everServed: Estimated;
}

/**
 * One action per world, as bad as can be without being visibly so, looked at after every outcome: how often would it ever
 * have been served? The rule is that of the library, asked without a store, so that many outcomes can be seen.
 */
export function edge(options: EdgeOptions): EdgeFigures {
  const { worlds, outcomes, seed, budget, rule, tooBadBy } = options;
  const enough = leastSuccesses(outcomes, budget, rule);
  const random = seededRandom(seed);
  const rate = 1 - budget - tooBadBy;
  let everServed = 0;
  for (let world = 0; world < worlds; world += 1) {
    let successes = 0;
    let hasServed = false;
    for (let trials = 1; trials <= outcomes; trials += 1) {
      if (random() < rate) successes += 1;
      if (successes >= (enough[trials] ?? Number.POSITIVE_INFINITY)) hasServed = true;
    }
    if (hasServed) everServed += 1;
  }
  return { ...options, everServed: proportion(everServed, worlds) };
}

/** For each number of trials, the fewest successes that serve: evidence rises with the successes, so each is found once. */
function leastSuccesses(outcomes: number, budget: number, rule: EdgeRule): readonly number[] {
  const enough = [1];
  let successes = 0;
  for (let trials = 1; trials <= outcomes; trials += 1) {
    while (successes <= trials && !serves(successes, trials, budget, rule)) successes += 1;
    enough.push(successes);
  }
  return enough;
}

const NOTHING = { ownDecisions: 0, ownSuccesses: 0, takenTrials: 0, takenSuccesses: 0 };

function serves(successes: number, trials: number, budget: number, rule: EdgeRule): boolean {
  if (rule === "wilson") return library.wilsonCiLower(successes, trials, WILSON_Z) >= 1 - budget;
  const counts =
    rule === "own"
      ? { ...NOTHING, ownDecisions: trials, ownSuccesses: successes }
      : { ...NOTHING, takenTrials: trials, takenSuccesses: successes };
  return takenEvidence(counts, budget) >= evidenceToServe(CONFIDENCE, 0);
}
