import type { Fields, Keyspace } from "../../keyspace/port/keyspace.js";
import { numbersField, without } from "../records/fields.js";
import { addTo, COUNTS_FROM, countAt, RESTARTS, storedCounts } from "./actions/action-counts.js";
import { placeOfNumber } from "./actions/known-actions.js";
import { coinsField } from "./actions/place-fields.js";

// Decisions in which a coin of known chance said whether an action is taken or the agent decides: both then meet the same
// cases, so that the one can be held against the other. Four numbers for each chance lie beside the action: the chance with
// which it is taken, the decisions, those taken that failed, and the agent's that failed.

/** Numbers for each chance. */
export const COIN_NUMBERS = 4;
const DECISIONS = 1;
const TAKEN_FAILURES = 2;
const OWN_FAILURES = 3;

/** Chances that are told apart. What is tossed with a further one is not counted. */
const MOST_CHANCES = 4;

/** A coin that was tossed for an action. */
export interface TossedCoin {
  /** Of the pair of the action. */
  readonly evidenceId: string;
  /** Of the action in its pair. */
  readonly actionNumber: number;
  /** The chance with which it is taken; above 0, below 1. */
  readonly takenPropensity: number;
  readonly isTaken: boolean;
  /** When it was tossed, in Unix seconds. */
  readonly tossedAt: number;
}

/** A decision by coin was made, or its outcome is known: of one that was counted when it was made (`closed`), or was not. */
export type CoinMoment = "opened" | "reported" | "closed";

/**
 * Counts a decision by coin. While its outcome is not known the worse is assumed: what was taken has failed, and what the agent
 * did has not.
 *
 * @rare
 */
export function countCoin(
  keyspace: Keyspace,
  stateKey: string,
  { evidenceId, actionNumber, takenPropensity, isTaken, tossedAt }: TossedCoin,
  moment: CoinMoment,
  success: boolean,
): void {
  const evidence = keyspace.getRecord(stateKey, evidenceId) ?? {};
  const place = placeOfNumber(evidence, actionNumber);
  if (place < 0) return;
  const known = storedCounts(evidence, place);
  const startedOverAt = countAt(known, RESTARTS) === 0 ? 0 : countAt(known, COUNTS_FROM);
  if (tossedAt <= startedOverAt) return; // the coins of before are not in force any more
  const counts = without(coinsOf(evidence, place), -1);
  const start = startOf(counts, takenPropensity);
  if (start < 0) return;
  const assumed = isTaken ? 1 : 0;
  const failed = success ? 0 : 1;
  if (moment !== "closed") addTo(counts, start + DECISIONS, 1);
  const failures = moment === "opened" ? assumed : moment === "reported" ? failed : failed - assumed;
  addTo(counts, start + (isTaken ? TAKEN_FAILURES : OWN_FAILURES), failures);
  evidence[coinsField(place)] = counts;
  keyspace.putRecord(stateKey, evidenceId, evidence);
}

/** The counts by coin of an action of a pair, four for each chance. */
export function coinsOf(evidence: Fields, place: number): readonly number[] {
  return numbersField(evidence, coinsField(place));
}

/** Where the counts of a chance begin, which may be added; -1 when there is no room. */
function startOf(counts: number[], takenPropensity: number): number {
  const length = counts.length;
  for (let start = 0; start < length; start += COIN_NUMBERS) if (counts[start] === takenPropensity) return start;
  if (length >= MOST_CHANCES * COIN_NUMBERS) return -1;
  for (const number of [takenPropensity, 0, 0, 0]) counts.push(number);
  return length;
}
