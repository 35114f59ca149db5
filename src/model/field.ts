import type { TuningConstants } from "../common/defaults.js";
import type { Fields, FieldValue } from "../keyspace/port/keyspace.js";

/** What a field of a model is. A field is either plain (the caller writes it) or learned (operations write it). */
export interface Field<Kind extends string, Value, Required extends boolean> {
  readonly kind: Kind;
  /** Whether creating a record needs a value. */
  readonly required: Required;
  /** Plain fields: checks a given value and turns it into what is stored. */
  readonly encode?: (name: string, value: unknown) => FieldValue;
  /** Plain fields: the value when none is given. */
  readonly defaultValue?: unknown;
  /** Learned fields: what a new record stores. */
  readonly start?: (name: string, context: StartContext) => Fields;
  /** Reads the value as callers see it; absent for fields that are only asked through the repository. Made once per model. */
  readonly decoder?: (name: string) => Decoder<Value>;
}

export type Decoder<Value> = (fields: Fields, defaults: TuningConstants) => Value;

export interface StartContext {
  /** Identity values of the record. */
  readonly identity: readonly string[];
  readonly nowSeconds: number;
  readonly defaults: TuningConstants;
}

export type AnyField = Field<string, unknown, boolean>;

/** Fields of a model by name. */
export interface FieldMap {
  readonly [name: string]: AnyField;
}
