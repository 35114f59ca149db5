import { MAX_LEARNED_VALUE } from "../defaults.js";
import { ConfigurationError } from "../errors.js";
import { bloomSize } from "../learning/bloom.js";

/** A JSON object as callers write it. */
export type JsonObject = { readonly [key: string]: JsonValue };
export type JsonValue = string | number | boolean | null | readonly JsonValue[] | JsonObject;

/** Learned confidence of a record: spec section 6. */
export interface ConfidenceState {
  /** 0 to 1. */
  readonly value: number;
  readonly evidenceCount: number;
  readonly corroborations: number;
  readonly contradictions: number;
}

/** Clock of a record: spec sections 4 and 5. */
export interface ClockState {
  /** Unix seconds of creation, the last touch or the last success. */
  readonly lastTouchedSeconds: number;
  readonly cycles: readonly Cycle[];
}

export interface Cycle {
  readonly periodSeconds: number;
  readonly amplitude: number;
  readonly phaseSeconds: number;
  readonly origin: "declared" | "discovered";
}

/** What a field of a model is: `Value` as read, `Input` as given on creation. */
export interface Field<Kind extends FieldKind, Value, Required extends boolean> {
  readonly kind: Kind;
  readonly required: Required;
  /** Only for the type checker. */
  readonly valueType?: Value;
}

export type FieldKind =
  | "id"
  | "key"
  | "text"
  | "number"
  | "boolean"
  | "json"
  | "sorted"
  | "qValue"
  | "clock"
  | "confidence"
  | "edges"
  | "filter";

/** Text that identifies the record; derived from its identity, so that the same identity has the same id. */
export interface IdField extends Field<"id", string, false> {}

/** Text a record is found by. Immutable when part of the identity. */
export interface KeyField extends Field<"key", string, true> {}

export interface PlainField<Kind extends "text" | "number" | "boolean", Value, Required extends boolean>
  extends Field<Kind, Value, Required> {
  readonly defaultValue: Value | undefined;
}

export interface JsonField<Value extends JsonObject> extends Field<"json", Value, false> {}

/** A number with a sorted index per scope. */
export interface SortedField extends Field<"sorted", number, true> {}

/** A value learned by temporal difference. Saves never write it. */
export interface QValueField extends Field<"qValue", number, false> {
  readonly initialQ: number;
}

export interface ClockField extends Field<"clock", ClockState, false> {
  readonly decayRate: number | undefined;
  readonly baseScoreField: string | undefined;
  readonly confidenceModulation: "auto" | string | false;
  /** Flat, as stored: see learning/cycles. */
  readonly cycles: readonly number[];
  readonly pressureRate: number;
}

export interface ConfidenceField extends Field<"confidence", ConfidenceState, false> {
  readonly initialConfidence: number | undefined;
  readonly evidenceCap: number | undefined;
}

export interface EdgesField extends Field<"edges", never, false> {
  readonly symmetric: boolean;
  readonly maxEdges: number;
}

export interface FilterField extends Field<"filter", never, false> {
  readonly bits: number;
  readonly hashes: number;
  /** The key field whose text is the filtered item. */
  readonly itemField: string;
}

export type AnyField =
  | IdField
  | KeyField
  | PlainField<"text", string, boolean>
  | PlainField<"number", number, boolean>
  | PlainField<"boolean", boolean, boolean>
  | JsonField<JsonObject>
  | SortedField
  | QValueField
  | ClockField
  | ConfidenceField
  | EdgesField
  | FilterField;

export function idField(): IdField {
  return { kind: "id", required: false };
}

export function keyField(): KeyField {
  return { kind: "key", required: true };
}

export function textField(): PlainField<"text", string, true>;
export function textField(options: { readonly default: string }): PlainField<"text", string, false>;
export function textField(options?: { readonly default: string }): PlainField<"text", string, boolean> {
  return { kind: "text", required: options === undefined, defaultValue: options?.default };
}

export function numberField(): PlainField<"number", number, true>;
export function numberField(options: { readonly default: number }): PlainField<"number", number, false>;
export function numberField(options?: { readonly default: number }): PlainField<"number", number, boolean> {
  if (options !== undefined && !Number.isFinite(options.default)) {
    throw new ConfigurationError("default", options.default, "a finite number");
  }
  return { kind: "number", required: options === undefined, defaultValue: options?.default };
}

export function booleanField(): PlainField<"boolean", boolean, true>;
export function booleanField(options: { readonly default: boolean }): PlainField<"boolean", boolean, false>;
export function booleanField(options?: { readonly default: boolean }): PlainField<"boolean", boolean, boolean> {
  return { kind: "boolean", required: options === undefined, defaultValue: options?.default };
}

/** A JSON object; `{}` when not given. */
export function jsonField<Value extends JsonObject = JsonObject>(): JsonField<Value> {
  return { kind: "json", required: false };
}

export function sortedField(): SortedField {
  return { kind: "sorted", required: true };
}

/** @param options.initialQ - value of a new record, default 0 */
export function tdValueField(options: { readonly initialQ?: number } = {}): QValueField {
  const { initialQ = 0 } = options;
  if (!(Math.abs(initialQ) <= MAX_LEARNED_VALUE)) {
    throw new ConfigurationError("initialQ", initialQ, `a finite number of at most ${MAX_LEARNED_VALUE} either way`);
  }
  return { kind: "qValue", required: false, initialQ };
}

export interface DecayOptions {
  /** Power-law exponent per day, > 0. Default: the store's `decayRate`. */
  readonly decayRate?: number;
  /** Number field that is decayed. Default: every record counts 1. */
  readonly baseScoreField?: string;
  /** Confidence field that bends the decay; `auto` takes the model's only one. Default `auto`. */
  readonly confidenceModulation?: "auto" | string | false;
}

export interface CyclicDecayOptions extends DecayOptions {
  /** [period in seconds > 0, amplitude >= 0, phase in seconds]; the phase is 0 when left out. */
  readonly cycles?: readonly (readonly [number, number] | readonly [number, number, number])[];
  /** Score added per day since the record was last resolved. >= 0, default 0. */
  readonly pressureRate?: number;
}

/** Recency: a clock that ranks records by power-law decay. */
export function decayingSortedField(options: DecayOptions = {}): ClockField {
  return cyclicDecayField({ ...options, cycles: [], pressureRate: 0 });
}

/** A decay clock with periodic resonance and pressure. */
export function cyclicDecayField(options: CyclicDecayOptions = {}): ClockField {
  const { decayRate, baseScoreField, confidenceModulation = "auto", cycles = [], pressureRate = 0 } = options;
  if (decayRate !== undefined && !(Number.isFinite(decayRate) && decayRate > 0)) {
    throw new ConfigurationError("decayRate", decayRate, "a finite number above 0");
  }
  if (!Number.isFinite(pressureRate) || pressureRate < 0) {
    throw new ConfigurationError("pressureRate", pressureRate, "a finite number of at least 0");
  }
  const flat = cycles.flatMap(flattenCycle);
  return {
    kind: "clock",
    required: false,
    decayRate,
    baseScoreField,
    confidenceModulation,
    cycles: flat,
    pressureRate,
  };
}

const DECLARED = 0;

function flattenCycle(cycle: readonly number[], index: number): number[] {
  const [period = Number.NaN, amplitude = Number.NaN, phase = 0] = cycle;
  if (cycle.length < 2 || cycle.length > 3) {
    throw new ConfigurationError(`cycles[${index}]`, cycle, "[period, amplitude] or [period, amplitude, phase]");
  }
  if (!Number.isFinite(period) || period <= 0) {
    throw new ConfigurationError(`cycles[${index}] period`, period, "seconds above 0");
  }
  if (!Number.isFinite(amplitude) || amplitude < 0) {
    throw new ConfigurationError(`cycles[${index}] amplitude`, amplitude, "a finite number of at least 0");
  }
  if (!Number.isFinite(phase)) throw new ConfigurationError(`cycles[${index}] phase`, phase, "finite seconds");
  return [period, amplitude, phase, amplitude, DECLARED];
}

export interface ConfidenceOptions {
  /** Confidence before any evidence, 0 to 1. Default: the store's. */
  readonly initialConfidence?: number;
  /** Integer >= 1. Default: the store's. */
  readonly evidenceCap?: number;
}

export function confidenceField(options: ConfidenceOptions = {}): ConfidenceField {
  const { initialConfidence, evidenceCap } = options;
  if (initialConfidence !== undefined && !(initialConfidence >= 0 && initialConfidence <= 1)) {
    throw new ConfigurationError("initialConfidence", initialConfidence, "a number from 0 to 1");
  }
  if (evidenceCap !== undefined && !(Number.isInteger(evidenceCap) && evidenceCap >= 1)) {
    throw new ConfigurationError("evidenceCap", evidenceCap, "an integer of at least 1");
  }
  return { kind: "confidence", required: false, initialConfidence, evidenceCap };
}

export interface CoOccurrenceOptions {
  /** Whether a link counts in both directions. Default true. */
  readonly symmetric?: boolean;
  /** Links kept per record, the strongest. Integer >= 1, default 500. */
  readonly maxEdges?: number;
}

/** Weighted links to other records of the model. */
export function coOccurrenceField(options: CoOccurrenceOptions = {}): EdgesField {
  const { symmetric = true, maxEdges = 500 } = options;
  if (!Number.isInteger(maxEdges) || maxEdges < 1) {
    throw new ConfigurationError("maxEdges", maxEdges, "an integer of at least 1");
  }
  return { kind: "edges", required: false, symmetric, maxEdges };
}

export interface ExistenceFilterOptions {
  /** The key field whose text is the item, taken whole. */
  readonly itemField: string;
  /** Share of absent items that seem to exist when full. Between 0 and 1, default 0.01. */
  readonly errorRate?: number;
  /** Items per scope the rate holds for. Integer >= 1, default 100 000. */
  readonly capacity?: number;
}

/** A Bloom filter per scope: a definite "missing" without reading a record. */
export function existenceFilter(options: ExistenceFilterOptions): FilterField {
  const { itemField, errorRate = 0.01, capacity = 100_000 } = options;
  if (!(errorRate > 0 && errorRate < 1)) {
    throw new ConfigurationError("errorRate", errorRate, "a number above 0 and below 1");
  }
  if (!Number.isInteger(capacity) || capacity < 1) {
    throw new ConfigurationError("capacity", capacity, "an integer of at least 1");
  }
  return { kind: "filter", required: false, itemField, ...bloomSize(errorRate, capacity) };
}
