import type { Fields, Keyspace } from "../../../keyspace/port/keyspace.js";
import type { KeyedOutcome } from "../../outcomes/outcome.js";
import { addTo, countAt, countsField, countsOf, STOPPED, TAKEN_TRIALS } from "../actions/action-counts.js";
import { actionsKnown } from "../actions/known-actions.js";
import { ownDecisionsIn } from "../actions/own-decisions.js";
import { type StoppingSettings, stop, weighTaken } from "../actions/stopping.js";
import { addToTrial, endTrial } from "../actions/trials.js";
import { countTimedOut, takeTimedOut } from "./open-decisions.js";

/**
 * Decisions of a pair whose outcome has been waited for too long have failed.
 *
 * @param outcome - of the pair
 * @returns whether that has stopped an action
 */
export function countOverdue(
  keyspace: Keyspace,
  outcome: KeyedOutcome,
  evidence: Fields,
  settings: StoppingSettings,
  nowSeconds: number,
): boolean {
  const { openTimeoutSeconds } = settings;
  countTimedOut(evidence, openTimeoutSeconds, nowSeconds);
  if (evidence.openBudget === undefined) return false;
  let hasStopped = false;
  for (let place = 0; place < actionsKnown(evidence); place += 1) {
    const overdue = takeTimedOut(evidence, place, openTimeoutSeconds, nowSeconds);
    if (overdue > 0 && failOften(keyspace, outcome, evidence, place, overdue, settings, nowSeconds)) hasStopped = true;
  }
  return hasStopped;
}

/**
 * @returns whether the action was stopped
 * @rare
 */
function failOften(
  keyspace: Keyspace,
  outcome: KeyedOutcome,
  evidence: Fields,
  place: number,
  failures: number,
  settings: StoppingSettings,
  nowSeconds: number,
): boolean {
  const counts = countsOf(evidence, place);
  const errorBudget = evidence.openBudget as number;
  let isStopped = countAt(counts, STOPPED) === 1;
  let hasStopped = false;
  for (let failure = 0; failure < failures && !hasStopped; failure += 1) {
    addTo(counts, TAKEN_TRIALS, 1);
    if (isStopped) continue;
    if (addToTrial(counts, false, errorBudget)) {
      endTrial(counts, ownDecisionsIn(keyspace, outcome.keys.state, outcome.evidenceId, evidence).decisions);
    }
    hasStopped = weighTaken(counts, false, errorBudget, settings);
    isStopped = hasStopped;
  }
  if (hasStopped) stop(keyspace, outcome, evidence, place, counts, nowSeconds);
  evidence[countsField(place)] = counts;
  return hasStopped;
}
