import type { Fields } from "../../keyspace/port/keyspace.js";
import { changeEvidence } from "../../maths/statistics/change-detector.js";
import { wilsonLowerBound } from "../../maths/statistics/wilson-bound.js";
import { numberField, textField } from "../records/fields.js";

// Policies whose outcomes turn bad are retired: marked on their evidence, kept with all they learned. docs/retirement.md.

export interface RetirementSettings {
  /** Retirements per outcome that are accepted although nothing has changed; 0 never retires. */
  readonly retirementFalseAlarmRate: number;
  /** Normal quantile of the bound that the past success rate is taken at. */
  readonly z: number;
}

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

/** Forgets by a share with every outcome, so that the recent success rate can be shown beside the whole one. */
export function countRecent(evidence: Fields, success: boolean): void {
  const keep = 1 - 1 / RECENT_OUTCOMES;
  evidence.recentTrials = keep * numberField(evidence, "recentTrials", 0) + 1;
  evidence.recentSuccesses = keep * numberField(evidence, "recentSuccesses", 0) + (success ? 1 : 0);
}

/** Begins to watch a policy: everything in force is its past. */
export function watchFromHere(evidence: Fields): void {
  const { successes, trials } = countsInForce(evidence);
  evidence.pastSuccesses = successes;
  evidence.pastTrials = trials;
  evidence.changeEvidence = 1;
}

/**
 * Weighs one outcome of a policy, already counted, against its past, and retires the policy when the evidence for a
 * change suffices.
 *
 * @returns whether the policy was retired
 */
export function weighOutcome(
  evidence: Fields,
  success: boolean,
  settings: RetirementSettings,
  nowSeconds: number,
): boolean {
  const falseAlarms = settings.retirementFalseAlarmRate;
  if (falseAlarms <= 0) return false;
  const { successes, trials } = countsInForce(evidence);
  const pastTrials = numberField(evidence, "pastTrials", trials - 1);
  const pastSuccesses = numberField(evidence, "pastSuccesses", successes - (success ? 1 : 0));
  const pastRate = wilsonLowerBound(pastSuccesses, pastTrials, settings.z);
  const change = changeEvidence(numberField(evidence, "changeEvidence", 1), success, pastRate);
  evidence.changeEvidence = change;
  if (change >= 1 / falseAlarms) {
    retire(evidence, RETIRED_BY_OUTCOMES, nowSeconds);
    return true;
  }
  if (change <= 1) {
    watchFromHere(evidence);
  } else {
    evidence.pastSuccesses = pastSuccesses;
    evidence.pastTrials = pastTrials;
  }
  return false;
}

/**
 * Marks the policy of this evidence as retired. From here on only new outcomes speak for it.
 *
 * @rare
 */
export function retire(evidence: Fields, reason: string, nowSeconds: number): void {
  evidence.retiredAt = nowSeconds;
  evidence.retiredReason = reason;
  putOutOfForce(evidence);
}

/** Nothing that was counted until here speaks for the pair any more, nor for the first value of its policy. */
export function putOutOfForce(evidence: Fields): void {
  evidence.formerSuccesses = numberField(evidence, "successes", 0);
  evidence.formerTrials = numberField(evidence, "trials", 0);
  if (evidence.hasPolicy !== undefined) return;
  evidence.rewardSum = 0;
  evidence.rewardCount = 0;
}

/** The reason of a retirement that a new version of what the policy depends on brought about. */
export const RETIRED_BY_VERSIONS = "another version of what it depends on";

/**
 * Outcomes under other versions say nothing about these: only new ones are in force, and a policy is retired.
 *
 * @rare
 */
export function startOver(evidence: Fields, nowSeconds: number): void {
  if (evidence.hasPolicy === undefined) putOutOfForce(evidence);
  else retire(evidence, RETIRED_BY_VERSIONS, nowSeconds);
}

/**
 * The new outcomes of a retired policy suffice for a new one: it is back, and they are its past.
 *
 * @rare
 */
export function crystallizeAgain(evidence: Fields): void {
  evidence.retiredReason = "";
  watchFromHere(evidence);
}
