import { changeEvidence } from "../statistics/change-detector.js";

/** Evidence of a change at which the audit starts over and the counts of levels are quartered. */
export const DRIFT_LIMIT = 200;

/** What is kept of the counts of levels: what was right before may be so still, and is soon outweighed where it is not. */
const KEPT_SHARE = 1 / 4;

/**
 * Evidence that what would have been served is right far less often than the budget asks for, after one more decision at the
 * threshold in use. While it is right as often as that, {@link DRIFT_LIMIT} is reached on average once in 200 such decisions at most.
 *
 * @param evidence - before it; 1 at the start
 * @param budget - share of decisions that may be wrong; above 0, below 1
 * @see {@link changeEvidence}
 */
export function driftAfter(evidence: number, isRight: boolean, budget: number): number {
  return changeEvidence(evidence, isRight, 1 - budget);
}

/** What is left of a count of a level after so many resets. */
export function countAfterResets(count: number, resets: number): number {
  return count * KEPT_SHARE ** resets;
}
