import type { Fields, Keyspace } from "../../keyspace/port/keyspace.js";
import { isSuccess, type KeyedOutcome, type OutcomeEntry } from "../outcomes/outcome.js";
import { numberField } from "../records/fields.js";
import { stepTowards } from "../values/values.js";
import type { CrystallizationSettings } from "./crystallization.js";
import { noteMoment } from "./history.js";
import { RETIRED_BY_VERSIONS, startOver } from "./retirement.js";

/** Whether an outcome is a trial of its own, or of an episode that was here before. */
export function countsAsTrial(keyspace: Keyspace, { entry, keys }: KeyedOutcome): boolean {
  return keys.visits === undefined || keyspace.addToSet(keys.visits, entry.episodeId ?? "");
}

/**
 * The evidence of the pair with one more outcome, not stored yet.
 *
 * @param target - what is learned from it at once; undefined when nothing is
 */
export function accumulate(
  keyspace: Keyspace,
  { entry, keys, evidenceId }: KeyedOutcome,
  isTrial: boolean,
  target: number | undefined,
  settings: CrystallizationSettings,
): Fields {
  if (entry.episodeId !== undefined) keyspace.addToSet(keys.episodes, entry.episodeId);
  let evidence = keyspace.getRecord(keys.state, evidenceId);
  if (evidence === undefined) {
    keyspace.addToSet(keys.agents, entry.agentId);
    keyspace.addToSet(keys.states, entry.stateFingerprint);
    evidence = { successes: 0, trials: 0, rewardSum: 0, rewardCount: 0, firstSeen: entry.ts };
  }
  if (dependsOnAnother(evidence, entry)) {
    const kind = evidence.hasPolicy === undefined ? "startedOver" : "retired";
    startOver(evidence, entry.ts);
    noteMoment(keyspace, keys.history, evidence, kind, RETIRED_BY_VERSIONS, entry.ts, settings.historyLength);
  }
  if (isTrial) addTrial(evidence, entry);
  if (target !== undefined) stepTowards(evidence, target, settings);
  noteNewest(evidence, entry);
  return evidence;
}

function dependsOnAnother(evidence: Fields, { dependsOn }: OutcomeEntry): boolean {
  const known = evidence.dependsOnJson;
  return dependsOn !== undefined && known !== undefined && known !== dependsOn;
}

function addTrial(evidence: Fields, entry: OutcomeEntry): void {
  evidence.trials = numberField(evidence, "trials", 0) + 1;
  if (isSuccess(entry)) evidence.successes = numberField(evidence, "successes", 0) + 1;
  if (entry.reward !== undefined) {
    evidence.rewardSum = numberField(evidence, "rewardSum", 0) + entry.reward;
    evidence.rewardCount = numberField(evidence, "rewardCount", 0) + 1;
  }
}

/** What the newest outcome says, by its time, counts. */
function noteNewest(evidence: Fields, entry: OutcomeEntry): void {
  const { ts, dependsOn, validUntil } = entry;
  const lastSeen = numberField(evidence, "lastSeen", ts);
  if (ts >= lastSeen) {
    evidence.lastSeen = ts;
    if (evidence.hasPolicy === undefined) holdTexts(evidence, entry);
    if (validUntil !== undefined && validUntil > 0) evidence.validUntil = validUntil;
  }
  if (dependsOn !== undefined) evidence.dependsOnJson = dependsOn;
  evidence.firstSeen = Math.min(numberField(evidence, "firstSeen", lastSeen), ts);
}

/** The newest state and specification wait here for the policy, and lie nowhere else until there is one. */
function holdTexts(evidence: Fields, { stateFeatures, actionSpec }: OutcomeEntry): void {
  if (stateFeatures !== "") evidence.stateJson = stateFeatures;
  if (actionSpec !== "") evidence.actionSpecJson = actionSpec;
}

/**
 * Evidence whose texts have gone to its policy.
 *
 * @rare
 */
export function withoutTexts(evidence: Fields): Fields {
  const kept: Fields = {};
  for (const name in evidence) {
    const value = evidence[name];
    if (value !== undefined && name !== "stateJson" && name !== "actionSpecJson") kept[name] = value;
  }
  return kept;
}
