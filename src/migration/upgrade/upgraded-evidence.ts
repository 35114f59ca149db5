import type { Fields } from "../../keyspace/port/keyspace.js";
import { digestOfCanonical } from "../../maths/json/fingerprint.js";
import {
  CHANGE,
  countsField,
  DECISIONS_BEFORE,
  FIRST_SUCCEEDED,
  FORMER_OWN_SUCCESSES,
  FORMER_OWN_TRIALS,
  LAST_SEEN,
  noCounts,
  OWN_SUCCESSES,
  OWN_TRIALS,
  PAST_SUCCESSES,
  PAST_TRIALS,
  RESTARTS,
  STOPPED,
  STOPPED_AT,
} from "../../operations/evidence/actions/action-counts.js";
import { RETIRED_BY_OUTCOMES } from "../../operations/evidence/retirement.js";
import { numberField, textField } from "../../operations/records/fields.js";

/** What an action is known to have done: outcomes of the log, oldest first, by specification. */
export type LoggedActions = ReadonlyMap<string, readonly boolean[]>;

/** Names of format 1 that are gone. */
const GONE = ["stateJson", "actionSpecJson", "dependsOnJson", "pastSuccesses", "pastTrials", "changeEvidence"];

/**
 * The evidence of a pair in the new format. All its outcomes count as the agent's own decisions. They are ascribed to the one
 * specification that was on record; where the log knows of several, only what it holds of each is, and the rest speaks
 * for none.
 *
 * @param policy - of the pair; undefined when there is none
 * @param logged - undefined where the log does not contradict that there was one specification
 */
export function upgradedEvidence(
  evidence: Fields,
  policy: Fields | undefined,
  logged: LoggedActions | undefined,
): Fields {
  const kept = Object.fromEntries(Object.entries(evidence).filter(([name]) => !GONE.includes(name))) as Fields;
  const stateFeatures = textField(evidence, "stateJson", textField(policy ?? {}, "stateFeatures", "{}"));
  if (policy === undefined) kept.stateFeatures = stateFeatures;
  kept.stateDigest = digestOfCanonical(stateFeatures);
  if (evidence.dependsOnJson !== undefined) kept.dependsOn = evidence.dependsOnJson;
  const isStopped = evidence.retiredReason === RETIRED_BY_OUTCOMES;
  if (isStopped) kept.retiredReason = "";
  const spec = textField(evidence, "actionSpecJson", textField(policy ?? {}, "actionSpec", "{}"));
  const actions = logged === undefined ? [[spec, pooledCounts(evidence, isStopped)] as const] : loggedCounts(logged);
  kept.specs = actions.map(([text]) => text);
  kept.slots = actions.map(() => "");
  kept.numbers = actions.map((_, number) => number);
  kept.nextNumber = actions.length;
  for (const [place, [, counts]] of actions.entries()) kept[countsField(place)] = counts;
  return kept;
}

function pooledCounts(evidence: Fields, isStopped: boolean): number[] {
  const formerTrials = numberField(evidence, "formerTrials", 0);
  const formerSuccesses = numberField(evidence, "formerSuccesses", 0);
  const counts = ownCounts(
    numberField(evidence, "successes", 0) - formerSuccesses,
    numberField(evidence, "trials", 0) - formerTrials,
    formerTrials === 0,
  );
  counts[LAST_SEEN] = numberField(evidence, "lastSeen", 0);
  counts[FORMER_OWN_TRIALS] = formerTrials;
  counts[FORMER_OWN_SUCCESSES] = formerSuccesses;
  counts[CHANGE] = numberField(evidence, "changeEvidence", 0);
  counts[PAST_TRIALS] = numberField(evidence, "pastTrials", 0);
  counts[PAST_SUCCESSES] = numberField(evidence, "pastSuccesses", 0);
  if (formerTrials > 0) {
    // It was out of service once at least; what was counted until then came before.
    counts[RESTARTS] = 1;
    counts[DECISIONS_BEFORE] = formerTrials;
  }
  if (isStopped) {
    counts[STOPPED] = 1;
    counts[STOPPED_AT] = numberField(evidence, "retiredAt", 0);
  }
  return counts;
}

function loggedCounts(logged: LoggedActions): readonly (readonly [spec: string, counts: number[]])[] {
  return [...logged].map(([spec, outcomes]) => [
    spec,
    ownCounts(outcomes.filter(Boolean).length, outcomes.length, true),
  ]);
}

/** The order in which things were done is not known: all other decisions of the state are taken to come after the first choice. */
function ownCounts(successes: number, trials: number, isFirst: boolean): number[] {
  const counts = noCounts();
  counts[OWN_TRIALS] = trials;
  counts[OWN_SUCCESSES] = successes;
  if (isFirst && trials > 0) {
    counts[DECISIONS_BEFORE] = 1;
    counts[FIRST_SUCCEEDED] = Math.min(1, successes);
  }
  return counts;
}
