import type { Fields } from "../../../keyspace/port/keyspace.js";
import { elapsedDays, modulatedDecayScore } from "../../../maths/learning/decay.js";
import { cycleTerm, pressureTerm } from "../../../maths/rhythm/cycles.js";
import { numberField, numbersField } from "../fields.js";

/** How the clock of a model turns into a score. */
export interface ClockScoring {
  readonly field: string;
  /** Number field with the base score; "" for a base of 1. */
  readonly baseField: string;
  readonly decayRate: number;
  /** Confidence field that slows or speeds the decay; "" for none. */
  readonly confidenceField: string;
  readonly initialConfidence: number;
  /** 0 switches the modulation off. */
  readonly modulationStrength: number;
}

/** Names of the stored parts of a clock, and of the confidence that bends it: putting them together takes time. */
export interface ClockFields {
  readonly lastTouched: string;
  readonly cycles: string;
  readonly pressureRate: string;
  readonly lastResolved: string;
  readonly confidence: string;
}

export function clockFields(clock: ClockScoring): ClockFields {
  return {
    lastTouched: `${clock.field}.lastTouched`,
    cycles: `${clock.field}.cycles`,
    pressureRate: `${clock.field}.pressureRate`,
    lastResolved: `${clock.field}.lastResolved`,
    confidence: `${clock.confidenceField}.value`,
  };
}

/**
 * Decayed, confidence-modulated base value: docs/primitives/decaying-sorted-field.md. It only falls with time, or rises
 * towards 0 from below.
 */
export function decayedValue(fields: Fields, clock: ClockScoring, nowSeconds: number): number {
  return decayed(
    baseOf(fields, clock),
    fields,
    clock,
    `${clock.field}.lastTouched`,
    `${clock.confidenceField}.value`,
    nowSeconds,
  );
}

function baseOf(fields: Fields, { baseField }: ClockScoring): number {
  return baseField === "" ? 1 : numberField(fields, baseField, 1);
}

function decayed(
  base: number,
  fields: Fields,
  clock: ClockScoring,
  touchedField: string,
  confidenceField: string,
  nowSeconds: number,
): number {
  const days = elapsedDays(numberField(fields, touchedField, nowSeconds), nowSeconds);
  const strength = clock.confidenceField === "" ? 0 : clock.modulationStrength;
  const confidence = numberField(fields, confidenceField, clock.initialConfidence);
  return modulatedDecayScore(base, days, clock.decayRate, confidence, clock.initialConfidence, strength);
}

/** {@link decayedValue} plus cycle resonance plus pressure: docs/primitives/cyclic-decay-field.md. */
export function clockScore(fields: Fields, clock: ClockScoring, names: ClockFields, nowSeconds: number): number {
  return clockScoreOf(baseOf(fields, clock), fields, clock, names, nowSeconds);
}

/** As {@link clockScore}, with another base score. */
export function clockScoreOf(
  base: number,
  fields: Fields,
  clock: ClockScoring,
  names: ClockFields,
  nowSeconds: number,
): number {
  const pressureRate = numberField(fields, names.pressureRate, 0);
  return (
    decayed(base, fields, clock, names.lastTouched, names.confidence, nowSeconds) +
    cycleTerm(numbersField(fields, names.cycles), nowSeconds) +
    pressureTerm(pressureRate, numberField(fields, names.lastResolved, nowSeconds), nowSeconds)
  );
}
