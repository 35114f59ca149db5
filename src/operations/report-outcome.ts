import type { Operation } from "../keyspace/engine.js";
import type { Fields, Keyspace } from "../keyspace/keyspace.js";
import { numberPredictionError } from "../learning/number-prediction-error.js";
import { type AccessLimits, confirmRead } from "./accesses.js";
import { type EdgeLimits, strengthenEdge } from "./edges.js";
import { addEvidence, type CrystallizationSettings, countOutcome, type Outcome, oneStepReturn } from "./evidence.js";
import { numberField, textField } from "./fields.js";
import { type LearnedLayout, type ObservationSettings, observeActed, observeContradicted } from "./observation.js";
import { addComparedReward, type LedgerKeys } from "./predictions.js";
import { storeLearning, writeOrders } from "./record.js";
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
  readonly layout: LearnedLayout;
  readonly edgeLimits: EdgeLimits;
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
  readonly coOccurrenceDelta: number;
  readonly accessLimits: AccessLimits;
  readonly maxLedger: number;
  /** Reports are remembered for this long, so that repeating one within it does nothing. */
  readonly reportTtlSeconds: number;
}

export interface ReportOutcomeOutput {
  /**
   * `repeated`: this decision was reported before; nothing was changed. `gone`: its policy no longer exists. An explored
   * action needs none.
   */
  readonly status: "learned" | "repeated" | "gone";
  readonly tdError: number;
  readonly predictionError: number;
  /** The policy, or else the evidence of an explored action. */
  readonly fields: Fields;
}

/** Forgets at most this many expired report ids per call, so that the cost of one call stays bounded. */
const FORGET_PER_CALL = 8;

/** Everything one reported outcome teaches, in one atomic step, once per decision. */
export const reportOutcome: Operation<ReportOutcomeInput, ReportOutcomeOutput> = {
  name: "report-outcome",
  access: "write",
  execute(keyspace, input) {
    if (!rememberDecision(keyspace, input)) return nothingLearned("repeated");
    const { outcome, settings, nowSeconds } = input;
    const plan = outcome.plan;
    const fields = keyspace.getRecord(plan.keys.records, plan.id);
    if (fields === undefined) return learnWithoutPolicy(keyspace, input);
    const target = oneStepReturn(keyspace, outcome, input.reward, settings.crystallization);
    const error = stepTowards(fields, target, settings.crystallization);
    addEvidence(keyspace, outcome, target, numberField(fields, "qValue", 0), settings.crystallization, nowSeconds);
    logExplored(keyspace, input);
    if (outcome.success) {
      observeActed(fields, input.layout, settings.observation, nowSeconds);
      confirmDecision(keyspace, input, fields);
      writeOrders(keyspace, plan, fields);
      linkContext(keyspace, input);
    } else {
      observeContradicted(fields, input.layout, settings.observation, nowSeconds);
    }
    const predictionError = comparePrediction(keyspace, input, fields);
    const extras = { outcome: outcome.success ? "acted" : "contradicted", reward: input.reward, td_error: error };
    storeLearning(keyspace, plan, fields, "observe", extras, nowSeconds);
    return { status: "learned", tdError: error, predictionError, fields };
  },
};

/** Policies that were deleted meanwhile are not linked. */
function linkContext(keyspace: Keyspace, input: ReportOutcomeInput): void {
  const plan = input.outcome.plan;
  for (const { keys, id, name } of input.context) {
    if (name === plan.name || keyspace.getRecord(keys.records, id) === undefined) continue;
    strengthenEdge(keyspace, input.keys.edges, name, plan.name, input.settings.coOccurrenceDelta, input.edgeLimits);
  }
}

function nothingLearned(status: "repeated" | "gone"): ReportOutcomeOutput {
  return { status, tdError: 0, predictionError: 0, fields: {} };
}

function learnWithoutPolicy(keyspace: Keyspace, input: ReportOutcomeInput): ReportOutcomeOutput {
  const { outcome, settings } = input;
  const { state } = outcome.keys;
  const before = numberField(keyspace.getRecord(state, outcome.evidenceId) ?? {}, "qValue", 0);
  const target = oneStepReturn(keyspace, outcome, input.reward, settings.crystallization);
  countOutcome(keyspace, outcome, true, settings.crystallization, input.nowSeconds);
  if (input.log === undefined) return nothingLearned("gone");
  logExplored(keyspace, input);
  const fields = keyspace.getRecord(state, outcome.evidenceId) ?? {};
  const predictionError = numberPredictionError(input.predictedReward, input.reward);
  return { status: "learned", tdError: target - before, predictionError, fields };
}

function logExplored(keyspace: Keyspace, input: ReportOutcomeInput): void {
  const log = input.log;
  if (log === undefined) return;
  const { keys, evidenceId, policyId } = input.outcome;
  const evidence = keyspace.getRecord(keys.state, evidenceId) ?? {};
  const policy = keyspace.getRecord(keys.state, policyId) ?? {};
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

/** @returns false when the decision was reported before */
function rememberDecision(keyspace: Keyspace, input: ReportOutcomeInput): boolean {
  const key = input.keys.decisions;
  if (keyspace.getScore(key, input.decisionId) !== undefined) return false;
  keyspace.putScore(key, input.decisionId, input.decidedAtSeconds);
  const expired = input.nowSeconds - input.settings.reportTtlSeconds;
  for (const old of keyspace.rangeUpToScore(key, expired, FORGET_PER_CALL)) keyspace.removeScore(key, old.member);
  return true;
}

/** The decision staged one read of the policy; acting on it in time confirms that read. */
function confirmDecision(keyspace: Keyspace, input: ReportOutcomeInput, fields: Fields): void {
  const limits = input.settings.accessLimits;
  if (input.nowSeconds - input.decidedAtSeconds > limits.stagedTtlSeconds) return;
  confirmRead(keyspace, input.keys.access, input.outcome.plan.name, fields, input.decidedAtSeconds, limits);
}

/** Holds the reward the decision expected against the one observed. */
function comparePrediction(keyspace: Keyspace, input: ReportOutcomeInput, fields: Fields): number {
  const { keys, decisionId: id, predictedReward: predicted, reward: observed, settings, nowSeconds } = input;
  const compared = { id, predicted, observed };
  const { name } = input.outcome.plan;
  return addComparedReward(keyspace, keys, name, fields, compared, settings.maxLedger, nowSeconds);
}
