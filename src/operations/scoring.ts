import type { Fields } from "../keyspace/keyspace.js";
import { cycleTerm, pressureTerm } from "../learning/cycles.js";
import { elapsedDays, modulatedDecayScore } from "../learning/decay.js";
import { numberField, numbersField } from "./fields.js";

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

/** Decayed, confidence-modulated base value: spec section 4. It only falls with time, or rises towards 0 from below. */
export function decayedValue(fields: Fields, clock: ClockScoring, nowSeconds: number): number {
  const days = elapsedDays(numberField(fields, `${clock.field}.lastTouched`, nowSeconds), nowSeconds);
  const base = clock.baseField === "" ? 1 : numberField(fields, clock.baseField, 1);
  const strength = clock.confidenceField === "" ? 0 : clock.modulationStrength;
  const confidence = numberField(fields, `${clock.confidenceField}.value`, clock.initialConfidence);
  return modulatedDecayScore(base, days, clock.decayRate, confidence, clock.initialConfidence, strength);
}

/** {@link decayedValue} plus cycle resonance plus pressure: spec sections 4 and 5. */
export function clockScore(fields: Fields, clock: ClockScoring, nowSeconds: number): number {
  const pressureRate = numberField(fields, `${clock.field}.pressureRate`, 0);
  return (
    decayedValue(fields, clock, nowSeconds) +
    cycleTerm(numbersField(fields, `${clock.field}.cycles`), nowSeconds) +
    pressureTerm(pressureRate, numberField(fields, `${clock.field}.lastResolved`, nowSeconds), nowSeconds)
  );
}
