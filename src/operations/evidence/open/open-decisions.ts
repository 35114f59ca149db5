import type { Fields } from "../../../keyspace/port/keyspace.js";
import { isTaken, type OutcomeEntry } from "../../outcomes/outcome.js";
import { numberField, numbersField } from "../../records/fields.js";
import { openField, servedField } from "../actions/place-fields.js";
import { stillWaiting, waitingOf, withOneMore, withoutOne } from "./waiting.js";

// An open decision was made, and its outcome is not known. Until it is, it counts as a failure: an agent whose failures come
// late, or never, would prove what is not true. The agent's own ones wait in the evidence of the type it chose, the taken
// ones beside the action that was taken, and failed trials in a third place, because a state allows only so many.

const OWN = "open";
const TRIALS = "openTrials";

/** Where the decisions that took an action wait. Served ones do not speak against it while they wait: many may at once. */
function fieldOf(decision: OutcomeEntry["decision"], place: number): string {
  return decision === "serve" ? servedField(place) : openField(place);
}

/** The agent's own decisions for the type that are open. */
export function openOwn(evidence: Fields): number {
  return evidence[OWN] === undefined ? 0 : waitingOf(numbersField(evidence, OWN));
}

/** Open trials of the type. */
export function openTrials(evidence: Fields): number {
  return evidence[TRIALS] === undefined ? 0 : waitingOf(numbersField(evidence, TRIALS));
}

/** Decisions that tried or drew an action, and are open. */
export function openTaken(evidence: Fields, place: number): number {
  return evidence.openBudget === undefined ? 0 : waitingOf(numbersField(evidence, openField(place)));
}

/** All open decisions of the type. */
export function openDecisions(evidence: Fields): number {
  let open = openOwn(evidence);
  if (evidence.openBudget === undefined) return open; // nothing was taken and counted
  for (let place = 0; evidence[`action${place}`] !== undefined; place += 1) {
    open += openTaken(evidence, place) + waitingOf(numbersField(evidence, servedField(place)));
  }
  return open;
}

/**
 * Takes note of a decision that is made now.
 *
 * @param places - of the actions
 */
export function addOpen(evidence: Fields, entry: OutcomeEntry, places: readonly number[], nowSeconds: number): void {
  const { decision } = entry;
  if (!isTaken(entry)) {
    addTo(evidence, OWN, nowSeconds);
    return;
  }
  if (decision === "trial") addTo(evidence, TRIALS, nowSeconds);
  for (const place of places) addTo(evidence, fieldOf(decision, place), nowSeconds);
}

function addTo(evidence: Fields, field: string, nowSeconds: number): void {
  evidence[field] = withOneMore(numbersField(evidence, field), nowSeconds);
}

/**
 * A decision is not open any more: its outcome is known, or it was not carried out.
 *
 * @param places - of the actions that were taken
 * @param timeoutSeconds - how long it may have waited
 * @returns whether it was taken and is too late: it was counted as a failure
 */
export function closeOpen(
  evidence: Fields,
  entry: OutcomeEntry,
  places: readonly number[],
  timeoutSeconds: number,
): boolean {
  const { openedAt, decision } = entry;
  if (openedAt === undefined) return false;
  if (!isTaken(entry)) {
    const wasOpen = closeIn(evidence, OWN, openedAt, timeoutSeconds);
    const timedOut = numberField(evidence, "timedOut", 0);
    if (!wasOpen && timedOut > 0) evidence.timedOut = timedOut - 1;
    return false;
  }
  if (decision === "trial") closeIn(evidence, TRIALS, openedAt, timeoutSeconds);
  let isLate = true;
  for (const place of places) {
    if (closeIn(evidence, fieldOf(decision, place), openedAt, timeoutSeconds)) isLate = false;
  }
  return isLate;
}

function closeIn(evidence: Fields, field: string, openedAt: number, timeoutSeconds: number): boolean {
  const left = withoutOne(numbersField(evidence, field), openedAt, timeoutSeconds);
  if (left !== undefined) evidence[field] = left;
  return left !== undefined;
}

/** Takes out what has waited too long for an action, and says how much that is. */
export function takeTimedOut(evidence: Fields, place: number, timeoutSeconds: number, nowSeconds: number): number {
  const tried = takeFrom(evidence, openField(place), timeoutSeconds, nowSeconds);
  return tried + takeFrom(evidence, servedField(place), timeoutSeconds, nowSeconds);
}

/** Counts what has waited too long for the type: the agent's own decisions have failed, and so have the trials. */
export function countTimedOut(evidence: Fields, timeoutSeconds: number, nowSeconds: number): void {
  const own = takeFrom(evidence, OWN, timeoutSeconds, nowSeconds);
  if (own > 0) evidence.timedOut = numberField(evidence, "timedOut", 0) + own;
  const trials = takeFrom(evidence, TRIALS, timeoutSeconds, nowSeconds);
  if (trials > 0) evidence.failedTrials = numberField(evidence, "failedTrials", 0) + trials;
}

function takeFrom(evidence: Fields, field: string, timeoutSeconds: number, nowSeconds: number): number {
  if (evidence[field] === undefined) return 0;
  const waiting = numbersField(evidence, field);
  const left = stillWaiting(waiting, timeoutSeconds, nowSeconds);
  evidence[field] = left;
  return waitingOf(waiting) - waitingOf(left);
}
