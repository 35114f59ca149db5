import type { Fields } from "../../keyspace/port/keyspace.js";
import { numberField, textField } from "../records/fields.js";
import {
  countAt,
  countsField,
  countsOf,
  type OwnDecisions,
  STOPPED,
  startOver as startActionOver,
  takeBack,
} from "./actions/action-counts.js";
import { actionsKnown } from "./actions/known-actions.js";
import { clearCoins } from "./actions/place-fields.js";

// Policies are retired by a person or by another version: marked on their evidence, kept with all they learned.
// docs/retirement.md. Single actions are stopped by their outcomes.

/** Outcomes that speak for or against a policy now. */
export interface Counts {
  readonly successes: number;
  readonly trials: number;
}

/** The reason of a retirement that outcomes brought about. */
export const RETIRED_BY_OUTCOMES = "outcomes";

/** Recent outcomes count for about so many. */
const RECENT_OUTCOMES = 20;

/** The outcomes counted since the policy was last retired; all of them if it never was. */
export function countsInForce(evidence: Fields): Counts {
  return {
    successes: numberField(evidence, "successes", 0) - numberField(evidence, "formerSuccesses", 0),
    trials: numberField(evidence, "trials", 0) - numberField(evidence, "formerTrials", 0),
  };
}

export function isRetired(evidence: Fields): boolean {
  return textField(evidence, "retiredReason", "") !== "";
}

/** Whether the policy was retired, or its outcomes have stopped one of its actions. */
export function isOutOfService(evidence: Fields): boolean {
  for (let place = 0; place < actionsKnown(evidence); place += 1) {
    if (countAt(countsOf(evidence, place), STOPPED) === 1) return true;
  }
  return isRetired(evidence);
}

/** Forgets by a share with every outcome, so that the recent success rate can be shown beside the whole one. */
export function countRecent(evidence: Fields, success: boolean): void {
  const keep = 1 - 1 / RECENT_OUTCOMES;
  evidence.recentTrials = keep * numberField(evidence, "recentTrials", 0) + 1;
  evidence.recentSuccesses = keep * numberField(evidence, "recentSuccesses", 0) + (success ? 1 : 0);
}

/**
 * Marks the policy of this evidence as retired. From here on only new outcomes speak for it.
 *
 * @rare
 */
export function retire(evidence: Fields, reason: string, own: OwnDecisions, nowSeconds: number): void {
  evidence.retiredAt = nowSeconds;
  evidence.retiredReason = reason;
  putOutOfForce(evidence, own, nowSeconds);
}

/**
 * Nothing that was counted until here speaks for the pair or its actions any more, nor for the first value of its policy.
 *
 * @param own - the agent's decisions in this state so far
 */
export function putOutOfForce(evidence: Fields, own: OwnDecisions, nowSeconds: number): void {
  for (let place = 0; place < actionsKnown(evidence); place += 1) {
    const counts = countsOf(evidence, place);
    startActionOver(counts, own, nowSeconds);
    clearCoins(evidence, place);
    evidence[countsField(place)] = counts;
  }
  evidence.formerSuccesses = numberField(evidence, "successes", 0);
  evidence.formerTrials = numberField(evidence, "trials", 0);
  if (evidence.hasPolicy !== undefined) return;
  evidence.rewardSum = 0;
  evidence.rewardCount = 0;
  evidence.successRewardCount = 0;
  evidence.successRewardSum = 0;
}

/** The reason of a retirement that a new version of what the policy depends on brought about. */
export const RETIRED_BY_VERSIONS = "another version of what it depends on";

/**
 * Outcomes under other versions say nothing about these: only new ones are in force, and a policy is retired.
 *
 * @rare
 */
export function startOver(evidence: Fields, own: OwnDecisions, nowSeconds: number): void {
  if (evidence.hasPolicy === undefined) putOutOfForce(evidence, own, nowSeconds);
  else retire(evidence, RETIRED_BY_VERSIONS, own, nowSeconds);
}

/**
 * Takes a retirement back, and whatever outcomes have stopped, as if it had been a mistake.
 *
 * @rare
 */
export function restoreAll(evidence: Fields): void {
  evidence.retiredReason = "";
  evidence.formerSuccesses = 0;
  evidence.formerTrials = 0;
  for (let place = 0; place < actionsKnown(evidence); place += 1) {
    const counts = countsOf(evidence, place);
    takeBack(counts);
    evidence[countsField(place)] = counts;
  }
}
