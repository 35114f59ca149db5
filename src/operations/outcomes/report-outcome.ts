import type { Mutable } from "../../common/mutable.js";
import type { Operation } from "../../keyspace/port/engine.js";
import type { Fields, Keyspace } from "../../keyspace/port/keyspace.js";
import { numberPredictionError } from "../../maths/learning/number-prediction-error.js";
import { knownPlacesOf } from "../evidence/actions/places.js";
import { countCoin, type TossedCoin } from "../evidence/coins.js";
import type { CrystallizationSettings } from "../evidence/crystallization.js";
import { closeOpen } from "../evidence/open/open-decisions.js";
import {
  type LearnedLayout,
  type ObservationSettings,
  observeActed,
  observeContradicted,
} from "../observation/observation.js";
import { addComparedReward, type LedgerKeys } from "../observation/predictions.js";
import { type AccessLimits, confirmRead } from "../primitives/accesses.js";
import { type EdgeLimits, strengthenEdge } from "../primitives/edges.js";
import { numberField } from "../records/fields.js";
import { rankedRecord } from "../records/ranking/ranking-bound.js";
import { appendEvent, putRanked, writeOrders } from "../records/record.js";
import { oneStepReturn } from "../values/outcome-value.js";
import { stepTowards } from "../values/values.js";
import { countForPolicy, countOutcome } from "./count-outcome.js";
import { type DecisionLog, logDecision } from "./decision-log.js";
import { type CountingInput, type LackingOutput, lackingOf } from "./lacking.js";
import { isOfPolicy, isSuccess, type KeyedOutcome } from "./outcome.js";
import type { PolicyChangeKind } from "./policy-change.js";

export interface ReportOutcomeInput extends CountingInput {
  readonly keys: LedgerKeys & {
    /** Sorted index of the decisions reported, by the time they were made. */
    readonly decisions: string;
    readonly edges: string;
    /** Record with the confirmed accesses of the policy, under its name. */
    readonly access: string;
  };
  readonly decisionId: string;
  readonly decidedAtSeconds: number;
  /** Whether it was counted when it was made. */
  readonly isOpen: boolean;
  /** The Q-value the decision expected. */
  readonly predictedReward: number;
  readonly outcome: KeyedOutcome;
  /** The open decision, in place of which something else was done; absent when it was carried out, or never counted. */
  readonly replaced?: KeyedOutcome;
  /** The coin it was decided by; absent when there was none that counts, or what was to be taken was not. */
  readonly coin?: TossedCoin;
  /** The policies acted on before in the same task. */
  readonly context: readonly {
    readonly keys: { readonly records: string };
    readonly id: string;
    readonly name: string;
  }[];
  /** Where the outcome is kept for evaluation. */
  readonly log: DecisionLog;
  readonly settings: ReportSettings;
  readonly nowSeconds: number;
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
   * action needs none.
   */
  readonly status: "learned" | "repeated" | "gone";
  readonly tdError: number;
  readonly predictionError: number;
  /** Of the policy, or else of the evidence of an explored action. */
  readonly qValue: number;
  /** Of the policy. */
  readonly confidence?: number;
  /** What became of the policy; absent when nothing did. */
  readonly change?: PolicyChangeKind;
}

/** Forgets at most this many expired report ids per call, so that the cost of one call stays bounded. */
const FORGET_PER_CALL = 8;

/** Among the reported decisions, with the time of the newest one that was forgotten. No decision has this id. */
const FORGOTTEN = "-";

/** Everything one reported outcome teaches, in one atomic step, once per decision. */
export const reportOutcome: Operation<ReportOutcomeInput, ReportOutcomeOutput | LackingOutput> = {
  name: "report-outcome",
  access: "write",
  execute(keyspace, input) {
    const { outcome, settings } = input;
    const { keys: policyKeys, id } = outcome.policy;
    const fields = keyspace.getRecord(policyKeys.records, id);
    if (fields === undefined) {
      const lacking = lackingOf(keyspace, input, [{ outcome }], settings.crystallization);
      if (lacking !== undefined) return lacking;
    }
    if (!rememberDecision(keyspace, input)) return nothingLearned("repeated");
    if (input.replaced !== undefined) withdraw(keyspace, input.replaced, settings.crystallization);
    const output = fields === undefined ? learnWithoutPolicy(keyspace, input) : learn(keyspace, input, fields);
    if (input.coin !== undefined) {
      const { entry, keys } = outcome;
      countCoin(keyspace, keys.state, input.coin, input.isOpen ? "closed" : "reported", isSuccess(entry));
    }
    return output;
  },
};

function learn(keyspace: Keyspace, input: ReportOutcomeInput, fields: Fields): ReportOutcomeOutput {
  const { outcome, settings, nowSeconds } = input;
  const { policy } = outcome;
  const { reward } = outcome.entry;
  const target = reward === undefined ? undefined : oneStepReturn(keyspace, outcome, reward, settings.crystallization);
  const tdError = target === undefined ? 0 : stepTowards(fields, target, settings.crystallization);
  const qValue = numberField(fields, "qValue", 0);
  const change = countForPolicy(keyspace, outcome, target, qValue, settings.crystallization, nowSeconds);
  logDecision(keyspace, outcome, fields, input.log, nowSeconds);
  const success = isSuccess(outcome.entry);
  if (success) {
    observeActed(fields, settings.layout, settings.observation, nowSeconds);
    confirmDecision(keyspace, input, fields);
    writeOrders(keyspace, policy, fields);
    linkContext(keyspace, input);
  } else {
    observeContradicted(fields, settings.layout, settings.observation, nowSeconds);
  }
  const predictionError = comparePrediction(keyspace, input, fields);
  putRanked(keyspace, rankedRecord(policy, settings.crystallization.rankings), fields, nowSeconds);
  const extras: Fields = { outcome: success ? "acted" : "contradicted" };
  if (reward !== undefined) {
    extras.reward = reward;
    extras.td_error = tdError;
  }
  appendEvent(keyspace, policy, fields, "observe", extras, nowSeconds);
  const confidence = numberField(fields, "confidence.value", 0);
  return withChange({ status: "learned", tdError, predictionError, qValue, confidence }, change);
}

/** Policies that were deleted meanwhile are not linked. */
function linkContext(keyspace: Keyspace, input: ReportOutcomeInput): void {
  const { coOccurrenceDelta, edgeLimits } = input.settings;
  const own = input.outcome.policy.name;
  for (const { keys, id, name } of input.context) {
    if (name === own || keyspace.getRecord(keys.records, id) === undefined) continue;
    strengthenEdge(keyspace, input.keys.edges, name, own, coOccurrenceDelta, edgeLimits);
  }
}

/**
 * Nobody waits for a decision any more that was not carried out.
 *
 * @rare
 */
function withdraw(keyspace: Keyspace, replaced: KeyedOutcome, { openTimeoutSeconds }: CrystallizationSettings): void {
  const { entry, keys, evidenceId } = replaced;
  const evidence = keyspace.getRecord(keys.state, evidenceId);
  if (evidence === undefined) return;
  closeOpen(evidence, entry, knownPlacesOf(evidence, replaced), openTimeoutSeconds);
  keyspace.putRecord(keys.state, evidenceId, evidence);
}

/** @rare */
function nothingLearned(status: "repeated" | "gone"): ReportOutcomeOutput {
  return { status, tdError: 0, predictionError: 0, qValue: 0 };
}

function withChange(output: Mutable<ReportOutcomeOutput>, change: PolicyChangeKind | undefined): ReportOutcomeOutput {
  if (change !== undefined) output.change = change;
  return output;
}

/** @rare */
function learnWithoutPolicy(keyspace: Keyspace, input: ReportOutcomeInput): ReportOutcomeOutput {
  const { outcome, settings, nowSeconds } = input;
  const { keys, evidenceId } = outcome;
  const { reward } = outcome.entry;
  const before = numberField(keyspace.getRecord(keys.state, evidenceId) ?? {}, "qValue", 0);
  const target = reward === undefined ? before : oneStepReturn(keyspace, outcome, reward, settings.crystallization);
  const change = countOutcome(keyspace, outcome, true, settings.crystallization, nowSeconds);
  logDecision(keyspace, outcome, undefined, input.log, nowSeconds);
  if (isOfPolicy(outcome.entry)) return withChange(nothingLearned("gone"), change);
  const qValue = numberField(keyspace.getRecord(keys.state, evidenceId) ?? {}, "qValue", 0);
  const predictionError = reward === undefined ? 0 : numberPredictionError(input.predictedReward, reward);
  return withChange({ status: "learned", tdError: target - before, predictionError, qValue }, change);
}

/**
 * Decisions up to the time of the newest forgotten one count as reported: the clock that made them expire may be wrong. A
 * time that lies ahead shows that it was: up to now they count as reported then, and later ones are new.
 *
 * @returns whether it was reported for the first time
 */
function rememberDecision(keyspace: Keyspace, input: ReportOutcomeInput): boolean {
  const { decisionId, decidedAtSeconds, nowSeconds, settings } = input;
  const key = input.keys.decisions;
  let forgotten = keyspace.getScore(key, FORGOTTEN);
  if (forgotten !== undefined && forgotten > nowSeconds) {
    forgotten = nowSeconds;
    keyspace.putScore(key, FORGOTTEN, forgotten);
  }
  if (forgotten !== undefined && decidedAtSeconds <= forgotten) return false;
  if (!keyspace.addScore(key, decisionId, decidedAtSeconds)) return false;
  let newest: number | undefined;
  for (const old of keyspace.rangeUpToScore(key, nowSeconds - settings.reportTtlSeconds, FORGET_PER_CALL)) {
    if (old.member === FORGOTTEN) continue;
    keyspace.removeScore(key, old.member);
    newest = old.score;
  }
  if (newest !== undefined) keyspace.putScore(key, FORGOTTEN, newest);
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
  const { keys, outcome, settings, nowSeconds } = input;
  const observed = outcome.entry.reward;
  if (observed === undefined) return 0;
  const compared = { id: input.decisionId, predicted: input.predictedReward, observed };
  const { name } = outcome.policy;
  return addComparedReward(keyspace, keys, name, fields, compared, settings.maxLedger, nowSeconds);
}
