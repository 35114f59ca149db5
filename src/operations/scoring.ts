import type { Fields } from "../keyspace/keyspace.js";
import { cycleTerm, pressureTerm } from "../learning/cycles.js";
import { elapsedDays, modulatedDecayScore } from "../learning/decay.js";
import { numberField, numbersField } from "./fields.js";

/** How the clock of a model turns into a score. */
export interface ClockScoring {
  /** Where the clock's parts are stored. */
  readonly parts: ClockParts;
  /** Number field with the base score; "" for a base of 1. */
  readonly baseField: string;
  readonly decayRate: number;
  /** Where the confidence that slows or speeds the decay is stored; "" for none. */
  readonly confidenceValue: string;
  readonly initialConfidence: number;
  /** 0 switches the modulation off. */
  readonly modulationStrength: number;
}

/** Names of stored fields. Whoever scores often puts them together once. */
export interface ClockParts {
  readonly lastTouched: string;
  readonly cycles: string;
  readonly pressureRate: string;
  readonly lastResolved: string;
}

/** Decayed, confidence-modulated base value plus cycle resonance plus pressure: spec sections 4 and 5. */
export function clockScore(fields: Fields, clock: ClockScoring, nowSeconds: number): number {
  const parts = clock.parts;
  const days = elapsedDays(numberField(fields, parts.lastTouched, nowSeconds), nowSeconds);
  const base = clock.baseField === "" ? 1 : numberField(fields, clock.baseField, 1);
  const strength = clock.confidenceValue === "" ? 0 : clock.modulationStrength;
  const confidence = numberField(fields, clock.confidenceValue, clock.initialConfidence);
  const decayed = modulatedDecayScore(base, days, clock.decayRate, confidence, clock.initialConfidence, strength);
  const pressureRate = numberField(fields, parts.pressureRate, 0);
  return (
    decayed +
    cycleTerm(numbersField(fields, parts.cycles), nowSeconds) +
    pressureTerm(pressureRate, numberField(fields, parts.lastResolved, nowSeconds), nowSeconds)
  );
}
