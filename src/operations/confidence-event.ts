import type { Fields, Keyspace } from "../keyspace/keyspace.js";
import { numberField } from "./fields.js";
import type { ConfidenceLayout } from "./observation.js";
import { appendEvent } from "./record.js";
import type { RecordPlan } from "./record-plan.js";

/** Tells a record's stream of a signal that its confidences took, one event each: spec section 6. */
export function logConfidenceSignal(
  keyspace: Keyspace,
  plan: RecordPlan,
  fields: Fields,
  confidences: readonly ConfidenceLayout[],
  signal: number,
  nowSeconds: number,
): void {
  for (const { field, initialConfidence } of confidences) {
    const extras = { field, signal, confidence: numberField(fields, `${field}.value`, initialConfidence) };
    appendEvent(keyspace, plan, fields, "confidence_update", extras, nowSeconds);
  }
}
