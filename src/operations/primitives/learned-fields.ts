import type { Operation } from "../../keyspace/port/engine.js";
import type { Fields } from "../../keyspace/port/keyspace.js";
import { tdError, tdUpdatedValue } from "../../maths/learning/temporal-difference.js";
import { applyConfidenceSignal, type ConfidenceLayout, scaleAllCycles } from "../observation/observation.js";
import { numberField } from "../records/fields.js";
import { storeLearning, writeOrders } from "../records/record.js";
import { readInPlace } from "../records/record-in-place.js";
import type { RecordKeys } from "../records/record-keys.js";
import { shrinkStart } from "../values/value-start.js";

// One learned field of one record at a time. Each of these returns undefined when the record does not exist, or has moved.

export interface UpdateQValueInput {
  readonly record: RecordKeys;
  readonly field: string;
  readonly reward: number;
  readonly maxFutureQ: number;
  readonly alpha: number;
  readonly gamma: number;
  readonly nowSeconds: number;
}

/** How far the value was off before the step, and the value after it. */
export interface QValueUpdate {
  readonly tdError: number;
  readonly qValue: number;
}

/** One temporal difference step: docs/primitives/td-value-field.md. */
export const updateQValue: Operation<UpdateQValueInput, QValueUpdate | undefined> = {
  name: "update-q-value",
  access: "write",
  execute(keyspace, input) {
    const fields = readInPlace(keyspace, input.record);
    if (fields === undefined) return undefined;
    const before = numberField(fields, input.field, 0);
    const error = tdError(before, input.reward, input.maxFutureQ, input.gamma);
    const qValue = tdUpdatedValue(before, error, input.alpha);
    fields[input.field] = qValue;
    shrinkStart(fields, input.field, input.alpha);
    storeLearning(keyspace, input.record, fields, "td_update", { td_error: error }, input.nowSeconds);
    return { tdError: error, qValue };
  },
};

export interface SetNumberInput {
  readonly record: RecordKeys;
  readonly field: string;
  readonly value: number;
  readonly eventName: string;
  readonly nowSeconds: number;
}

/** Sets one learned number: the first Q-value, or the time a clock was touched. */
export const setLearnedNumber: Operation<SetNumberInput, Fields | undefined> = {
  name: "set-learned-number",
  access: "write",
  execute(keyspace, input) {
    const fields = readInPlace(keyspace, input.record);
    if (fields === undefined) return undefined;
    fields[input.field] = input.value;
    shrinkStart(fields, input.field, 1);
    writeOrders(keyspace, input.record, fields);
    storeLearning(keyspace, input.record, fields, input.eventName, {}, input.nowSeconds);
    return fields;
  },
};

export interface UpdateConfidenceInput {
  readonly record: RecordKeys;
  readonly confidence: ConfidenceLayout;
  readonly signal: number;
  readonly nowSeconds: number;
}

/** One confidence signal by the plain rule of docs/primitives/confidence-field.md. */
export const updateConfidence: Operation<UpdateConfidenceInput, Fields | undefined> = {
  name: "update-confidence",
  access: "write",
  execute(keyspace, input) {
    const fields = readInPlace(keyspace, input.record);
    if (fields === undefined) return undefined;
    const value = applyConfidenceSignal(fields, input.confidence, input.signal);
    const extras = { field: input.confidence.field, signal: input.signal, confidence: value };
    storeLearning(keyspace, input.record, fields, "confidence_update", extras, input.nowSeconds);
    return fields;
  },
};

export interface ScaleClockInput {
  readonly record: RecordKeys;
  readonly field: string;
  readonly factor: number;
  readonly nowSeconds: number;
}

/** Multiplies the amplitudes of one clock's cycles. @returns the record's fields */
export const scaleClock: Operation<ScaleClockInput, Fields | undefined> = {
  name: "scale-clock",
  access: "write",
  execute(keyspace, input) {
    const fields = readInPlace(keyspace, input.record);
    if (fields === undefined) return undefined;
    scaleAllCycles(fields, { clocks: [input.field], confidences: [] }, input.factor);
    storeLearning(keyspace, input.record, fields, "cycle_update", { factor: input.factor }, input.nowSeconds);
    return fields;
  },
};
