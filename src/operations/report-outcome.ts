import type { Operation } from "../keyspace/engine.js";
import type { Fields, Keyspace } from "../keyspace/keyspace.js";
import { numberPredictionError } from "../learning/number-prediction-error.js";
import { tdError, tdUpdatedValue } from "../learning/temporal-difference.js";
import { type EdgeLimits, strengthenEdge } from "./edges.js";
import { addEvidence, type CrystallizationSettings, countOutcome, type Outcome } from "./evidence.js";
import { numberField, numbersField } from "./fields.js";
import { type LearnedLayout, type ObservationSettings, observeActed, observeContradicted } from "./observation.js";
import { storeLearning, writeOrders } from "./record.js";

export interface ReportOutcomeInput {
  readonly keys: {
    /** Sorted index of the decisions reported, by the time they were made. */
    readonly decisions: string;
    readonly edges: string;
    /** Record with the confirmed accesses of the policy, under its name. */
    readonly access: string;
    /** Record with the last predictions of the policy, under its name. */
    readonly ledger: string;
    /** Sorted index of policies by their last prediction error, largest first. */
    readonly errors: string;
    /** Records of the state that followed; absent at the end of an episode or when unknown. */
    readonly nextState?: string;
  };
  readonly decisionId: string;
  readonly decidedAtSeconds: number;
  /** The Q-value the decision expected. */
  readonly predictedReward: number;
  readonly outcome: Outcome;
  readonly reward: number;
  /** Names of the policies acted on before in the same task. */
  readonly context: readonly string[];
  readonly layout: LearnedLayout;
  readonly edgeLimits: EdgeLimits;
  readonly settings: ReportSettings;
  readonly nowSeconds: number;
}

export interface ReportSettings {
  readonly crystallization: CrystallizationSettings;
  readonly observation: ObservationSettings;
  readonly tdAlpha: number;
  readonly tdGamma: number;
  readonly coOccurrenceDelta: number;
  readonly stagedTtlSeconds: number;
  readonly maxAccessLog: number;
  readonly maxLedger: number;
  /** Reports are remembered for this long, so that repeating one within it does nothing. */
  readonly reportTtlSeconds: number;
}

export interface ReportOutcomeOutput {
  /** `repeated`: this decision was reported before; nothing was changed. `gone`: its policy no longer exists. */
  readonly status: "learned" | "repeated" | "gone";
  readonly tdError: number;
  readonly predictionError: number;
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
    if (fields === undefined) {
      countOutcome(keyspace, outcome, settings.crystallization, nowSeconds);
      return nothingLearned("gone");
    }
    addEvidence(keyspace, outcome);
    if (outcome.success) {
      observeActed(fields, input.layout, settings.observation, nowSeconds);
      confirmAccess(keyspace, input, fields);
      writeOrders(keyspace, plan, fields);
      for (const name of input.context) {
        if (name !== plan.name) {
          strengthenEdge(keyspace, input.keys.edges, name, plan.name, settings.coOccurrenceDelta, input.edgeLimits);
        }
      }
    } else {
      observeContradicted(fields, input.layout, settings.observation, nowSeconds);
    }
    const qValue = numberField(fields, "qValue", 0);
    const error = tdError(qValue, input.reward, maxFutureQ(keyspace, input), settings.tdGamma);
    fields.qValue = tdUpdatedValue(qValue, error, settings.tdAlpha);
    const predictionError = resolvePrediction(keyspace, input);
    storeLearning(keyspace, plan, fields, "observe", { reward: input.reward, td_error: error }, nowSeconds);
    return { status: "learned", tdError: error, predictionError, fields };
  },
};

function nothingLearned(status: "repeated" | "gone"): ReportOutcomeOutput {
  return { status, tdError: 0, predictionError: 0, fields: {} };
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
function confirmAccess(keyspace: Keyspace, input: ReportOutcomeInput, fields: Fields): void {
  if (input.nowSeconds - input.decidedAtSeconds > input.settings.stagedTtlSeconds) return;
  fields.accessCount = numberField(fields, "accessCount", 0) + 1;
  fields.lastAccessed = input.decidedAtSeconds;
  const log = appendCapped(
    numbersField(keyspace.getRecord(input.keys.access, input.outcome.plan.name) ?? {}, "log"),
    input.decidedAtSeconds,
    input.settings.maxAccessLog,
  );
  keyspace.putRecord(input.keys.access, input.outcome.plan.name, { log });
}

function maxFutureQ(keyspace: Keyspace, input: ReportOutcomeInput): number {
  if (input.keys.nextState === undefined) return 0;
  let best = 0;
  let known = false;
  for (const record of keyspace.listRecords(input.keys.nextState)) {
    if (record.fields.qValue === undefined) continue;
    const qValue = numberField(record.fields, "qValue", 0);
    if (!known || qValue > best) best = qValue;
    known = true;
  }
  return best;
}

/** Holds the reward the decision expected against the one observed, and keeps the last few of both. */
function resolvePrediction(keyspace: Keyspace, input: ReportOutcomeInput): number {
  const name = input.outcome.plan.name;
  const ledger = keyspace.getRecord(input.keys.ledger, name) ?? {};
  const error = numberPredictionError(input.predictedReward, input.reward);
  const keep = input.settings.maxLedger;
  keyspace.putRecord(input.keys.ledger, name, {
    predicted: appendCapped(numbersField(ledger, "predicted"), input.predictedReward, keep),
    observed: appendCapped(numbersField(ledger, "observed"), input.reward, keep),
    errors: appendCapped(numbersField(ledger, "errors"), error, keep),
    resolvedAt: appendCapped(numbersField(ledger, "resolvedAt"), input.nowSeconds, keep),
  });
  keyspace.putScore(input.keys.errors, name, -error);
  return error;
}

function appendCapped(values: readonly number[], value: number, limit: number): number[] {
  const kept: number[] = [];
  for (let index = Math.max(values.length + 1 - limit, 0); index < values.length; index += 1) {
    const old = values[index];
    if (old !== undefined) kept.push(old);
  }
  kept.push(value);
  return kept;
}
