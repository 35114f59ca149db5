import type { Operation } from "../../keyspace/port/engine.js";
import type { Fields, Keyspace } from "../../keyspace/port/keyspace.js";
import { tdError, tdUpdatedValue } from "../../maths/learning/temporal-difference.js";
import { type AccessKeys, type AccessLimits, confirmStaged, discardStaged } from "../primitives/accesses.js";
import { logConfidenceSignal } from "../primitives/confidence-event.js";
import { type EdgeLimits, strengthenEdge } from "../primitives/edges.js";
import { numberField } from "../records/fields.js";
import { appendEvent, storeLearning, writeOrders } from "../records/record.js";
import { hasMoved } from "../records/record-in-place.js";
import type { RecordKeys } from "../records/record-keys.js";
import { closeWindow, type Replacement } from "../records/validity.js";
import {
  type LearnedLayout,
  type ObservationSettings,
  observeActed,
  observeContradicted,
  scaleAllCycles,
  signalConfidence,
} from "./observation.js";
import { findOpen, type LedgerKeys, observedError, resolvePrediction } from "./predictions.js";
import { closeProposal, type ProposalPlace } from "./proposals.js";

/** How context put before an agent was used: docs/primitives/observation-protocol.md. The set is closed. */
export type ObservationOutcome = "acted" | "used" | "dismissed" | "deferred" | "contradicted";

export interface ObserveInput {
  readonly items: readonly ObservedRecord[];
  readonly layout: LearnedLayout;
  readonly settings: ObserveSettings;
  readonly reader: string;
  /** Whether the records have validity windows. */
  readonly hasWindows: boolean;
  /** Links between the records acted on together, when the model has links and the caller wants them. */
  readonly links?: { readonly keys: { readonly edges: string }; readonly limits: EdgeLimits; readonly delta: number };
  readonly nowSeconds: number;
}

export interface ObservedRecord {
  readonly record: RecordKeys;
  readonly outcome: ObservationOutcome;
  /** Each absent when the model lacks the primitive. */
  readonly accesses?: { readonly keys: AccessKeys };
  readonly ledger?: { readonly keys: LedgerKeys };
  readonly proposals: ProposalPlace;
  /** A temporal difference step, when a reward was observed. */
  readonly reward?: RewardStep;
  /** What replaces a contradicted record. */
  readonly replacement?: Replacement;
}

export interface RewardStep {
  readonly field: string;
  readonly reward: number;
  readonly maxFutureQ: number;
  readonly alpha: number;
  readonly gamma: number;
}

export interface ObserveSettings extends ObservationSettings {
  readonly dismissedCycleFactor: number;
  readonly ledgerErrorThreshold: number;
  readonly ledgerLowSignal: number;
  readonly autoResolveErrors: {
    readonly acted: number;
    readonly used: number;
    readonly dismissed: number;
    readonly contradicted: number;
  };
  readonly accessLimits: AccessLimits;
}

export interface ObserveOutput {
  /** How many of the records exist. */
  readonly found: number;
  /** True when a record has moved since its keys were made: nothing was done. */
  readonly stale: boolean;
  /** Position of a record whose replacement does not exist: nothing was done. -1 for none. */
  readonly unreplaced: number;
}

/** Applies what was made of some records, all of them in one atomic step. Records that do not exist are skipped. */
export const observe: Operation<ObserveInput, ObserveOutput> = {
  name: "observe",
  access: "write",
  execute(keyspace, input) {
    for (let index = 0; index < input.items.length; index += 1) {
      const item = input.items[index];
      if (item === undefined) continue;
      const { record, replacement } = item;
      const fields = keyspace.getRecord(record.keys.records, record.id);
      if (fields === undefined) continue;
      if (hasMoved(record.basis, fields)) return { found: 0, stale: true, unreplaced: -1 };
      if (replacement === undefined) continue;
      if (keyspace.getRecord(replacement.keys.records, replacement.id) !== undefined) continue;
      return { found: 0, stale: false, unreplaced: index };
    }
    let found = 0;
    const acted: ActedRecord[] = [];
    for (const item of input.items) {
      const record = item.record;
      const fields = keyspace.getRecord(record.keys.records, record.id);
      if (fields === undefined) continue;
      found += 1;
      observeRecord(keyspace, input, item, fields);
      if (item.outcome === "acted" && !includes(acted, record.name)) acted.push({ record, fields });
    }
    linkTogether(keyspace, input, acted);
    return { found, stale: false, unreplaced: -1 };
  },
};

interface ActedRecord {
  readonly record: RecordKeys;
  readonly fields: Fields;
}

function observeRecord(keyspace: Keyspace, input: ObserveInput, item: ObservedRecord, fields: Fields): void {
  const { layout, settings, nowSeconds } = input;
  const record = item.record;
  settleReads(keyspace, input, item, fields);
  if (item.outcome === "acted") observeActed(fields, layout, settings, nowSeconds);
  if (item.outcome === "dismissed") scaleAllCycles(fields, layout, settings.dismissedCycleFactor);
  if (item.outcome === "contradicted") observeContradicted(fields, layout, settings, nowSeconds);
  const error = autoResolve(keyspace, input, item);
  let signal = signalOf(item.outcome, settings);
  // An outcome that signalled confidence itself sends no second signal through the ledger.
  if (signal === NO_SIGNAL && error > settings.ledgerErrorThreshold) {
    signal = settings.ledgerLowSignal;
    signalConfidence(fields, layout, signal);
  }
  const extras: Fields = { outcome: item.outcome };
  learnReward(item, fields, extras);
  if (item.replacement !== undefined) {
    extras.superseded_by = item.replacement.name;
    if (input.hasWindows) closeWindow(fields, item.replacement.name, nowSeconds);
  }
  closeProposal(keyspace, item.proposals, record.name);
  if (item.outcome === "acted") writeOrders(keyspace, record, fields);
  storeLearning(keyspace, record, fields, "observe", extras, nowSeconds);
  if (signal !== NO_SIGNAL) logConfidenceSignal(keyspace, record, fields, layout.confidences, signal, nowSeconds);
  if (error !== NOTHING_OPEN) {
    const resolution = { prediction_error: error, mode: "observed" };
    appendEvent(keyspace, record, fields, "prediction_resolved", resolution, nowSeconds);
  }
}

const NO_SIGNAL = -1;

function signalOf(outcome: ObservationOutcome, settings: ObserveSettings): number {
  if (outcome === "acted") return settings.actedConfidenceSignal;
  return outcome === "contradicted" ? settings.contradictedConfidenceSignal : NO_SIGNAL;
}

function settleReads(keyspace: Keyspace, input: ObserveInput, item: ObservedRecord, fields: Fields): void {
  if (item.accesses === undefined) return;
  const settle = {
    record: item.record,
    keys: item.accesses.keys,
    reader: input.reader,
    limits: input.settings.accessLimits,
    nowSeconds: input.nowSeconds,
  };
  if (item.outcome === "acted" || item.outcome === "used") confirmStaged(keyspace, settle, fields);
  else discardStaged(keyspace, settle);
}

const NOTHING_OPEN = -1;

/** Resolves the newest open prediction. @returns its error */
function autoResolve(keyspace: Keyspace, input: ObserveInput, item: ObservedRecord): number {
  if (item.ledger === undefined || item.outcome === "deferred") return NOTHING_OPEN;
  const open = findOpen(keyspace, item.ledger.keys.ledger, "");
  if (open === undefined) return NOTHING_OPEN;
  const { settings } = input;
  const error = observedError(open, item.reward?.reward, settings.autoResolveErrors[item.outcome]);
  const resolution = { actualJson: "", mode: "observed" as const, error };
  resolvePrediction(keyspace, item.ledger.keys, item.record.name, open, resolution, input.nowSeconds);
  return error;
}

/** One temporal difference step, noted in `extras`. */
function learnReward(item: ObservedRecord, fields: Fields, extras: Fields): void {
  const step = item.reward;
  if (step === undefined) return;
  const before = numberField(fields, step.field, 0);
  const error = tdError(before, step.reward, step.maxFutureQ, step.gamma);
  fields[step.field] = tdUpdatedValue(before, error, step.alpha);
  extras.reward = step.reward;
  extras.td_error = error;
}

function includes(records: readonly ActedRecord[], name: string): boolean {
  for (const { record } of records) if (record.name === name) return true;
  return false;
}

function linkTogether(keyspace: Keyspace, input: ObserveInput, acted: readonly ActedRecord[]): void {
  const links = input.links;
  if (links === undefined) return;
  for (let first = 0; first < acted.length; first += 1) {
    for (let second = first + 1; second < acted.length; second += 1) {
      const source = acted[first];
      const target = acted[second]?.record.name;
      if (source === undefined || target === undefined) continue;
      const { record, fields } = source;
      strengthenEdge(keyspace, links.keys.edges, record.name, target, links.delta, links.limits);
      const extras = { source: record.name, target, delta: links.delta };
      appendEvent(keyspace, record, fields, "strengthen", extras, input.nowSeconds);
    }
  }
}
