import type { Fields } from "../../../keyspace/port/keyspace.js";
import { numbersField } from "../../records/fields.js";

// What is known of one action, which is a type with its parameters: a list of numbers in the evidence of its pair, so that
// an outcome changes one list. "Own" outcomes are of decisions that the agent made itself; "taken" ones of decisions in
// which the action was taken because of the state alone: served, tried or drawn. Both are those in force: since the action
// was last stopped.

export const OWN_TRIALS = 0;
export const OWN_SUCCESSES = 1;
export const TAKEN_TRIALS = 2;
export const TAKEN_SUCCESSES = 3;
/** Own decisions of the state that do not count for this action: up to its first own choice, or until it was stopped. */
export const DECISIONS_BEFORE = 4;
/** Those of them that succeeded. */
export const SUCCESSES_BEFORE = 5;
/** 1 when the first own choice succeeded: it is why one looks at the action, and no evidence for it. */
export const FIRST_SUCCEEDED = 6;
/** How often it was stopped. */
export const RESTARTS = 7;
/** Outcomes of the trial that is under way. */
export const TRIED = 8;
export const TRIED_SUCCESSES = 9;
/** Own decisions of the state from which on it may be tried again. */
export const CLOSED_UNTIL = 10;
/** What the change detector and the account of failures say of the taken outcomes. */
export const TAKEN_CHANGE = 11;
export const ACCOUNT = 12;
/** What the change detector says of all outcomes, held against the past ones. */
export const CHANGE = 13;
export const PAST_TRIALS = 14;
export const PAST_SUCCESSES = 15;
/** 1 while it is stopped. */
export const STOPPED = 16;
export const STOPPED_AT = 17;
/** Outcomes until it was last stopped, which are not in force. */
export const FORMER_OWN_TRIALS = 18;
export const FORMER_OWN_SUCCESSES = 19;
export const FORMER_TAKEN_TRIALS = 20;
export const FORMER_TAKEN_SUCCESSES = 21;
export const FORMER_BEFORE = 22;
export const LAST_SEEN = 23;
/** From when on the agent's own decisions count for the action, in Unix seconds: what was decided before is told too late. */
export const COUNTS_FROM = 24;
/** What {@link SUCCESSES_BEFORE} was before the action was first stopped. */
export const FORMER_SUCCESSES_BEFORE = 25;
/** What is known of the first own choice: {@link NOT_CHOSEN}, {@link AWAITED} or {@link TOLD}. */
export const FIRST_CHOICE = 26;

const LENGTH = 27;

export const NOT_CHOSEN = 0;
/** It was made at {@link COUNTS_FROM}, and its outcome is not known. */
export const AWAITED = 1;
export const TOLD = 2;

/** Of a new action. */
export function noCounts(): number[] {
  return fullLength([]);
}

/** What is known of an action of a pair, by its place: a copy, to be changed at will. */
export function countsOf(evidence: Fields, place: number): number[] {
  return fullLength(storedCounts(evidence, place));
}

/** As {@link countsOf}, to be read only with {@link countAt}. */
export function storedCounts(evidence: Fields, place: number): readonly number[] {
  return numbersField(evidence, countsField(place));
}

function fullLength(stored: readonly number[]): number[] {
  const counts: number[] = [];
  for (let index = 0; index < LENGTH; index += 1) counts[index] = stored[index] ?? 0;
  return counts;
}

/** The field of the evidence that holds the counts of an action. */
export function countsField(place: number): string {
  return place === 0 ? FIRST_FIELD : `action${place}`;
}

/** Most pairs have one action. */
const FIRST_FIELD = "action0";

export function countAt(counts: readonly number[], index: number): number {
  return counts[index] ?? 0;
}

export function addTo(counts: number[], index: number, amount: number): void {
  counts[index] = countAt(counts, index) + amount;
}

/** Outcomes of an action, whoever chose it. */
export function trialsOf(counts: readonly number[]): number {
  return countAt(counts, OWN_TRIALS) + countAt(counts, TAKEN_TRIALS);
}

/** Those of them that succeeded. */
export function successesOf(counts: readonly number[]): number {
  return countAt(counts, OWN_SUCCESSES) + countAt(counts, TAKEN_SUCCESSES);
}

/** The agent's own decisions in a state, of whatever action. */
export interface OwnDecisions {
  readonly decisions: number;
  readonly successes: number;
}

/** From here on only new decisions speak for the action, and the next proof is to be stronger. */
export function startOver(counts: number[], own: OwnDecisions, nowSeconds: number): void {
  if (countAt(counts, RESTARTS) === 0) {
    counts[FORMER_BEFORE] = countAt(counts, DECISIONS_BEFORE);
    counts[FORMER_SUCCESSES_BEFORE] = countAt(counts, SUCCESSES_BEFORE);
  }
  for (let index = OWN_TRIALS; index <= TAKEN_SUCCESSES; index += 1) {
    addTo(counts, FORMER_OWN_TRIALS + index, countAt(counts, index));
    counts[index] = 0;
  }
  addTo(counts, RESTARTS, 1);
  counts[DECISIONS_BEFORE] = own.decisions;
  counts[SUCCESSES_BEFORE] = own.successes;
  counts[FIRST_SUCCEEDED] = 0;
  counts[COUNTS_FROM] = nowSeconds;
  if (countAt(counts, FIRST_CHOICE) === AWAITED) counts[FIRST_CHOICE] = TOLD;
  for (let index = TAKEN_CHANGE; index <= PAST_SUCCESSES; index += 1) counts[index] = 0;
  counts[TRIED] = 0;
  counts[TRIED_SUCCESSES] = 0;
}

/** Everything ever counted is in force again. */
export function takeBack(counts: number[]): void {
  if (countAt(counts, RESTARTS) > 0) {
    counts[DECISIONS_BEFORE] = countAt(counts, FORMER_BEFORE);
    counts[SUCCESSES_BEFORE] = countAt(counts, FORMER_SUCCESSES_BEFORE);
  }
  for (let index = OWN_TRIALS; index <= TAKEN_SUCCESSES; index += 1) {
    addTo(counts, index, countAt(counts, FORMER_OWN_TRIALS + index));
    counts[FORMER_OWN_TRIALS + index] = 0;
  }
  counts[FIRST_SUCCEEDED] = Math.min(1, countAt(counts, OWN_SUCCESSES));
  for (let index = TAKEN_CHANGE; index <= STOPPED_AT; index += 1) counts[index] = 0;
}
