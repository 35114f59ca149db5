import { library, seededRandom } from "../../harness/library.js";
import { type Estimated, proportion } from "../../harness/statistics.js";
import { ONE_SIDED_WILSON_Z, type Rule } from "./rule.js";

const CONFIDENCE = 0.95;
/** How far below the budget's rate the actions are: as bad as can be without being visibly so. */
const TOO_BAD_BY = 0.0005;

export interface EdgeWorldsOptions {
  readonly worlds: number;
  /** In each world. */
  readonly outcomes: number;
  readonly seed: number;
  readonly budget: number;
  readonly rule: Rule;
}

export interface EdgeWorldsFigures {
  readonly budget: number;
  readonly rule: Rule;
  readonly worlds: number;
  readonly outcomes: number;
  readonly everServed: Estimated;
}

/**
 * One action per world, whose success rate is just below what the budget allows, looked at after every outcome: how often
 * would it ever have been served?
 */
export function edgeWorlds({ worlds, outcomes, seed, budget, rule }: EdgeWorldsOptions): EdgeWorldsFigures {
  const enough = leastSuccesses(outcomes, 1 - budget, rule);
  const random = seededRandom(seed);
  const rate = 1 - budget - TOO_BAD_BY;
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
  return { budget, rule, worlds, outcomes, everServed: proportion(everServed, worlds) };
}

/** For each number of trials, the fewest successes that serve: bounds rise with the successes, so each is found once. */
function leastSuccesses(outcomes: number, rate: number, rule: Rule): readonly number[] {
  const { anytimeLowerBound, wilsonCiLower } = library;
  const bound = (successes: number, trials: number) =>
    rule === "budget"
      ? anytimeLowerBound(successes, trials, CONFIDENCE)
      : wilsonCiLower(successes, trials, ONE_SIDED_WILSON_Z);
  const enough = [1];
  let successes = 0;
  for (let trials = 1; trials <= outcomes; trials += 1) {
    while (successes <= trials && bound(successes, trials) < rate) successes += 1;
    enough.push(successes);
  }
  return enough;
}
