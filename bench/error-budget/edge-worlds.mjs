import { seededRandom } from "../random.mjs";
import { shareOf } from "./intervals.mjs";

const CONFIDENCE = 0.95;
const WILSON_Z = 1.645;
/** How far below the budget's rate the actions are: as bad as can be without being visibly so. */
const TOO_BAD_BY = 0.0005;

/**
 * One action per world, whose success rate is just below what the budget allows, looked at after every outcome: how often
 * would it ever have been served?
 */
export function edgeWorlds({ library, worlds, outcomes, seed, budget, rule }) {
  const enough = leastSuccesses(library, outcomes, 1 - budget, rule);
  const random = seededRandom(seed);
  const rate = 1 - budget - TOO_BAD_BY;
  let everServed = 0;
  for (let world = 0; world < worlds; world += 1) {
    let successes = 0;
    let hasServed = false;
    for (let trials = 1; trials <= outcomes; trials += 1) {
      if (random() < rate) successes += 1;
      if (successes >= enough[trials]) hasServed = true;
    }
    if (hasServed) everServed += 1;
  }
  return { budget, rule, worlds, outcomes, everServed: shareOf(everServed, worlds) };
}

/** For each number of trials, the fewest successes that serve: bounds rise with the successes, so each is found once. */
function leastSuccesses(library, outcomes, rate, rule) {
  const { anytimeLowerBound, wilsonCiLower } = library;
  const bound =
    rule === "budget" ? (s, n) => anytimeLowerBound(s, n, CONFIDENCE) : (s, n) => wilsonCiLower(s, n, WILSON_Z);
  const enough = [1];
  let successes = 0;
  for (let trials = 1; trials <= outcomes; trials += 1) {
    while (successes <= trials && bound(successes, trials) < rate) successes += 1;
    enough.push(successes);
  }
  return enough;
}
