import type { Operation } from "../../keyspace/port/engine.js";
import type { Fields, Keyspace, StoredRecord } from "../../keyspace/port/keyspace.js";
import { numberPredictionError } from "../../maths/learning/number-prediction-error.js";
import { numberField, textField } from "../records/fields.js";

/** Where the predictions about one record are kept: docs/primitives/prediction-ledger.md. */
export interface LedgerKeys {
  /** The record's last predictions, in as many slots as the ledger keeps. */
  readonly ledger: string;
  /** Sorted index of record names by the error last resolved, negated: largest first. */
  readonly errors: string;
}

export interface Prediction {
  readonly id: string;
  readonly predictedJson: string;
  /** Its number `reward`, when it predicts one. */
  readonly reward?: number;
}

export interface Resolution {
  /** "" when nothing was observed but the outcome. */
  readonly actualJson: string;
  readonly mode: "explicit" | "observed";
  readonly error: number;
}

/** A prediction that is not resolved, with its place in the ledger. */
export interface OpenPrediction {
  readonly id: string;
  readonly fields: Fields;
}

/**
 * A prediction in place of the oldest kept one, not stored yet.
 *
 * @param fields - the record the prediction is about; its count of predictions goes up, and the caller stores it
 */
export function openPrediction(
  fields: Fields,
  prediction: Prediction,
  maxLedger: number,
  nowSeconds: number,
): OpenPrediction {
  const sequence = nextSequence(fields);
  const slot: Fields = {
    sequence,
    predictionId: prediction.id,
    predicted: prediction.predictedJson,
    mode: "open",
    recordedAt: nowSeconds,
  };
  if (prediction.reward !== undefined) slot.reward = prediction.reward;
  return { id: String(sequence % maxLedger), fields: slot };
}

/** A reward as it was predicted and observed. */
export interface ComparedReward {
  readonly id: string;
  readonly predicted: number;
  readonly observed: number;
}

/** Adds a prediction that is resolved already. Two numbers say it all: it takes less than one that is open. @returns the error */
export function addComparedReward(
  keyspace: Keyspace,
  keys: LedgerKeys,
  name: string,
  fields: Fields,
  { id, predicted, observed }: ComparedReward,
  maxLedger: number,
  nowSeconds: number,
): number {
  const sequence = nextSequence(fields);
  const error = numberPredictionError(predicted, observed);
  keyspace.putRecord(keys.ledger, String(sequence % maxLedger), {
    sequence,
    predictionId: id,
    reward: predicted,
    observed,
    mode: "observed",
    error,
    recordedAt: nowSeconds,
  });
  keyspace.putScore(keys.errors, name, -error);
  return error;
}

function nextSequence(fields: Fields): number {
  const sequence = numberField(fields, "predictionCount", 0);
  fields.predictionCount = sequence + 1;
  return sequence;
}

/** Resolves a prediction that {@link findOpen} gave, once. */
export function resolvePrediction(
  keyspace: Keyspace,
  keys: LedgerKeys,
  name: string,
  open: OpenPrediction,
  resolution: Resolution,
  nowSeconds: number,
): void {
  const slot = open.fields;
  slot.actual = resolution.actualJson;
  slot.mode = resolution.mode;
  slot.error = resolution.error;
  slot.resolvedAt = nowSeconds;
  keyspace.putRecord(keys.ledger, open.id, slot);
  keyspace.putScore(keys.errors, name, -resolution.error);
}

/** @param predictionId - "" for the newest open one */
export function findOpen(keyspace: Keyspace, ledgerKey: string, predictionId: string): OpenPrediction | undefined {
  let newest: StoredRecord | undefined;
  for (const slot of keyspace.listRecords(ledgerKey)) {
    if (textField(slot.fields, "mode", "") !== "open") continue;
    if (predictionId !== "" && textField(slot.fields, "predictionId", "") !== predictionId) continue;
    if (newest === undefined || sequenceOf(slot) > sequenceOf(newest)) newest = slot;
  }
  if (newest === undefined) return undefined;
  return { id: newest.id, fields: keyspace.getRecord(ledgerKey, newest.id) ?? {} };
}

/** The real error when a reward was predicted and observed, the outcome's own error otherwise. */
export function observedError(open: OpenPrediction, reward: number | undefined, tableError: number): number {
  const predicted = open.fields.reward;
  if (typeof predicted !== "number" || reward === undefined) return tableError;
  return numberPredictionError(predicted, reward);
}

export interface RecordPredictionInput {
  readonly keys: LedgerKeys & { readonly records: string };
  readonly id: string;
  readonly prediction: Prediction;
  readonly maxLedger: number;
  readonly nowSeconds: number;
}

/** @returns false when the record does not exist */
export const recordPrediction: Operation<RecordPredictionInput, boolean> = {
  name: "record-prediction",
  access: "write",
  execute(keyspace, input) {
    const fields = keyspace.getRecord(input.keys.records, input.id);
    if (fields === undefined) return false;
    const open = openPrediction(fields, input.prediction, input.maxLedger, input.nowSeconds);
    keyspace.putRecord(input.keys.ledger, open.id, open.fields);
    keyspace.putRecord(input.keys.records, input.id, fields);
    return true;
  },
};

export interface LedgerInput {
  readonly keys: { readonly ledger: string };
}

/** The predictions kept about one record, oldest first. */
export const getLedger: Operation<LedgerInput, readonly StoredRecord[]> = {
  name: "get-ledger",
  access: "single-read",
  execute(keyspace, input) {
    const ordered: StoredRecord[] = [];
    for (const slot of keyspace.listRecords(input.keys.ledger)) {
      let index = ordered.length;
      ordered.push(slot);
      while (index > 0) {
        const before = ordered[index - 1];
        if (before === undefined || sequenceOf(before) < sequenceOf(slot)) break;
        ordered[index] = before;
        index -= 1;
      }
      ordered[index] = slot;
    }
    return ordered;
  },
};

function sequenceOf(slot: StoredRecord): number {
  return numberField(slot.fields, "sequence", 0);
}
