import type { Fields, Keyspace } from "../../keyspace/port/keyspace.js";
import { wilsonLowerBound } from "../../maths/statistics/wilson-bound.js";
import {
  type Counts,
  countRecent,
  countsInForce,
  crystallizeAgain,
  isRetired,
  RETIRED_BY_OUTCOMES,
  RETIRED_BY_VERSIONS,
  type RetirementSettings,
  startOver,
  watchFromHere,
  weighOutcome,
} from "../policies/retirement.js";
import { numberField } from "../records/fields.js";
import { rankedRecord, rankingIndexes } from "../records/ranking-bound.js";
import type { RankedScore } from "../records/ranking-index.js";
import { appendEvent, insertRecord, putRanked } from "../records/record.js";
import type { LearnedRecord, RecordKeys, SideWrites } from "../records/record-keys.js";
import { noteMoment, noteOutcome } from "./history.js";
import { arrive, follow } from "./trails.js";
import { stateValue, stepTowards, type ValueSettings } from "./values.js";

/** One observed state-action-outcome, with the keys of everything it may touch. Texts named `...Json` are opaque. */
export interface Outcome {
  readonly keys: {
    /** Records of the state: the evidence and the policies of its actions. */
    readonly state: string;
    /** Records of how the evidence of the pair came about. */
    readonly history: string;
    /** Set of the agent's states. */
    readonly states: string;
    /** Set of the agent's episodes. */
    readonly episodes: string;
    /** Set of all agents. */
    readonly agents: string;
    /** Set of the episodes that were here before. Absent when every outcome is a trial of its own. */
    readonly visits?: string;
    /** Records of the state that followed; absent at the end of an episode or when unknown. */
    readonly nextState?: string;
    /** Steps of the episode whose return is not known yet; absent when it has none. */
    readonly trail?: string;
  };
  readonly evidenceId: string;
  readonly agentId: string;
  readonly stateFingerprint: string;
  /** `keys.state` as it is noted in trails. */
  readonly stateKey: string;
  /** "" leaves what is on record. Once there is a policy, it keeps the texts. */
  readonly stateJson: string;
  /** As `stateJson`. */
  readonly actionSpecJson: string;
  /** Names and versions of what the outcome depends on. "" leaves what is on record. */
  readonly dependsOnJson: string;
  /** Unix seconds until which the action may be served. 0 leaves what is on record. */
  readonly validUntil: number;
  /** "" when the event belongs to no episode. */
  readonly episodeId: string;
  readonly success: boolean;
  /** Absent when none was observed: then nothing is learned but success or failure. */
  readonly reward?: number;
  /** Whether the episode ended here, led to `keys.nextState`, or the next outcome of the episode tells where it led. */
  readonly next: "ended" | "known" | "later";
  readonly occurredAtSeconds: number;
  /** The policy this pair has, or may become: beside its evidence. */
  readonly policy: LearnedRecord;
  /** What the policy begins with. May be absent where {@link outcomesToComplete} is asked before. */
  readonly creation?: PolicyCreation;
}

/** What only creating a policy takes. */
export interface PolicyCreation {
  readonly record: RecordKeys;
  readonly initialFields: Fields;
  readonly sideWrites: SideWrites;
}

/**
 * When evidence becomes a policy, and with which value: docs/specification/README.md#statistics-and-crystallization.
 */
export interface CrystallizationSettings extends ValueSettings, RetirementSettings {
  readonly minEvents: number;
  readonly ciThreshold: number;
  /** The bound itself, the learned value or the mean of the rewards (the bound without rewards), or `initialQValue`. */
  readonly initialQ: "bound" | "learned" | "meanReward" | "fixed";
  readonly initialQValue: number;
  /** Start the confidence state from the evidence instead of from (initial, 0). */
  readonly seedConfidence: boolean;
  readonly evidenceCap: number;
  /** The scores of a policy whose bounds are indexed. */
  readonly rankings: readonly RankedScore[];
  /** Outcomes of a pair that are kept for its explanation. */
  readonly historyLength: number;
}

/**
 * Adds one outcome to the durable evidence of its (agent, state, action), with a step of its learned value, and creates
 * the policy when the accumulated counts first pass. Existence is an exact look-up, made once: the evidence remembers
 * that its policy exists, and is removed with it. The value of an existing policy makes a step towards the same target,
 * and the policy is retired when its outcomes have turned bad, or back when those since then suffice.
 *
 * @param isReported - whether it was the outcome of a decision
 * @returns whether a policy was created
 */
export function countOutcome(
  keyspace: Keyspace,
  outcome: Outcome,
  isReported: boolean,
  settings: CrystallizationSettings,
  nowSeconds: number,
): boolean {
  const { state, trail } = outcome.keys;
  const { policy } = outcome;
  if (trail !== undefined) {
    const rankings = rankingIndexes(policy.rankings, settings.rankings);
    arrive(keyspace, trail, state, rankings, settings, nowSeconds);
  }
  const target = targetOf(keyspace, outcome, settings);
  const isTrial = countsAsTrial(keyspace, outcome);
  const evidence = accumulate(keyspace, outcome, isTrial, target, settings);
  let qValue = target === undefined ? undefined : numberField(evidence, "qValue", 0);
  const hadPolicy = evidence.hasPolicy !== undefined;
  let created = false;
  if (!hadPolicy) {
    const bound = passingBound(countsInForce(evidence), settings);
    const creation = bound > 0 ? outcome.creation : undefined;
    if (creation !== undefined) {
      const first = createPolicy(keyspace, outcome, creation, evidence, bound, settings, nowSeconds);
      created = first !== undefined;
      qValue = first ?? qValue;
      evidence.hasPolicy = true;
      watchFromHere(evidence);
    }
  } else if (target !== undefined) {
    qValue = stepPolicy(keyspace, outcome, target, settings, nowSeconds) ?? qValue;
  }
  if (isTrial) {
    noteOutcome(keyspace, outcome, evidence, qValue, isReported, settings.historyLength);
    if (hadPolicy) watchPolicy(keyspace, outcome, evidence, settings, nowSeconds);
  }
  const isHandedOver = !hadPolicy && evidence.hasPolicy !== undefined;
  keyspace.putRecord(state, outcome.evidenceId, isHandedOver ? withoutTexts(evidence) : evidence);
  const reward = outcome.reward ?? (settings.tdSteps > 1 ? 0 : undefined); // it may be part of an earlier return
  if (trail !== undefined && reward !== undefined && isLearnedLater(outcome, settings)) {
    const { evidenceId, next, keys } = outcome;
    const step = { state: outcome.stateKey, evidenceId, policyId: policy.id, policyName: policy.name, reward };
    const rankings = rankingIndexes(policy.rankings, settings.rankings);
    follow(keyspace, trail, step, next, keys.nextState, rankings, settings, nowSeconds);
  }
  return created;
}

/**
 * Adds the outcome of a decision to the evidence of a pair whose policy exists and is not written here.
 *
 * @param qValue - of the policy, after it
 */
export function addEvidence(
  keyspace: Keyspace,
  outcome: Outcome,
  target: number,
  qValue: number,
  settings: CrystallizationSettings,
  nowSeconds: number,
): void {
  const isTrial = countsAsTrial(keyspace, outcome);
  const evidence = accumulate(keyspace, outcome, isTrial, target, settings);
  evidence.hasPolicy = true;
  if (isTrial) {
    noteOutcome(keyspace, outcome, evidence, qValue, true, settings.historyLength);
    watchPolicy(keyspace, outcome, evidence, settings, nowSeconds);
  }
  keyspace.putRecord(outcome.keys.state, outcome.evidenceId, evidence);
}

/**
 * Which of some outcomes, about to be counted in this order, lack what creating a policy takes although one may have to be
 * created with them.
 *
 * @returns their positions
 */
export function outcomesToComplete(
  keyspace: Keyspace,
  entries: readonly { readonly outcome?: Outcome }[],
  settings: CrystallizationSettings,
): readonly number[] {
  const lacking: number[] = [];
  const pairs: Record<string, Prospect | undefined> = {};
  for (let position = 0; position < entries.length; position += 1) {
    const outcome = entries[position]?.outcome;
    if (outcome === undefined) continue;
    const { keys, evidenceId } = outcome;
    const pair = `${keys.state} ${evidenceId}`;
    const before = pairs[pair] ?? prospectOf(keyspace.getRecord(keys.state, evidenceId) ?? {});
    const prospect: Prospect = {
      hasPolicy: before.hasPolicy,
      known: before.known,
      successes: before.successes + (outcome.success ? 1 : 0),
      trials: before.trials + 1,
      mayStartOver: before.mayStartOver || outcome.dependsOnJson !== "",
    };
    pairs[pair] = prospect;
    if (outcome.creation === undefined && maySuffice(prospect, settings)) lacking.push(position);
  }
  return lacking;
}

/** What a pair has, and may get from outcomes that are about to be counted. */
interface Prospect extends Counts {
  readonly hasPolicy: boolean;
  readonly known: Counts;
  /** Whether an outcome may depend on another version, which puts the earlier ones out of force. */
  readonly mayStartOver: boolean;
}

function prospectOf(evidence: Fields): Prospect {
  const known = countsInForce(evidence);
  return { hasPolicy: evidence.hasPolicy !== undefined, known, successes: 0, trials: 0, mayStartOver: false };
}

/**
 * Whether some of the outcomes could suffice. Not all need to count: their ids may have been used, or their episodes have
 * been here before. So the bound is that of all successes, and of no more failures than `minEvents` asks for.
 */
function maySuffice(prospect: Prospect, settings: CrystallizationSettings): boolean {
  if (prospect.hasPolicy) return false;
  if (best(prospect.known, prospect, settings) > 0) return true;
  return prospect.mayStartOver && best(NOTHING, prospect, settings) > 0;
}

const NOTHING: Counts = { successes: 0, trials: 0 };

function best(known: Counts, { successes, trials }: Counts, settings: CrystallizationSettings): number {
  const withoutFailures = known.trials + successes;
  const enough = Math.min(settings.minEvents, known.trials + trials);
  const counts = { successes: known.successes + successes, trials: Math.max(withoutFailures, enough) };
  return passingBound(counts, settings);
}

/** The lower bound of the evidence when it suffices for a policy, else 0. */
function passingBound({ successes, trials }: Counts, settings: CrystallizationSettings): number {
  if (trials < settings.minEvents) return 0;
  const bound = wilsonLowerBound(successes, trials, settings.z);
  return bound > settings.ciThreshold ? bound : 0;
}

/** Retires the policy of the pair, or takes it back, as its outcomes have it. */
function watchPolicy(
  keyspace: Keyspace,
  outcome: Outcome,
  evidence: Fields,
  settings: CrystallizationSettings,
  nowSeconds: number,
): void {
  const { keys, policy } = outcome;
  countRecent(evidence, outcome.success);
  if (!isRetired(evidence)) {
    if (!weighOutcome(evidence, outcome.success, settings, nowSeconds)) return;
    appendEvent(keyspace, policy, {}, "retire", { reason: RETIRED_BY_OUTCOMES }, nowSeconds);
    noteMoment(keyspace, keys.history, evidence, "retired", RETIRED_BY_OUTCOMES, nowSeconds, settings.historyLength);
  } else if (passingBound(countsInForce(evidence), settings) > 0) {
    crystallizeAgain(evidence);
    appendEvent(keyspace, policy, {}, "restore", { reason: RETIRED_BY_OUTCOMES }, nowSeconds);
    noteMoment(keyspace, keys.history, evidence, "restored", RETIRED_BY_OUTCOMES, nowSeconds, settings.historyLength);
  }
}

/** What is learned from an outcome at once; undefined when nothing is. */
function targetOf(keyspace: Keyspace, outcome: Outcome, settings: ValueSettings): number | undefined {
  if (outcome.reward === undefined || isLearnedLater(outcome, settings)) return undefined;
  return oneStepReturn(keyspace, outcome, outcome.reward, settings);
}

/**
 * A reward and what the state that followed is worth, discounted. To be read before anything is changed, because that
 * may be the same state.
 */
export function oneStepReturn(keyspace: Keyspace, outcome: Outcome, reward: number, settings: ValueSettings): number {
  const future = stateValue(keyspace, outcome.keys.nextState);
  return reward + settings.tdGamma * future;
}

/** Whether the return of an outcome takes in outcomes to come. */
function isLearnedLater(outcome: Outcome, settings: ValueSettings): boolean {
  return outcome.next === "later" || (outcome.keys.trail !== undefined && settings.tdSteps > 1);
}

/** @returns the value of the policy after the step; undefined when there is no policy */
function stepPolicy(
  keyspace: Keyspace,
  outcome: Outcome,
  target: number,
  settings: CrystallizationSettings,
  nowSeconds: number,
): number | undefined {
  const fields = keyspace.getRecord(outcome.keys.state, outcome.policy.id);
  if (fields === undefined) return undefined;
  stepTowards(fields, target, settings);
  putRanked(keyspace, rankedRecord(outcome.policy, settings.rankings), fields, nowSeconds);
  return numberField(fields, "qValue", 0);
}

/** Whether an outcome is a trial of its own, or of an episode that was here before. */
function countsAsTrial(keyspace: Keyspace, { keys, episodeId }: Outcome): boolean {
  return keys.visits === undefined || keyspace.addToSet(keys.visits, episodeId);
}

/** The evidence of the pair with one more outcome, not stored yet. */
function accumulate(
  keyspace: Keyspace,
  outcome: Outcome,
  isTrial: boolean,
  target: number | undefined,
  settings: CrystallizationSettings,
): Fields {
  if (outcome.episodeId !== "") keyspace.addToSet(outcome.keys.episodes, outcome.episodeId);
  let evidence = keyspace.getRecord(outcome.keys.state, outcome.evidenceId);
  if (evidence === undefined) {
    keyspace.addToSet(outcome.keys.agents, outcome.agentId);
    keyspace.addToSet(outcome.keys.states, outcome.stateFingerprint);
    evidence = { successes: 0, trials: 0, rewardSum: 0, rewardCount: 0, firstSeen: outcome.occurredAtSeconds };
  }
  const dependsOn = evidence.dependsOnJson;
  if (outcome.dependsOnJson !== "" && dependsOn !== undefined && dependsOn !== outcome.dependsOnJson) {
    const kind = evidence.hasPolicy === undefined ? "startedOver" : "retired";
    const at = outcome.occurredAtSeconds;
    startOver(evidence, at);
    noteMoment(keyspace, outcome.keys.history, evidence, kind, RETIRED_BY_VERSIONS, at, settings.historyLength);
  }
  if (isTrial) addTrial(evidence, outcome);
  if (target !== undefined) stepTowards(evidence, target, settings);
  const lastSeen = numberField(evidence, "lastSeen", outcome.occurredAtSeconds);
  if (outcome.occurredAtSeconds >= lastSeen) {
    evidence.lastSeen = outcome.occurredAtSeconds;
    if (evidence.hasPolicy === undefined) holdTexts(evidence, outcome);
    if (outcome.validUntil > 0) evidence.validUntil = outcome.validUntil;
  }
  if (outcome.dependsOnJson !== "") evidence.dependsOnJson = outcome.dependsOnJson;
  evidence.firstSeen = Math.min(numberField(evidence, "firstSeen", lastSeen), outcome.occurredAtSeconds);
  return evidence;
}

/** The newest state and specification wait here for the policy, and lie nowhere else until there is one. */
function holdTexts(evidence: Fields, { stateJson, actionSpecJson }: Outcome): void {
  if (stateJson !== "") evidence.stateJson = stateJson;
  if (actionSpecJson !== "") evidence.actionSpecJson = actionSpecJson;
}

/** @rare */
function withoutTexts(evidence: Fields): Fields {
  const kept: Fields = {};
  for (const name in evidence) {
    const value = evidence[name];
    if (value !== undefined && name !== "stateJson" && name !== "actionSpecJson") kept[name] = value;
  }
  return kept;
}

function addTrial(evidence: Fields, outcome: Outcome): void {
  evidence.trials = numberField(evidence, "trials", 0) + 1;
  if (outcome.success) evidence.successes = numberField(evidence, "successes", 0) + 1;
  if (outcome.reward !== undefined) {
    evidence.rewardSum = numberField(evidence, "rewardSum", 0) + outcome.reward;
    evidence.rewardCount = numberField(evidence, "rewardCount", 0) + 1;
  }
}

/**
 * Creates the policy of a pair unless there is one.
 *
 * @returns its first Q-value; undefined when there was a policy
 * @rare
 */
function createPolicy(
  keyspace: Keyspace,
  { keys, policy }: Outcome,
  creation: PolicyCreation,
  evidence: Fields,
  bound: number,
  settings: CrystallizationSettings,
  nowSeconds: number,
): number | undefined {
  if (keyspace.getRecord(keys.state, policy.id) !== undefined) return undefined;
  const fields = firstFields(creation.initialFields, evidence, bound, settings);
  insertRecord(keyspace, creation.record, fields, creation.sideWrites, nowSeconds);
  noteMoment(keyspace, keys.history, evidence, "crystallized", "", nowSeconds, settings.historyLength);
  return numberField(fields, "qValue", 0);
}

function firstFields(
  initialFields: Fields,
  evidence: Fields,
  bound: number,
  settings: CrystallizationSettings,
): Fields {
  const fields: Fields = {};
  for (const name in initialFields) {
    const value = initialFields[name];
    if (value !== undefined) fields[name] = value;
  }
  const newestState = evidence.stateJson;
  const newestSpec = evidence.actionSpecJson;
  if (newestState !== undefined) fields.stateFeatures = newestState;
  if (newestSpec !== undefined) fields.actionSpec = newestSpec;
  fields.qValue = firstQValue(evidence, bound, settings);
  if (settings.seedConfidence) seedConfidence(fields, evidence);
  return fields;
}

function firstQValue(evidence: Fields, bound: number, settings: CrystallizationSettings): number {
  if (settings.initialQ === "fixed") return settings.initialQValue;
  if (settings.initialQ === "learned") return numberField(evidence, "qValue", bound);
  const rewards = numberField(evidence, "rewardCount", 0);
  if (settings.initialQ === "meanReward" && rewards > 0) return numberField(evidence, "rewardSum", 0) / rewards;
  return bound;
}

/** The running mean over the evidence, as if each outcome had been a signal of 1 or 0. */
function seedConfidence(fields: Fields, evidence: Fields): void {
  const { successes, trials } = countsInForce(evidence);
  const initial = numberField(fields, "confidence.value", 0.5);
  fields["confidence.value"] = (initial + successes) / (trials + 1);
  fields["confidence.evidenceCount"] = trials;
  fields["confidence.corroborations"] = successes;
  fields["confidence.contradictions"] = trials - successes;
}
