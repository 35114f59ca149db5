import { logCapital } from "../statistics/anytime-bound.js";
import { largestBelow } from "../statistics/largest-below.js";

/** What is known of one action in one state, by who chose it. All are integers of at least 0. */
export interface ChoiceCounts {
  /**
   * Decisions of the agent itself in this state, of whatever action, since it first chose this one. That first choice is
   * left out: it is why one looks at the action at all.
   */
  readonly ownDecisions: number;
  /** Those of them in which the agent chose this action and it succeeded. */
  readonly ownSuccesses: number;
  /** Outcomes of this action where it was taken because of the state alone: served, tried, or drawn. */
  readonly takenTrials: number;
  readonly takenSuccesses: number;
}

/** Shares of the capital that bet on all decisions and on the taken ones only. */
const SHARE_ON_ALL = 3 / 4;
const SHARE_ON_TAKEN = 1 / 4;

/**
 * Natural logarithm of the evidence against "taken in this state, the action fails more often than `errorBudget`".
 *
 *     ln(3/4 · C(ownSuccesses + takenSuccesses, other own decisions + taken failures) + 1/4 · C(takenSuccesses, taken failures))
 *
 * with C the capital of {@link logCapital} at the rate 1 - errorBudget. The agent may have chosen by more than the state
 * tells, so each of its decisions counts as the worst case: as a success only where it chose the action and succeeded. What
 * was taken was chosen without a look at anything else, and counts as it came out. While the claim is true neither part is
 * expected to grow, nor is their mean; so by Ville's inequality it ever reaches 1/α with a probability of at most α,
 * whatever the agent looks at. Preconditions are not checked.
 *
 * @param errorBudget - above 0, below 1
 * @see docs/trust.md; Ville (1939); Waudby-Smith and Ramdas (2024), JRSS B 86(1), 1-27
 */
export function takenEvidence(counts: ChoiceCounts, errorBudget: number): number {
  const rate = 1 - errorBudget;
  const { ownDecisions, ownSuccesses, takenTrials, takenSuccesses } = counts;
  const takenFailures = takenTrials - takenSuccesses;
  const onAll = logCapital(ownSuccesses + takenSuccesses, ownDecisions - ownSuccesses + takenFailures, rate);
  const onTaken = logCapital(takenSuccesses, takenFailures, rate);
  const largest = Math.max(onAll, onTaken);
  return largest + Math.log(SHARE_ON_ALL * Math.exp(onAll - largest) + SHARE_ON_TAKEN * Math.exp(onTaken - largest));
}

/** Halvings of the interval of possible bounds: 26 leave less than 2e-8 of it. */
const HALVINGS = 26;

/**
 * Lower confidence bound of the rate at which the action succeeds when it is taken: the largest rate against which
 * {@link takenEvidence} has reached `needed`. Over the whole history it ever exceeds the true rate with a probability of at most
 * exp(-needed). Preconditions are not checked.
 *
 * @param needed - as {@link evidenceToServe} gives it
 * @returns a proportion from 0 to below 1; 0 without a success
 */
export function takenBound(counts: ChoiceCounts, needed: number): number {
  if (counts.ownSuccesses + counts.takenSuccesses === 0) return 0;
  return largestBelow((rate) => takenEvidence(counts, 1 - rate) >= needed, 1, HALVINGS);
}

/**
 * What {@link takenEvidence} must reach: ln(2^restarts / α). Each time an action was stopped and starts over, twice as much
 * is asked for, so that over all its comebacks together the chance to serve a bad action stays below 2α.
 *
 * @param confidence - 1 - α; above 0, below 1
 * @param restarts - integer of at least 0
 */
export function evidenceToServe(confidence: number, restarts: number): number {
  return restarts * Math.LN2 - Math.log(1 - confidence);
}
