import type { Mutable } from "../../common/mutable.js";
import type { Fields } from "../../keyspace/port/keyspace.js";
import type { JsonObject } from "../../maths/json/json-value.js";
import type { TossedCoins } from "../../maths/proof/comparison-evidence.js";
import { parseJson } from "../../model/parse-json.js";
import {
  CLOSED_UNTIL,
  countAt,
  DECISIONS_BEFORE,
  FIRST_SUCCEEDED,
  FORMER_OWN_SUCCESSES,
  FORMER_OWN_TRIALS,
  FORMER_TAKEN_SUCCESSES,
  FORMER_TAKEN_TRIALS,
  LAST_SEEN,
  OWN_SUCCESSES,
  OWN_TRIALS,
  RESTARTS,
  STOPPED,
  STOPPED_AT,
  SUCCESSES_BEFORE,
  storedCounts,
  successesOf,
  TAKEN_SUCCESSES,
  TAKEN_TRIALS,
  TRIED,
  TRIED_SUCCESSES,
  trialsOf,
} from "../../operations/evidence/actions/action-counts.js";
import { hasVaried } from "../../operations/evidence/actions/known-actions.js";
import { COIN_NUMBERS, coinsOf } from "../../operations/evidence/coins.js";
import { openTaken } from "../../operations/evidence/open/open-decisions.js";
import type { Counts } from "../../operations/evidence/retirement.js";
import { numbersField, textsField } from "../../operations/records/fields.js";
import type { ActionTemplate } from "../actions/bind-action.js";
import type { ActionCounts, EvidenceRule } from "./evidence-rule.js";

/** The agent's own decisions in a state, whatever it chose. */
export interface OwnTotals {
  /** With those whose outcome is not known. */
  readonly ownDecisions: number;
  readonly ownSuccesses: number;
  /** Those whose outcome is not known, or was never told. */
  readonly ownUnknown: number;
}

/** What is known of one action: a type with its parameters, or a template of them. */
export interface ActionEvidence extends ActionTemplate {
  /** Its number among the actions of its type in this state. */
  readonly number: number;
  /** Outcomes in force, whoever chose the action: since it was last stopped. */
  readonly successes: number;
  readonly trials: number;
  /** Of the agent's own decisions: those of the state that count for this action, and how many chose it and succeeded. */
  readonly own: { readonly decisions: number; readonly successes: number };
  /** Where the action was taken because of the state alone: served, tried or drawn. */
  readonly taken: Counts;
  /** Decisions that tried or drew it, and whose outcome is not known: they count as failures. Absent when there is none. */
  readonly open?: number;
  /** Decisions in which a coin let it be taken or left the decision to the agent, by its chance; absent without any. */
  readonly compared?: readonly TossedCoins[];
  /** Lower bound of the success rate: under an error budget of what is taken, at all times; else the Wilson bound. */
  readonly bound: number;
  /** Whether that suffices to serve it. */
  readonly passes: boolean;
  /** Further successes in a row of the agent's own choice until it does; absent when no realistic number suffices. */
  readonly successesMissing?: number;
  /** Of the trial that is under way; all zero when none is. */
  readonly tried: Counts;
  /** Own decisions of the state from which on it may be tried again; 0 when it may be. */
  readonly triedAgainFrom: number;
  /** Present while outcomes keep it out of service. */
  readonly stoppedAtSeconds?: number;
  /** Outcomes until it was last stopped, which are not in force; absent when it never was. */
  readonly former?: Counts;
  readonly lastSeenSeconds: number;
}

/**
 * The actions of a pair.
 *
 * @param totals - of the agent's own decisions in this state, whatever it chose
 */
export function actionsOf(evidence: Fields, totals: OwnTotals, rule: EvidenceRule): readonly ActionEvidence[] {
  const specs = textsField(evidence, "specs");
  const slots = textsField(evidence, "slots");
  return numbersField(evidence, "numbers").map((number, place) => {
    const counts = storedCounts(evidence, place);
    const open = openTaken(evidence, place);
    const inForce = actionCounts(counts, totals, open, coinsOf(evidence, place));
    const { bound, missing } = rule.standing(inForce);
    const isStopped = countAt(counts, STOPPED) === 1;
    const isWhole = slots[place] === "" || hasVaried(evidence, place);
    const action: Mutable<ActionEvidence> = {
      number,
      spec: parseJson(specs[place] ?? "{}") as JsonObject,
      successes: inForce.successes,
      trials: inForce.trials,
      own: { decisions: inForce.ownDecisions, successes: inForce.ownSuccesses },
      taken: { successes: inForce.takenSuccesses, trials: inForce.takenTrials - open },
      bound,
      passes: missing === 0 && isWhole && !isStopped,
      tried: { successes: countAt(counts, TRIED_SUCCESSES), trials: countAt(counts, TRIED) },
      triedAgainFrom: countAt(counts, CLOSED_UNTIL),
      lastSeenSeconds: countAt(counts, LAST_SEEN),
    };
    if (slots[place] !== "") action.slots = JSON.parse(slots[place] ?? "{}");
    if (missing >= 0 && isWhole) action.successesMissing = missing;
    if (open > 0) action.open = open;
    if (inForce.coins.length > 0) action.compared = inForce.coins;
    if (isStopped) action.stoppedAtSeconds = countAt(counts, STOPPED_AT);
    const former = formerOf(counts);
    if (former.trials > 0) action.former = former;
    return action;
  });
}

/**
 * What counts for an action now: of the agent's decisions those since it first chose the action, without that one.
 *
 * @param open - decisions that took it, and whose outcome is not known: they count as failures
 */
export function actionCounts(
  counts: readonly number[],
  totals: OwnTotals,
  open: number,
  coins: readonly number[],
): ActionCounts {
  const isChosen = countAt(counts, OWN_TRIALS) + countAt(counts, DECISIONS_BEFORE) > 0;
  const ownDecisions = isChosen ? totals.ownDecisions - countAt(counts, DECISIONS_BEFORE) : 0;
  const ownSuccesses = Math.min(countAt(counts, OWN_SUCCESSES) - countAt(counts, FIRST_SUCCEEDED), ownDecisions);
  const succeeded = totals.ownSuccesses - countAt(counts, SUCCESSES_BEFORE) - ownSuccesses;
  return {
    successes: successesOf(counts),
    trials: trialsOf(counts),
    ownDecisions,
    ownSuccesses,
    // What the agent did and has not told of may have been something else, and right.
    succeededOtherwise: Math.max(0, Math.min(ownDecisions - ownSuccesses, succeeded + totals.ownUnknown)),
    coins: tossedCoins(coins),
    takenTrials: countAt(counts, TAKEN_TRIALS) + open,
    takenSuccesses: countAt(counts, TAKEN_SUCCESSES),
    restarts: countAt(counts, RESTARTS),
  };
}

function tossedCoins(coins: readonly number[]): readonly TossedCoins[] {
  if (coins.length === 0) return NO_COINS;
  return Array.from({ length: coins.length / COIN_NUMBERS }, (_, coin) => {
    const [takenPropensity = 0, decisions = 0, takenFailures = 0, ownFailures = 0] = coins.slice(coin * COIN_NUMBERS);
    return { takenPropensity, decisions, takenFailures, ownFailures };
  });
}

const NO_COINS: readonly TossedCoins[] = [];

function formerOf(counts: readonly number[]): Counts {
  return {
    successes: countAt(counts, FORMER_OWN_SUCCESSES) + countAt(counts, FORMER_TAKEN_SUCCESSES),
    trials: countAt(counts, FORMER_OWN_TRIALS) + countAt(counts, FORMER_TAKEN_TRIALS),
  };
}

/** Best-proven first. */
export function byProof(left: ActionEvidence, right: ActionEvidence): number {
  const missing = ({ successesMissing = Number.POSITIVE_INFINITY }: ActionEvidence) => successesMissing;
  return (
    Number(right.passes) - Number(left.passes) ||
    missing(left) - missing(right) ||
    right.bound - left.bound ||
    right.trials - left.trials ||
    left.number - right.number
  );
}
