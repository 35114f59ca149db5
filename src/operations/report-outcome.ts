import type { Operation } from "../keyspace/engine.js";
import type { Fields, Keyspace } from "../keyspace/keyspace.js";
import { type AccessLimits, confirmRead } from "./accesses.js";
import { type EdgeLimits, strengthenEdge } from "./edges.js";
import { addEvidence, type CrystallizationSettings, countOutcome, futureOf, type Outcome } from "./evidence.js";
import { type LearnedLayout, type ObservationSettings, observeActed, observeContradicted } from "./observation.js";
import { addPrediction, type LedgerKeys, observedError, resolvePrediction } from "./predictions.js";
import { storeLearning, writeOrders } from "./record.js";
import { stepValue } from "./values.js";

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
  /** The Q-value the decision expected, as a number and as JSON. */
  readonly predictedReward: number;
  readonly predictedJson: string;
  readonly outcome: Outcome;
  readonly reward: number;
  readonly observedJson: string;
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
  readonly coOccurrenceDelta: number;
  readonly accessLimits: AccessLimits;
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
    const future = futureOf(keyspace, outcome);
    addEvidence(keyspace, outcome, future, settings.crystallization, nowSeconds);
    if (outcome.success) {
      observeActed(fields, input.layout, settings.observation, nowSeconds);
      confirmDecision(keyspace, input, fields);
      writeOrders(keyspace, plan, fields);
      for (const name of input.context) {
        if (name !== plan.name) {
          strengthenEdge(keyspace, input.keys.edges, name, plan.name, settings.coOccurrenceDelta, input.edgeLimits);
        }
      }
    } else {
      observeContradicted(fields, input.layout, settings.observation, nowSeconds);
    }
    const error = stepValue(fields, input.reward, future, settings.crystallization);
    const predictionError = comparePrediction(keyspace, input, fields);
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
function confirmDecision(keyspace: Keyspace, input: ReportOutcomeInput, fields: Fields): void {
  const limits = input.settings.accessLimits;
  if (input.nowSeconds - input.decidedAtSeconds > limits.stagedTtlSeconds) return;
  confirmRead(keyspace, input.keys.access, input.outcome.plan.name, fields, input.decidedAtSeconds, limits);
}

/** Holds the reward the decision expected against the one observed. */
function comparePrediction(keyspace: Keyspace, input: ReportOutcomeInput, fields: Fields): number {
  const { keys, decisionId: id, predictedJson, predictedReward: reward, settings, nowSeconds } = input;
  const prediction = { id, predictedJson, reward };
  const open = addPrediction(keyspace, keys, fields, prediction, settings.maxLedger, nowSeconds);
  const error = observedError(open, input.reward, 0);
  const resolution = { actualJson: input.observedJson, mode: "observed" as const, error };
  resolvePrediction(keyspace, keys, input.outcome.plan.name, open, resolution, nowSeconds);
  return error;
}
