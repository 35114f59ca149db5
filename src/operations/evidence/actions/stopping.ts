import type { Fields, Keyspace } from "../../../keyspace/port/keyspace.js";
import { ACCOUNT_LIMIT, accountAfter } from "../../../maths/proof/failure-account.js";
import { changeEvidence } from "../../../maths/statistics/change-detector.js";
import { wilsonLowerBound } from "../../../maths/statistics/wilson-bound.js";
import type { KeyedOutcome } from "../../outcomes/outcome.js";
import {
  ACCOUNT,
  CHANGE,
  countAt,
  PAST_SUCCESSES,
  PAST_TRIALS,
  STOPPED,
  STOPPED_AT,
  startOver,
  successesOf,
  TAKEN_CHANGE,
  TAKEN_SUCCESSES,
  TAKEN_TRIALS,
  trialsOf,
} from "./action-counts.js";
import { ownDecisionsIn } from "./own-decisions.js";
import { clearCoins } from "./place-fields.js";

// Actions whose outcomes turn bad are stopped: docs/retirement.md.

export interface StoppingSettings {
  /** How long a decision may wait for its outcome, in seconds. */
  readonly openTimeoutSeconds: number;
  /** Stops per outcome that are accepted although nothing has changed; 0 never stops. */
  readonly retirementFalseAlarmRate: number;
  /** Normal quantile of the bound that the past success rate is taken at. */
  readonly z: number;
}

/**
 * Weighs a taken outcome, already counted, against the budget it was taken under. Successes of the agent's own decisions
 * make up for nothing here.
 *
 * @returns whether the action is to be stopped
 */
export function weighTaken(
  counts: number[],
  success: boolean,
  errorBudget: number,
  { retirementFalseAlarmRate, z }: StoppingSettings,
): boolean {
  if (retirementFalseAlarmRate <= 0) return false;
  const before = countAt(counts, TAKEN_TRIALS) - 1;
  const succeededBefore = countAt(counts, TAKEN_SUCCESSES) - (success ? 1 : 0);
  const pastRate = Math.max(1 - errorBudget, wilsonLowerBound(succeededBefore, before, z));
  const change = changeEvidence(countAt(counts, TAKEN_CHANGE), success, pastRate);
  const account = accountAfter(countAt(counts, ACCOUNT), !success, errorBudget);
  counts[TAKEN_CHANGE] = change;
  counts[ACCOUNT] = account;
  return change >= 1 / retirementFalseAlarmRate || account >= ACCOUNT_LIMIT;
}

/**
 * Weighs any outcome of an action that has a policy, already counted, against those before.
 *
 * @returns whether the action is to be stopped
 */
export function weighAny(
  counts: number[],
  success: boolean,
  { retirementFalseAlarmRate, z }: StoppingSettings,
): boolean {
  if (retirementFalseAlarmRate <= 0) return false;
  const evidence = countAt(counts, CHANGE);
  if (evidence <= 1) {
    // Nothing spoke against it until now: all outcomes before this one are its past.
    counts[PAST_TRIALS] = trialsOf(counts) - 1;
    counts[PAST_SUCCESSES] = successesOf(counts) - (success ? 1 : 0);
  }
  const pastRate = wilsonLowerBound(countAt(counts, PAST_SUCCESSES), countAt(counts, PAST_TRIALS), z);
  const change = changeEvidence(evidence, success, pastRate);
  counts[CHANGE] = change;
  return change >= 1 / retirementFalseAlarmRate;
}

/**
 * Takes an action out of service.
 *
 * @param outcome - of its pair
 * @rare
 */
export function stop(
  keyspace: Keyspace,
  { keys, evidenceId }: KeyedOutcome,
  evidence: Fields,
  place: number,
  counts: number[],
  nowSeconds: number,
): void {
  counts[STOPPED] = 1;
  counts[STOPPED_AT] = nowSeconds;
  startOver(counts, ownDecisionsIn(keyspace, keys.state, evidenceId, evidence), nowSeconds);
  clearCoins(evidence, place);
}
