import type { Fields, Keyspace } from "../../keyspace/port/keyspace.js";
import { isSuccess, isTaken, type KeyedOutcome, type OutcomeEntry } from "../outcomes/outcome.js";
import { numberField } from "../records/fields.js";
import { stepTowards } from "../values/values.js";
import { ownDecisionsIn } from "./actions/own-decisions.js";
import { knownPlacesOf } from "./actions/places.js";
import type { CrystallizationSettings } from "./crystallization.js";
import { noteMoment } from "./history.js";
import { closeOpen } from "./open/open-decisions.js";
import { RETIRED_BY_VERSIONS, startOver } from "./retirement.js";

/** Of what an outcome counts as evidence. */
export interface Visit {
  /** A trial of its own for the pair, or of an episode that was here before. */
  readonly isTrial: boolean;
  /** Whether its episode was not in this state before: only then it was free to take any action. */
  readonly isFirst: boolean;
  /** Whether it is of an action that was taken, and so late that it was counted as a failure. */
  readonly isLate: boolean;
}

/** @param evidence - of the pair, in which the decision is not open any more then; undefined when there is none */
export function visitOf(
  keyspace: Keyspace,
  outcome: KeyedOutcome,
  evidence: Fields | undefined,
  { openTimeoutSeconds }: CrystallizationSettings,
): Visit {
  const { entry, keys } = outcome;
  const isLate =
    evidence !== undefined &&
    entry.openedAt !== undefined &&
    closeOpen(evidence, entry, knownPlacesOf(evidence, outcome), openTimeoutSeconds);
  const { visits, stateVisits } = keys;
  if (visits === undefined || stateVisits === undefined) return { isTrial: true, isFirst: true, isLate };
  const episodeId = entry.episodeId ?? "";
  return { isTrial: keyspace.addToSet(visits, episodeId), isFirst: keyspace.addToSet(stateVisits, episodeId), isLate };
}

/** Evidence of a pair of which nothing is known yet. */
export function newEvidence(keyspace: Keyspace, { entry, keys }: KeyedOutcome): Fields {
  keyspace.addToSet(keys.agents, entry.agentId);
  keyspace.addToSet(keys.states, entry.stateFingerprint);
  return { successes: 0, trials: 0, rewardSum: 0, rewardCount: 0, firstSeen: entry.ts };
}

/**
 * The evidence of the pair with one more outcome, not stored yet.
 *
 * @param stored - the evidence so far, which is changed; undefined when there is none
 * @param target - what is learned from it at once; undefined when nothing is
 */
export function accumulate(
  keyspace: Keyspace,
  outcome: KeyedOutcome,
  stored: Fields | undefined,
  visit: Visit,
  target: number | undefined,
  settings: CrystallizationSettings,
): Fields {
  const { entry, keys, evidenceId } = outcome;
  if (entry.episodeId !== undefined) keyspace.addToSet(keys.episodes, entry.episodeId);
  const evidence = stored ?? newEvidence(keyspace, outcome);
  if (dependsOnAnother(evidence, entry)) {
    const kind = evidence.hasPolicy === undefined ? "startedOver" : "retired";
    startOver(evidence, ownDecisionsIn(keyspace, keys.state, evidenceId, evidence), entry.ts);
    noteMoment(keyspace, keys.history, evidence, kind, RETIRED_BY_VERSIONS, entry.ts, settings.historyLength);
  }
  if (visit.isTrial) addTrial(evidence, entry, visit);
  if (target !== undefined) stepTowards(evidence, target, settings);
  noteNewest(evidence, outcome);
  return evidence;
}

function dependsOnAnother(evidence: Fields, { dependsOn }: OutcomeEntry): boolean {
  const known = evidence.dependsOn;
  return dependsOn !== undefined && known !== undefined && known !== dependsOn;
}

function addTrial(evidence: Fields, entry: OutcomeEntry, { isFirst, isLate }: Visit): void {
  const success = isSuccess(entry);
  count(evidence, "trials", "successes", success);
  if (isTaken(entry)) count(evidence, "takenTrials", "takenSuccesses", success);
  else if (!isFirst) count(evidence, "laterTrials", "laterSuccesses", success);
  const isFailedTrial = entry.decision === "trial" && !success && !isLate;
  if (isFailedTrial) evidence.failedTrials = numberField(evidence, "failedTrials", 0) + 1;
  if (entry.reward !== undefined) addReward(evidence, entry.reward, success);
}

/** Those of successes are added up apart as well. Before they were, all were taken for theirs. */
function addReward(evidence: Fields, reward: number, success: boolean): void {
  const sum = numberField(evidence, "rewardSum", 0);
  const rewards = numberField(evidence, "rewardCount", 0);
  evidence.rewardSum = sum + reward;
  evidence.rewardCount = rewards + 1;
  evidence.successRewardSum = numberField(evidence, "successRewardSum", sum) + (success ? reward : 0);
  evidence.successRewardCount = numberField(evidence, "successRewardCount", rewards) + (success ? 1 : 0);
}

function count(evidence: Fields, trials: string, successes: string, success: boolean): void {
  evidence[trials] = numberField(evidence, trials, 0) + 1;
  if (success) evidence[successes] = numberField(evidence, successes, 0) + 1;
}

/** What the newest outcome says, by its time, counts. */
function noteNewest(evidence: Fields, { entry, stateDigest }: KeyedOutcome): void {
  const { ts, dependsOn, validUntil } = entry;
  if (stateDigest !== "") evidence.stateDigest = stateDigest;
  const lastSeen = numberField(evidence, "lastSeen", ts);
  if (ts >= lastSeen) {
    evidence.lastSeen = ts;
    if (evidence.hasPolicy === undefined && entry.stateFeatures !== "") evidence.stateFeatures = entry.stateFeatures;
    if (validUntil !== undefined && validUntil > 0) evidence.validUntil = validUntil;
  }
  if (dependsOn !== undefined) evidence.dependsOn = dependsOn;
  evidence.firstSeen = Math.min(numberField(evidence, "firstSeen", lastSeen), ts);
}

/**
 * Evidence whose state has gone to its policy.
 *
 * @rare
 */
export function withoutState(evidence: Fields): Fields {
  const kept: Fields = {};
  for (const name in evidence) {
    const value = evidence[name];
    if (value !== undefined && name !== "stateFeatures") kept[name] = value;
  }
  return kept;
}
