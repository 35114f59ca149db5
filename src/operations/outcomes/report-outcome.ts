import type { Operation } from "../../keyspace/port/engine.js";
import type { Fields, Keyspace } from "../../keyspace/port/keyspace.js";
import { numberPredictionError } from "../../maths/learning/number-prediction-error.js";
import {
  type LearnedLayout,
  type ObservationSettings,
  observeActed,
  observeContradicted,
} from "../observation/observation.js";
import { addComparedReward, type LedgerKeys } from "../observation/predictions.js";
import { type AccessLimits, confirmRead } from "../primitives/accesses.js";
import { type EdgeLimits, strengthenEdge } from "../primitives/edges.js";
import { numberField, textField } from "../records/fields.js";
import { rankedRecord } from "../records/ranking-bound.js";
import { appendEvent, putRanked, writeOrders } from "../records/record.js";
import { addEvidence, type CrystallizationSettings, countOutcome, type Outcome, oneStepReturn } from "./evidence.js";
import { stepTowards } from "./values.js";

export interface ReportOutcomeInput {
  readonly keys: LedgerKeys & {
    /** Sorted index of the decisions reported, by the time they were made. */
    readonly decisions: string;
    readonly edges: string;
    /** Record with the confirmed accesses of the policy, under its name. */
    readonly access: string;
  };
  readonly decisionId: string;
  readonly decidedAtSeconds: number;
  /** The Q-value the decision expected. */
  readonly predictedReward: number;
  readonly outcome: Outcome;
  readonly reward: number;
  /** The policies acted on before in the same task. */
  readonly context: readonly {
    readonly keys: { readonly records: string };
    readonly id: string;
    readonly name: string;
  }[];
  /** Absent unless the decision was drawn among several: then the outcome is kept for evaluation. */
  readonly log?: ReportLog;
  readonly settings: ReportSettings;
  readonly nowSeconds: number;
}

/** Where an explored outcome is logged, beside the recorded ones. */
export interface ReportLog {
  readonly keys: { readonly stream: string };
  /** What is logged, but for what is on record: the state's features and the action's specification. */
  readonly entry: Fields;
  /** The group that counts what is recorded: this outcome is counted already. */
  readonly group: string;
  readonly streamMaxLength: number;
}

export interface ReportSettings {
  readonly crystallization: CrystallizationSettings;
  readonly observation: ObservationSettings;
  readonly layout: LearnedLayout;
  readonly edgeLimits: EdgeLimits;
  readonly coOccurrenceDelta: number;
  readonly accessLimits: AccessLimits;
  readonly maxLedger: number;
  /** Reports are remembered for this long, so that repeating one within it does nothing. */
  readonly reportTtlSeconds: number;
}

export interface ReportOutcomeOutput {
  /**
   * `repeated`: this decision was reported before; nothing was changed. `gone`: its policy no longer exists. An explored
   * action needs none. `incomplete`: there is no policy, and what creating one takes was not given; nothing was changed.
   */
  readonly status: "learned" | "repeated" | "gone" | "incomplete";
  readonly tdError: number;
  readonly predictionError: number;
  /** Of the policy, or else of the evidence of an explored action. */
  readonly qValue: number;
  /** Of the policy. */
  readonly confidence?: number;
}

/** Forgets at most this many expired report ids per call, so that the cost of one call stays bounded. */
const FORGET_PER_CALL = 8;

/** Everything one reported outcome teaches, in one atomic step, once per decision. */
export const reportOutcome: Operation<ReportOutcomeInput, ReportOutcomeOutput> = {
  name: "report-outcome",
  access: "write",
  execute(keyspace, input) {
    const { outcome, settings, nowSeconds } = input;
    const { policy } = outcome;
    const fields = keyspace.getRecord(policy.keys.records, policy.id);
    if (fields === undefined && outcome.creation === undefined) return nothingLearned("incomplete");
    if (!rememberDecision(keyspace, input)) return nothingLearned("repeated");
    if (fields === undefined) return learnWithoutPolicy(keyspace, input);
    const target = oneStepReturn(keyspace, outcome, input.reward, settings.crystallization);
    const error = stepTowards(fields, target, settings.crystallization);
    addEvidence(keyspace, outcome, target, numberField(fields, "qValue", 0), settings.crystallization, nowSeconds);
    if (input.log !== undefined) logExplored(keyspace, input, input.log);
    if (outcome.success) {
      observeActed(fields, settings.layout, settings.observation, nowSeconds);
      confirmDecision(keyspace, input, fields);
      writeOrders(keyspace, policy, fields);
      linkContext(keyspace, input);
    } else {
      observeContradicted(fields, settings.layout, settings.observation, nowSeconds);
    }
    const predictionError = comparePrediction(keyspace, input, fields);
    const extras = { outcome: outcome.success ? "acted" : "contradicted", reward: input.reward, td_error: error };
    putRanked(keyspace, rankedRecord(policy, settings.crystallization.rankings), fields, nowSeconds);
    appendEvent(keyspace, policy, fields, "observe", extras, nowSeconds);
    const qValue = numberField(fields, "qValue", 0);
    const confidence = numberField(fields, "confidence.value", 0);
    return { status: "learned", tdError: error, predictionError, qValue, confidence };
  },
};

/** Policies that were deleted meanwhile are not linked. */
function linkContext(keyspace: Keyspace, input: ReportOutcomeInput): void {
  const { coOccurrenceDelta, edgeLimits } = input.settings;
  const own = input.outcome.policy.name;
  for (const { keys, id, name } of input.context) {
    if (name === own || keyspace.getRecord(keys.records, id) === undefined) continue;
    strengthenEdge(keyspace, input.keys.edges, name, own, coOccurrenceDelta, edgeLimits);
  }
}

/** @rare */
function nothingLearned(status: "repeated" | "gone" | "incomplete"): ReportOutcomeOutput {
  return { status, tdError: 0, predictionError: 0, qValue: 0 };
}

/** @rare */
function learnWithoutPolicy(keyspace: Keyspace, input: ReportOutcomeInput): ReportOutcomeOutput {
  const { outcome, settings } = input;
  const { state } = outcome.keys;
  const before = numberField(keyspace.getRecord(state, outcome.evidenceId) ?? {}, "qValue", 0);
  const target = oneStepReturn(keyspace, outcome, input.reward, settings.crystallization);
  countOutcome(keyspace, outcome, true, settings.crystallization, input.nowSeconds);
  if (input.log === undefined) return nothingLearned("gone");
  logExplored(keyspace, input, input.log);
  const qValue = numberField(keyspace.getRecord(state, outcome.evidenceId) ?? {}, "qValue", 0);
  const predictionError = numberPredictionError(input.predictedReward, input.reward);
  return { status: "learned", tdError: target - before, predictionError, qValue };
}

/** @rare */
function logExplored(keyspace: Keyspace, input: ReportOutcomeInput, log: ReportLog): void {
  const { keys, evidenceId, policy: place } = input.outcome;
  const evidence = keyspace.getRecord(keys.state, evidenceId) ?? {};
  const policy = keyspace.getRecord(keys.state, place.id) ?? {};
  const entry: Fields = {
    stateFeatures: textField(policy, "stateFeatures", textField(evidence, "stateJson", "{}")),
    actionSpec: textField(policy, "actionSpec", textField(evidence, "actionSpecJson", "{}")),
  };
  for (const name in log.entry) {
    const value = log.entry[name];
    if (value !== undefined && value !== "") entry[name] = value;
  }
  const { stream } = log.keys;
  const isCaughtUp = keyspace.isCaughtUp(stream, log.group);
  keyspace.appendToStream(stream, entry, input.nowSeconds * 1000);
  if (isCaughtUp) keyspace.passNewest(stream, log.group, 1);
  keyspace.trimStream(stream, log.streamMaxLength);
}

/** @returns whether it was reported for the first time */
function rememberDecision(keyspace: Keyspace, input: ReportOutcomeInput): boolean {
  const key = input.keys.decisions;
  if (!keyspace.addScore(key, input.decisionId, input.decidedAtSeconds)) return false;
  const expired = input.nowSeconds - input.settings.reportTtlSeconds;
  for (const old of keyspace.rangeUpToScore(key, expired, FORGET_PER_CALL)) keyspace.removeScore(key, old.member);
  return true;
}

/** The decision staged one read of the policy; acting on it in time confirms that read. */
function confirmDecision(keyspace: Keyspace, input: ReportOutcomeInput, fields: Fields): void {
  const limits = input.settings.accessLimits;
  if (input.nowSeconds - input.decidedAtSeconds > limits.stagedTtlSeconds) return;
  confirmRead(keyspace, input.keys.access, input.outcome.policy.name, fields, input.decidedAtSeconds, limits);
}

/** Holds the reward the decision expected against the one observed. */
function comparePrediction(keyspace: Keyspace, input: ReportOutcomeInput, fields: Fields): number {
  const { keys, decisionId: id, predictedReward: predicted, reward: observed, settings, nowSeconds } = input;
  const compared = { id, predicted, observed };
  const { name } = input.outcome.policy;
  return addComparedReward(keyspace, keys, name, fields, compared, settings.maxLedger, nowSeconds);
}
