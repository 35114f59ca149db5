import { trialEvidence } from "../../../maths/proof/trial-evidence.js";
import { addTo, CLOSED_UNTIL, countAt, TRIED, TRIED_SUCCESSES } from "./action-counts.js";

/** How surely a trial has found the action to fail too often before it ends. */
const EVIDENCE_TO_END = Math.log(10);

/** After a trial that ended so, the next one waits until the state has seen this many times its own decisions. */
const DECISIONS_TO_WAIT = 10;

/**
 * Adds an outcome to the trial of an action.
 *
 * @returns whether the trial has ended: the action fails more often than the budget allows
 */
export function addToTrial(counts: number[], success: boolean, errorBudget: number): boolean {
  addTo(counts, TRIED, 1);
  if (success) addTo(counts, TRIED_SUCCESSES, 1);
  const succeeded = countAt(counts, TRIED_SUCCESSES);
  return trialEvidence(succeeded, countAt(counts, TRIED) - succeeded, errorBudget) >= EVIDENCE_TO_END;
}

/** @param ownDecisions - of the agent in the state so far */
export function endTrial(counts: number[], ownDecisions: number): void {
  counts[TRIED] = 0;
  counts[TRIED_SUCCESSES] = 0;
  counts[CLOSED_UNTIL] = DECISIONS_TO_WAIT * ownDecisions;
}
