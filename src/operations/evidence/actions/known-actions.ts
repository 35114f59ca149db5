import type { Fields } from "../../../keyspace/port/keyspace.js";
import { numberField, numbersField, textsField, withAt } from "../../records/fields.js";
import { countAt, countsField, countsOf, LAST_SEEN, noCounts, RESTARTS, trialsOf } from "./action-counts.js";
import { clearPlace } from "./place-fields.js";

// The evidence of a pair lists its actions: what tells each from the others, and a number that is never given twice. The
// place of an action in these lists names the field with its counts.

/** What tells an action from the others of its type. */
export interface ActionIdentity {
  /** Canonical JSON of its specification, with null for every slot. */
  readonly spec: string;
  /** Canonical JSON: what each slot is filled from. "" when it has none. */
  readonly slots: string;
}

/** An action that an outcome is explained by. */
export interface ExplainingAction extends ActionIdentity {
  /** What its slots were filled with, in order. Empty when they were declared. */
  readonly values: readonly string[];
}

/** Actions of one type that are told apart in one state. Of more, those seen least are forgotten. */
export const MOST_ACTIONS = 32;

/** How many actions of the pair are known. */
export function actionsKnown(evidence: Fields): number {
  return numbersField(evidence, "numbers").length;
}

/** The place of an action; -1 when it is not known. */
export function placeOf(evidence: Fields, { spec, slots }: ActionIdentity): number {
  const specs = textsField(evidence, "specs");
  const allSlots = textsField(evidence, "slots");
  for (let place = 0; place < specs.length; place += 1) {
    if (specs[place] === spec && allSlots[place] === slots) return place;
  }
  return -1;
}

/** The place of the action with this number; -1 when it is not known any more. */
export function placeOfNumber(evidence: Fields, number: number): number {
  const numbers = numbersField(evidence, "numbers");
  for (let place = 0; place < numbers.length; place += 1) if (numbers[place] === number) return place;
  return -1;
}

/**
 * Takes in an action that is not known, in place of the one seen least when there is no room.
 *
 * @param ts - of the event
 * @param others - places of actions that explain the same event: none of them makes room for another
 * @returns its place
 */
export function admit(evidence: Fields, action: ExplainingAction, ts: number, others: readonly number[]): number {
  const { spec, slots } = action;
  const number = numberField(evidence, "nextNumber", firstNumber(ts));
  const known = actionsKnown(evidence);
  const place = known < MOST_ACTIONS ? known : forgetLeast(evidence, others);
  clearPlace(evidence, place);
  const counts = noCounts();
  counts[RESTARTS] = restartsAfter(numberField(evidence, "forgotten", 0));
  evidence[countsField(place)] = counts;
  evidence.specs = withAt(textsField(evidence, "specs"), place, spec);
  evidence.slots = withAt(textsField(evidence, "slots"), place, slots);
  evidence.numbers = withAt(numbersField(evidence, "numbers"), place, number);
  evidence.nextNumber = number + 1;
  if (slots !== "" || evidence[firstField(place)] !== undefined) forgetValues(evidence, place, action);
  return place;
}

function forgetValues(evidence: Fields, place: number, { values }: ExplainingAction): void {
  const varied: number[] = [];
  for (let index = 0; index < values.length; index += 1) varied[index] = 0;
  evidence[firstField(place)] = values;
  evidence[variedField(place)] = varied;
}

/** A slot that was found is one once it was filled with two different values: a constant may equal a parameter by chance. */
export function noteValues(evidence: Fields, place: number, { values }: ExplainingAction): void {
  const first = textsField(evidence, firstField(place));
  const varied = numbersField(evidence, variedField(place));
  let changed = varied;
  for (let index = 0; index < values.length; index += 1) {
    if (values[index] !== first[index] && varied[index] === 0) changed = withAt(changed, index, 1);
  }
  if (changed !== varied) evidence[variedField(place)] = changed;
}

/** The field with the values that the slots of an action were first filled with. */
function firstField(place: number): string {
  return `first${place}`;
}

/** Whether each slot of an action is known to be one. */
export function hasVaried(evidence: Fields, place: number): boolean {
  for (const varied of numbersField(evidence, variedField(place))) if (varied === 0) return false;
  return true;
}

/** The field that tells, with a 1 for each slot, whether it was filled with another value since. */
function variedField(place: number): string {
  return `varied${place}`;
}

/**
 * Evidence that was deleted may begin again, and decisions made before are reported still: the numbers of before must mean
 * nothing then. A thousand for every millisecond of the time of its first event keeps them apart, and the same events give
 * the same numbers.
 */
function firstNumber(ts: number): number {
  return Math.floor(ts * 1000) * 1000;
}

/** @rare */
function forgetLeast(evidence: Fields, kept: readonly number[]): number {
  let least = -1;
  for (let place = 0; place < MOST_ACTIONS; place += 1) {
    if (isAmong(kept, place)) continue;
    if (least < 0 || isSeenLess(countsOf(evidence, place), countsOf(evidence, least))) least = place;
  }
  evidence.forgotten = numberField(evidence, "forgotten", 0) + 1;
  return least;
}

function isAmong(places: readonly number[], place: number): boolean {
  for (const other of places) if (other === place) return true;
  return false;
}

function isSeenLess(left: readonly number[], right: readonly number[]): boolean {
  const difference = trialsOf(left) - trialsOf(right);
  return difference < 0 || (difference === 0 && countAt(left, LAST_SEEN) < countAt(right, LAST_SEEN));
}

/**
 * An action that was forgotten and comes back starts over. So that the chance of serving a bad one stays bounded over all
 * comebacks, a proof is the stronger the more was forgotten: with two restarts for every doubling the chances have a
 * finite sum.
 */
function restartsAfter(forgotten: number): number {
  let restarts = 0;
  for (let power = 1; power < forgotten + 1; power *= 2) restarts += 2;
  return restarts;
}
