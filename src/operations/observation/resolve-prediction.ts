import type { Operation } from "../../keyspace/port/engine.js";
import { logConfidenceSignal } from "../primitives/confidence-event.js";
import { storeLearning } from "../records/record.js";
import { readInPlace } from "../records/record-in-place.js";
import type { RecordKeys } from "../records/record-keys.js";
import { type ConfidenceLayout, signalConfidence } from "./observation.js";
import { findOpen, type LedgerKeys, type Resolution, resolvePrediction } from "./predictions.js";

export interface ResolveExplicitInput {
  readonly record: RecordKeys;
  readonly keys: LedgerKeys;
  /** "" for the newest open one. */
  readonly predictionId: string;
  readonly resolution: Resolution;
  readonly confidences: readonly ConfidenceLayout[];
  readonly errorThreshold: number;
  readonly lowSignal: number;
  readonly nowSeconds: number;
}

/** Resolves an open prediction and lowers confidence when it was far off. @returns undefined when none was, or the record has moved */
export const resolveExplicit: Operation<ResolveExplicitInput, true | undefined> = {
  name: "resolve-prediction",
  access: "write",
  execute(keyspace, input) {
    const { record, keys, resolution, nowSeconds } = input;
    const fields = readInPlace(keyspace, record);
    if (fields === undefined) return undefined;
    const open = findOpen(keyspace, keys.ledger, input.predictionId);
    if (open === undefined) return undefined;
    resolvePrediction(keyspace, keys, record.name, open, resolution, nowSeconds);
    const isFarOff = resolution.error > input.errorThreshold;
    if (isFarOff) signalConfidence(fields, { clocks: [], confidences: input.confidences }, input.lowSignal);
    const extras = { prediction_error: resolution.error, mode: resolution.mode };
    storeLearning(keyspace, record, fields, "prediction_resolved", extras, nowSeconds);
    if (isFarOff) logConfidenceSignal(keyspace, record, fields, input.confidences, input.lowSignal, nowSeconds);
    return true;
  },
};
