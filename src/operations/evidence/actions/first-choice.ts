import type { Fields, Keyspace } from "../../../keyspace/port/keyspace.js";
import { isTaken, type KeyedOutcome, type OutcomeEntry } from "../../outcomes/outcome.js";
import {
  AWAITED,
  COUNTS_FROM,
  countAt,
  countsField,
  countsOf,
  DECISIONS_BEFORE,
  FIRST_CHOICE,
  FIRST_SUCCEEDED,
  FORMER_OWN_TRIALS,
  NOT_CHOSEN,
  OWN_TRIALS,
  SUCCESSES_BEFORE,
  TOLD,
} from "./action-counts.js";
import { ownDecisionsIn } from "./own-decisions.js";

// The agent's own decisions count for an action from its first choice of it on. They do in the order in which they were made:
// otherwise who tells the outcomes would choose, by telling some of them first, which decisions count.

/** Whether the agent has not chosen the action itself, as far as is known. */
export function isNeverChosen(counts: readonly number[]): boolean {
  const trials = countAt(counts, OWN_TRIALS) + countAt(counts, FORMER_OWN_TRIALS);
  return trials === 0 && countAt(counts, FIRST_CHOICE) === NOT_CHOSEN;
}

/** Own decisions count for the action from here on: from the first choice, which is among those before. */
export function countFrom(
  keyspace: Keyspace,
  { entry, keys, evidenceId }: KeyedOutcome,
  evidence: Fields,
  counts: number[],
): void {
  const own = ownDecisionsIn(keyspace, keys.state, evidenceId, evidence);
  counts[DECISIONS_BEFORE] = own.decisions;
  counts[SUCCESSES_BEFORE] = own.successes;
  counts[COUNTS_FROM] = entry.openedAt ?? entry.ts;
  counts[FIRST_CHOICE] = AWAITED;
}

/** Notes the first choice of the actions that are there when the decision is made. Its outcome is told later. */
export function noteChoice(
  keyspace: Keyspace,
  outcome: KeyedOutcome,
  evidence: Fields,
  places: readonly number[],
): void {
  for (const place of places) {
    const counts = countsOf(evidence, place);
    if (!isNeverChosen(counts)) continue;
    countFrom(keyspace, outcome, evidence, counts);
    evidence[countsField(place)] = counts;
  }
}

/** Whether an own outcome is that of the first choice, which was awaited. */
export function isFirstChoice({ openedAt }: OutcomeEntry, counts: readonly number[]): boolean {
  return countAt(counts, FIRST_CHOICE) === AWAITED && openedAt === countAt(counts, COUNTS_FROM);
}

/** How the first choice ended is known. */
export function tellFirst(counts: number[], success: boolean): void {
  counts[FIRST_SUCCEEDED] = success ? 1 : 0;
  counts[FIRST_CHOICE] = TOLD;
}

/** Whether it is an own decision from before they count for the action: its outcome is left out with it. */
export function isFromBefore(entry: OutcomeEntry, counts: readonly number[]): boolean {
  const { openedAt } = entry;
  return openedAt !== undefined && !isTaken(entry) && openedAt < countAt(counts, COUNTS_FROM);
}
