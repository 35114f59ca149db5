import type { Operation } from "../../keyspace/port/engine.js";
import { logConfidenceSignal } from "../primitives/confidence-event.js";
import { readPlanned } from "../records/planned-record.js";
import { storeLearning } from "../records/record.js";
import type { RecordPlan } from "../records/record-plan.js";
import { type ConfidenceLayout, signalConfidence } from "./observation.js";
import { findOpen, type LedgerKeys, type Resolution, resolvePrediction } from "./predictions.js";

export interface ResolveExplicitInput {
  readonly plan: RecordPlan;
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
    const { plan, keys, resolution, nowSeconds } = input;
    const fields = readPlanned(keyspace, plan);
    if (fields === undefined) return undefined;
    const open = findOpen(keyspace, keys.ledger, input.predictionId);
    if (open === undefined) return undefined;
    resolvePrediction(keyspace, keys, plan.name, open, resolution, nowSeconds);
    const isFarOff = resolution.error > input.errorThreshold;
    if (isFarOff) signalConfidence(fields, { clocks: [], confidences: input.confidences }, input.lowSignal);
    const extras = { prediction_error: resolution.error, mode: resolution.mode };
    storeLearning(keyspace, plan, fields, "prediction_resolved", extras, nowSeconds);
    if (isFarOff) logConfidenceSignal(keyspace, plan, fields, input.confidences, input.lowSignal, nowSeconds);
    return true;
  },
};
