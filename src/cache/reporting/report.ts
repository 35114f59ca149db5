import { joinParts } from "../../common/joined-parts.js";
import { isOfPolicy, type KeyedOutcome, type OutcomeEntry } from "../../operations/outcomes/outcome.js";
import type { PolicyChange } from "../../operations/outcomes/policy-change.js";
import {
  type ReportOutcomeInput,
  type ReportOutcomeOutput,
  reportOutcome,
} from "../../operations/outcomes/report-outcome.js";
import { textField } from "../../operations/records/fields.js";
import { getRecord } from "../../operations/records/record.js";
import { accessLogKey } from "../../primitives/access-tracker.js";
import { edgesKey } from "../../primitives/co-occurrence-field.js";
import { ledgerKeys } from "../../primitives/prediction-ledger.js";
import { storageKey } from "../../store/storage-keys.js";
import type { Store } from "../../store/store.js";
import type { Habits } from "../deciding/habits.js";
import type { OpenedDecision } from "../deciding/ids/decision-record.js";
import { policyLayout, RELATED_POLICIES } from "../policy-entry.js";
import type { EvidenceMode } from "../recording/evidence-mode.js";
import { keyedOutcome } from "../recording/keyed-outcome.js";
import { CRYSTALLIZER_GROUP, OUTCOME_STREAM } from "../recording/outcome-stream.js";
import { runCounting } from "../recording/run-counting.js";
import { noteTaken } from "../rhythms/temporal-discovery.js";
import { reportSettings } from "./report-settings.js";
import { openEntry, type Report, reportedEntry, tossedCoin } from "./reported-entry.js";

/** What a report changed. */
export type ReportResult = LearnedReport | RepeatedReport | GoneReport;

/** Everything was updated. */
export interface LearnedReport {
  readonly status: "learned";
  /** Reward plus discounted future minus the old Q-value; 0 without a reward. */
  readonly tdError: number;
  /** From 0 to 1: how far the reward was from the Q-value at decision time; 0 without a reward. */
  readonly predictionError: number;
  /** Of the policy; where the action has none, of its evidence. */
  readonly qValue: number;
  /** Of the policy; absent where the action has none. */
  readonly confidence?: number;
}

/** This decision was reported before; nothing changed. */
export interface RepeatedReport {
  readonly status: "repeated";
  readonly tdError: 0;
  readonly predictionError: 0;
}

/** The policy was deleted meanwhile; the outcome was counted as evidence. */
export interface GoneReport {
  readonly status: "gone";
  readonly tdError: 0;
  readonly predictionError: 0;
}

/** A result, and what became of the policy. */
export interface Learning {
  readonly result: ReportResult;
  readonly change: PolicyChange | undefined;
}

/**
 * Learns from what became of a decision, in one atomic step.
 *
 * @param discovers - whether the use is noted for the discovery of rhythms
 */
export async function learnFrom(
  store: Store,
  { ids, actions }: Habits,
  decisionId: string,
  report: Report,
  mode: EvidenceMode,
  discovers: boolean,
): Promise<Learning> {
  const nowSeconds = store.nowSeconds();
  const decision = await ids.open(decisionId, "decisionId");
  const entry = await withState(store, decision, reportedEntry(decision, report, actions, nowSeconds));
  if (discovers) {
    // Before the outcome is learned: noted twice, if this call has to be repeated, it still counts once.
    const { agentId, stateFingerprint, actionType } = entry;
    await noteTaken(store, agentId, { stateFingerprint, actionType, ts: decision.decidedAtSeconds });
  }
  const isReplaced = decision.isOpen && entry.openedAt === undefined;
  const replaced = isReplaced
    ? keyedOutcome(openEntry(decision, actions, nowSeconds), store.defaults, mode)
    : undefined;
  const output = await learnOutcome(store, decision, entry, replaced, mode);
  const { agentId, stateFingerprint, actionType } = entry;
  const name = joinParts(stateFingerprint, actionType);
  const change = output.change === undefined ? undefined : { kind: output.change, agentId, name };
  return { result: resultOf(output), change };
}

function resultOf({ status, tdError, predictionError, qValue, confidence }: ReportOutcomeOutput): ReportResult {
  if (status !== "learned") return { status, tdError: 0, predictionError: 0 };
  const learned = { status, tdError, predictionError, qValue } as const;
  return confidence === undefined ? learned : { ...learned, confidence };
}

/** Learns what became of a decision that is at hand: see {@link learnFrom}. */
export function learnOutcome(
  store: Store,
  decision: OpenedDecision,
  entry: OutcomeEntry,
  replaced: KeyedOutcome | undefined,
  mode: EvidenceMode,
): Promise<ReportOutcomeOutput> {
  const { defaults } = store;
  const { agentId, stateFingerprint, actionType } = entry;
  const policy = { scope: agentId, name: policyLayout.nameOf([agentId, stateFingerprint, actionType]) };
  const { streamMaxLength } = defaults;
  const tossed = tossedCoin(decision);
  const coin = tossed?.isTaken && entry.decision !== decision.kind ? undefined : tossed;
  const log = { keys: { stream: OUTCOME_STREAM }, group: CRYSTALLIZER_GROUP, streamMaxLength };
  return runCounting({ store, defaults, mode, shard: store.shardOf(agentId) }, reportOutcome, {
    entries: [entry],
    nowSeconds: entry.ts,
    mayLack: store.isRemote && isOfPolicy(entry),
    input: (keyed, also): ReportOutcomeInput => ({
      keys: {
        decisions: storageKey("decisions", agentId),
        edges: edgesKey(policyLayout, RELATED_POLICIES, agentId),
        access: accessLogKey(policyLayout, agentId),
        ...ledgerKeys(policyLayout, policy),
      },
      decisionId: decision.nonce,
      decidedAtSeconds: decision.decidedAtSeconds,
      isOpen: decision.isOpen,
      // Of what was done instead nothing was predicted.
      predictedReward: actionType === decision.actionType ? decision.qValue : (entry.reward ?? 0),
      outcome: keyed(entry, 0),
      ...(replaced === undefined ? {} : { replaced }),
      ...(coin === undefined ? {} : { coin }),
      context: decision.context.map((name) => policyPlace(agentId, name)),
      log,
      settings: reportSettings(defaults),
      nowSeconds: entry.ts,
      ...also,
    }),
  });
}

/** Where the policy of this name is stored. */
function policyPlace(agentId: string, name: string): ReportOutcomeInput["context"][number] {
  const { keys, id } = policyLayout.place(policyLayout.valuesOf(agentId, name));
  return { keys, id, name };
}

/** Where something else was done than was decided, the state may be new to it: it is with what was decided. */
async function withState(store: Store, decision: OpenedDecision, entry: OutcomeEntry): Promise<OutcomeEntry> {
  if (entry.stateFeatures !== "" || entry.actionType === decision.actionType) return entry;
  const { agentId, stateFingerprint, actionType } = decision;
  const { keys, id } = policyLayout.place([agentId, stateFingerprint, actionType]);
  const policy = await store.run(getRecord, { keys, id }, store.shardOf(agentId));
  return { ...entry, stateFeatures: textField(policy ?? {}, "stateFeatures", "") };
}
