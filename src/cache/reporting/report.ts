import { checkLearnable } from "../../common/checks.js";
import type { TuningConstants } from "../../common/defaults.js";
import { InvalidArgumentError } from "../../common/errors.js";
import { namesOf, refuseUnknownNames } from "../../common/unknown-names.js";
import type { JsonObject } from "../../model/fields.js";
import {
  type ReportLog,
  type ReportOutcomeInput,
  type ReportOutcomeOutput,
  reportOutcome,
} from "../../operations/outcomes/report-outcome.js";
import { storageKey } from "../../store/storage-keys.js";
import type { Store } from "../../store/store.js";
import { type DecisionRecord, decodeDecisionId } from "../deciding/decision-id.js";
import {
  type CheckedState,
  checkOutcome,
  checkState,
  isAbsent,
  type OutcomeEntry,
  type OutcomeName,
  outcomeOf,
} from "../events/outcome-event.js";
import { policyLayout, RELATED_POLICIES } from "../policy-entry.js";
import { CRYSTALLIZER_GROUP, OUTCOME_STREAM } from "../recording/crystallization.js";
import type { EvidenceMode } from "../recording/evidence-mode.js";
import { noteTaken } from "../rhythms/temporal-discovery.js";
import { reportSettings } from "./report-settings.js";

export interface Report {
  readonly outcome: OutcomeName;
  /** Any finite scale. Default: 1 for a success, 0 for a failure. */
  readonly reward?: number | undefined;
  /** The state that followed, whose best known Q-value is added to the reward, discounted. Default: the task ended. */
  readonly nextState?: JsonObject | undefined;
}

const REPORT_NAMES = namesOf<Report>({ outcome: true, reward: true, nextState: true });

export interface ReportResult {
  /**
   * `learned`: everything was updated. `repeated`: this decision was reported before; nothing changed. `gone`: the
   * policy was deleted meanwhile; the outcome was counted as evidence.
   */
  readonly status: "learned" | "repeated" | "gone";
  /** Reward plus discounted future minus the old Q-value; 0 unless learned. */
  readonly tdError: number;
  /** From 0 to 1: how far the reward was from the Q-value at decision time; 0 unless learned. */
  readonly predictionError: number;
  readonly qValue?: number;
  readonly confidence?: number;
}

/**
 * Learns from what became of a decision, in one atomic step.
 *
 * @param discovers - whether the use is noted for the discovery of rhythms
 */
export async function learnFrom(
  store: Store,
  decisionId: string,
  report: Report,
  mode: EvidenceMode,
  discovers: boolean,
): Promise<ReportResult> {
  const { defaults } = store;
  const decision = decodeDecisionId(decisionId);
  refuseUnknownNames(report ?? {}, REPORT_NAMES);
  const outcome = checkOutcome("outcome", report?.outcome);
  const reward = checkLearnable("reward", report.reward ?? (outcome === "success" ? 1 : 0));
  const nowSeconds = store.nowSeconds();
  if (nowSeconds - decision.decidedAtSeconds >= defaults.reportTtlSeconds) {
    throw new InvalidArgumentError("decisionId", decisionId, `a decision of the last ${defaults.reportTtlSeconds} s`, {
      hint: "Record the outcome as an event instead.",
    });
  }
  const { agentId, stateFingerprint, actionType } = decision;
  const nextState = isAbsent(report.nextState) ? undefined : checkState("nextState", report.nextState);
  const entry = reportedEntry(decision, outcome, reward, nextState, nowSeconds);
  if (discovers) {
    // Before the outcome is learned: noted twice, if this call has to be repeated, it still counts once.
    await noteTaken(store, agentId, { stateFingerprint, actionType, ts: decision.decidedAtSeconds });
  }
  const output = await learn(store, decision, entry, reward, mode, store.isRemote && isOnRecord(decision));
  const { status, tdError, predictionError, qValue, confidence } = output;
  if (status === "gone" || status === "repeated") return { status, tdError, predictionError };
  const learned = { status: "learned", tdError, predictionError, qValue } as const;
  return confidence === undefined ? learned : { ...learned, confidence };
}

/** @param isLean - whether to leave out what creating a policy takes: there should be one */
async function learn(
  store: Store,
  decision: DecisionRecord,
  entry: OutcomeEntry,
  reward: number,
  mode: EvidenceMode,
  isLean: boolean,
): Promise<ReportOutcomeOutput> {
  const { defaults } = store;
  const { agentId, stateFingerprint, actionType } = decision;
  const identity = [agentId, stateFingerprint, actionType];
  const input: ReportOutcomeInput = {
    keys: {
      decisions: storageKey("decisions", agentId),
      edges: policyLayout.edgesKey(RELATED_POLICIES, agentId),
      access: policyLayout.accessKeys(identity).access,
      ...policyLayout.ledgerKeys(identity),
    },
    decisionId: decision.nonce,
    decidedAtSeconds: decision.decidedAtSeconds,
    predictedReward: decision.qValue,
    outcome: outcomeOf(entry, defaults, mode, entry.ts, isLean),
    reward,
    context: decision.context.map((name) => policyPlace(agentId, name)),
    ...(isOnRecord(decision) ? {} : { log: reportLog(entry, defaults) }),
    settings: reportSettings(defaults),
    nowSeconds: entry.ts,
  };
  const output = await store.run(reportOutcome, input, store.shardOf(agentId));
  return output.status === "incomplete" ? learn(store, decision, entry, reward, mode, false) : output;
}

/** Where the policy of this name is stored. */
function policyPlace(agentId: string, name: string): ReportOutcomeInput["context"][number] {
  const { keys, id } = policyLayout.place(policyLayout.valuesOf(agentId, name));
  return { keys, id, name };
}

/** A reported outcome as an event. Features the decision did not carry are on record and stay. */
function reportedEntry(
  decision: DecisionRecord,
  outcome: OutcomeName,
  reward: number,
  nextState: CheckedState | undefined,
  nowSeconds: number,
): OutcomeEntry {
  const { agentId, stateFingerprint, actionType } = decision;
  const { stateJson = "", actionSpecJson = "", propensity = 0, episodeId = "" } = decision.extras ?? {};
  return {
    op: "report",
    agentId,
    stateFingerprint,
    stateFeatures: stateJson,
    actionType,
    actionSpec: actionSpecJson,
    outcome,
    reward,
    ts: nowSeconds,
    ...(nextState === undefined
      ? {}
      : { nextStateFingerprint: nextState.fingerprint, nextStateFeatures: nextState.json }),
    ...(propensity === 0 ? {} : { propensity }),
    ...(episodeId === "" ? {} : { episodeId }),
  };
}

/** Whether the action was a policy's: what was explored or decided elsewhere goes into the log, as recorded events do. */
function isOnRecord({ extras }: DecisionRecord): boolean {
  return extras === undefined || (extras.propensity === 0 && extras.stateJson === "");
}

function reportLog(entry: OutcomeEntry, { streamMaxLength }: TuningConstants): ReportLog {
  return { keys: { stream: OUTCOME_STREAM }, entry, group: CRYSTALLIZER_GROUP, streamMaxLength };
}
