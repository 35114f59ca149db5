import type { Fields } from "../../keyspace/port/keyspace.js";
import { updatedConfidence } from "../../maths/learning/confidence.js";
import { scaleCycles } from "../../maths/rhythm/cycles.js";
import { confidenceState } from "../primitives/confidence-state.js";
import { numberField, numbersField } from "../records/fields.js";

/** The learned parts of a model that an observation changes. */
export interface LearnedLayout {
  /** Decay clock fields. */
  readonly clocks: readonly string[];
  readonly confidences: readonly ConfidenceLayout[];
}

export interface ConfidenceLayout {
  readonly field: string;
  readonly initialConfidence: number;
  readonly evidenceCap: number;
}

export interface ObservationSettings {
  readonly actedConfidenceSignal: number;
  readonly contradictedConfidenceSignal: number;
  readonly actedCycleFactor: number;
  readonly contradictedCycleFactor: number;
  readonly autoDischargeThreshold: number;
  readonly confidenceEpsilon: number;
}

/** The record was acted on and it went well: fresh clock, stronger cycles, pressure released, confidence up. */
export function observeActed(fields: Fields, layout: LearnedLayout, settings: ObservationSettings, now: number): void {
  for (const clock of layout.clocks) {
    fields[`${clock}.lastTouched`] = now;
    resolvePressure(fields, clock, now);
  }
  scaleAllCycles(fields, layout, settings.actedCycleFactor);
  signalConfidence(fields, layout, settings.actedConfidenceSignal);
}

/**
 * The record was acted on and proved wrong: weaker cycles, confidence down; the clock keeps running.
 *
 * @rare
 */
export function observeContradicted(
  fields: Fields,
  layout: LearnedLayout,
  settings: ObservationSettings,
  now: number,
): void {
  scaleAllCycles(fields, layout, settings.contradictedCycleFactor);
  signalConfidence(fields, layout, settings.contradictedConfidenceSignal);
  for (const confidence of layout.confidences) {
    const value = numberField(fields, `${confidence.field}.value`, confidence.initialConfidence);
    if (value >= settings.autoDischargeThreshold - settings.confidenceEpsilon) continue;
    for (const clock of layout.clocks) resolvePressure(fields, clock, now);
  }
}

/** One-sided: a corroboration never lowers confidence, a contradiction never raises it. */
export function signalConfidence(fields: Fields, layout: LearnedLayout, signal: number): void {
  for (const confidence of layout.confidences) {
    const before = confidenceState(fields, confidence.field, confidence.initialConfidence).value;
    const after = applyConfidenceSignal(fields, confidence, signal);
    const corroborates = signal >= 0.5;
    fields[`${confidence.field}.value`] = corroborates ? Math.max(before, after) : Math.min(before, after);
  }
}

/** One step of the confidence rule of docs/primitives/confidence-field.md. @returns the new confidence */
export function applyConfidenceSignal(fields: Fields, confidence: ConfidenceLayout, signal: number): number {
  const name = confidence.field;
  const before = confidenceState(fields, name, confidence.initialConfidence);
  const updated = updatedConfidence(before.value, before.evidenceCount, signal, confidence.evidenceCap);
  const corroborates = signal >= 0.5;
  fields[`${name}.value`] = updated;
  fields[`${name}.evidenceCount`] = before.evidenceCount + 1;
  fields[`${name}.corroborations`] = before.corroborations + (corroborates ? 1 : 0);
  fields[`${name}.contradictions`] = before.contradictions + (corroborates ? 0 : 1);
  return updated;
}

/** Multiplies the amplitudes of every clock's cycles. */
export function scaleAllCycles(fields: Fields, layout: LearnedLayout, factor: number): void {
  for (const clock of layout.clocks) {
    const cycles = numbersField(fields, `${clock}.cycles`);
    if (cycles.length > 0) fields[`${clock}.cycles`] = scaleCycles(cycles, factor);
  }
}

/** Restarts the pressure of a clock that builds any. */
export function resolvePressure(fields: Fields, clock: string, now: number): void {
  if (numberField(fields, `${clock}.pressureRate`, 0) > 0) fields[`${clock}.lastResolved`] = now;
}
