import type { Fields, Keyspace } from "../../keyspace/port/keyspace.js";
import type { ConfidenceLayout } from "../observation/observation.js";
import { numberField } from "../records/fields.js";
import { appendEvent } from "../records/record.js";
import type { RecordKeys } from "../records/record-keys.js";

/**
 * Tells a record's stream of a signal that its confidences took, one event each: docs/primitives/confidence-field.md.
 */
export function logConfidenceSignal(
  keyspace: Keyspace,
  record: RecordKeys,
  fields: Fields,
  confidences: readonly ConfidenceLayout[],
  signal: number,
  nowSeconds: number,
): void {
  for (const { field, initialConfidence } of confidences) {
    const extras = { field, signal, confidence: numberField(fields, `${field}.value`, initialConfidence) };
    appendEvent(keyspace, record, fields, "confidence_update", extras, nowSeconds);
  }
}
