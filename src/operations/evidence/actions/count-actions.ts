import type { Fields, Keyspace } from "../../../keyspace/port/keyspace.js";
import { isSuccess, isTaken, type KeyedOutcome } from "../../outcomes/outcome.js";
import { numberField } from "../../records/fields.js";
import { type CrystallizationSettings, passingBound } from "../crystallization.js";
import { countOverdue } from "../open/overdue.js";
import { type Counts, countsInForce, isRetired } from "../retirement.js";
import {
  addTo,
  countAt,
  countsField,
  countsOf,
  LAST_SEEN,
  OWN_SUCCESSES,
  OWN_TRIALS,
  STOPPED,
  SUCCESSES_BEFORE,
  successesOf,
  TAKEN_SUCCESSES,
  TAKEN_TRIALS,
  trialsOf,
} from "./action-counts.js";
import { countFrom, isFirstChoice, isFromBefore, isNeverChosen, tellFirst } from "./first-choice.js";
import { ownDecisionsIn } from "./own-decisions.js";
import { placesOf } from "./places.js";
import { stop, weighAny, weighTaken } from "./stopping.js";
import { addToTrial, endTrial } from "./trials.js";

/** What an outcome did to an action. `back`: its outcomes since it went out of service suffice again. */
export type ActionChange = "none" | "stopped" | "back";

export interface CountedActions {
  readonly change: ActionChange;
  /** What was in force for the first of the actions, with this outcome; for their type, when none is known. */
  readonly inForce: Counts;
}

/**
 * Counts an outcome for each action of its pair that explains it, and stops those whose outcomes have turned bad.
 *
 * @param evidence - of the pair, with the outcome counted already
 * @param isWatched - whether the pair had a policy before
 */
export function countActions(
  keyspace: Keyspace,
  outcome: KeyedOutcome,
  evidence: Fields,
  isWatched: boolean,
  settings: CrystallizationSettings,
  nowSeconds: number,
): CountedActions {
  let change: ActionChange = countOverdue(keyspace, outcome, evidence, settings, nowSeconds) ? "stopped" : "none";
  let inForce: Counts | undefined;
  for (const place of placesOf(evidence, outcome)) {
    const counts = countsOf(evidence, place);
    if (isFromBefore(outcome.entry, counts)) continue;
    countOne(keyspace, outcome, evidence, counts);
    const standing = { successes: successesOf(counts), trials: trialsOf(counts) };
    inForce = inForce ?? standing;
    if (countAt(counts, STOPPED) === 1 || isRetired(evidence)) {
      if (passingBound(standing, settings) > 0) {
        counts[STOPPED] = 0;
        change = "back";
      }
    } else if (isToStop(keyspace, outcome, evidence, counts, isWatched, settings)) {
      stop(keyspace, outcome, evidence, place, counts, nowSeconds);
      change = "stopped";
    }
    evidence[countsField(place)] = counts;
  }
  return { change, inForce: inForce ?? countsInForce(evidence) };
}

function countOne(keyspace: Keyspace, outcome: KeyedOutcome, evidence: Fields, counts: number[]): void {
  const { entry } = outcome;
  const success = isSuccess(entry);
  counts[LAST_SEEN] = Math.max(countAt(counts, LAST_SEEN), entry.ts);
  if (isTaken(entry)) {
    addTo(counts, TAKEN_TRIALS, 1);
    if (success) addTo(counts, TAKEN_SUCCESSES, 1);
    return;
  }
  if (isNeverChosen(counts)) {
    countFrom(keyspace, outcome, evidence, counts);
    tellFirst(counts, success);
  } else if (isFirstChoice(entry, counts)) {
    tellFirst(counts, success);
    if (success) addTo(counts, SUCCESSES_BEFORE, 1);
  }
  addTo(counts, OWN_TRIALS, 1);
  if (success) addTo(counts, OWN_SUCCESSES, 1);
}

function isToStop(
  keyspace: Keyspace,
  { entry, keys, evidenceId }: KeyedOutcome,
  evidence: Fields,
  counts: number[],
  isWatched: boolean,
  settings: CrystallizationSettings,
): boolean {
  const success = isSuccess(entry);
  const isBad = isWatched && weighAny(counts, success, settings);
  if (!isTaken(entry)) return isBad;
  const errorBudget = numberField(entry, "errorBudget", 1 - settings.ciThreshold);
  if (entry.decision === "trial" && addToTrial(counts, success, errorBudget)) {
    endTrial(counts, ownDecisionsIn(keyspace, keys.state, evidenceId, evidence).decisions);
  }
  return weighTaken(counts, success, errorBudget, settings) || isBad;
}
