import type { Fields } from "../../keyspace/port/keyspace.js";
import { numberField } from "../records/fields.js";

/** What is stored of one confidence field: docs/primitives/confidence-field.md. */
export interface StoredConfidence {
  readonly value: number;
  readonly evidenceCount: number;
  readonly corroborations: number;
  readonly contradictions: number;
}

/** The state of a confidence field. One that is missing or damaged, in whatever part, starts again. */
export function confidenceState(fields: Fields, name: string, initialConfidence: number): StoredConfidence {
  const value = numberField(fields, `${name}.value`, -1);
  const evidenceCount = numberField(fields, `${name}.evidenceCount`, -1);
  const corroborations = numberField(fields, `${name}.corroborations`, -1);
  const contradictions = numberField(fields, `${name}.contradictions`, -1);
  return checkedConfidence(value, evidenceCount, corroborations, contradictions, initialConfidence);
}

/** The state made of these numbers, negative where one is missing. */
export function checkedConfidence(
  value: number,
  evidenceCount: number,
  corroborations: number,
  contradictions: number,
  initialConfidence: number,
): StoredConfidence {
  if (value < 0 || evidenceCount < 0 || corroborations < 0 || contradictions < 0) {
    return { value: initialConfidence, evidenceCount: 0, corroborations: 0, contradictions: 0 };
  }
  return { value, evidenceCount, corroborations, contradictions };
}
