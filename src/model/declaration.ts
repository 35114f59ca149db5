import { ConfigurationError, InvalidArgumentError } from "../common/errors.js";
import type { TuningConstants } from "../common/tuning/defaults.js";
import type { Fields, FieldValue } from "../keyspace/port/keyspace.js";
import type { Remains } from "../operations/records/record-keys.js";

/** A model as it is declared, as far as its keys and values follow from that. */
export interface DeclaredModel {
  readonly name: string;
  readonly fields: { readonly [name: string]: DeclaredField };
  /** Key fields that together are unique, most general first. Immutable after creation. */
  readonly identity: readonly string[];
  /** Key field that isolates records from each other: nothing crosses its values. */
  readonly scope?: string;
  readonly group?: RecordGroup;
  /** Weights of the composite score that an index is kept of. */
  readonly ranking?: Readonly<Record<string, number | undefined>>;
}

/** Keeps records with equal values in some identity fields side by side, so that they are read at once. */
export interface RecordGroup<Identity extends string = string> {
  /** The first part of the group's storage key. */
  readonly name: string;
  /** Identity fields; must follow the scope in the identity, and leave at least one. */
  readonly by: readonly Identity[];
  /** Kinds of records that go with a record of the same identity in the same group. Default: none. */
  readonly owns?: readonly string[];
  /** What is left of those all the same. Default: nothing. */
  readonly remains?: Remains;
}

/** What a field stores. A field is either plain (the caller writes it) or learned (operations write it). */
export interface DeclaredField {
  readonly kind: string;
  /** Whether creating a record needs a value. */
  readonly required: boolean;
  /** Plain fields: checks a given value and turns it into what is stored. */
  readonly encode?: (name: string, value: unknown) => FieldValue;
  /** Plain fields: the value when none is given. */
  readonly defaultValue?: unknown;
  /** Learned fields: what a new record stores. */
  readonly start?: (name: string, context: StartContext) => Fields;
  /** Reads the value as callers see it; absent for fields that are only asked through the repository. Made once per model. */
  readonly decoder?: (name: string) => Decoder<unknown>;
}

/** Reads a value as callers see it from a stored record. */
export type Decoder<Value> = (fields: Fields, defaults: TuningConstants) => Value;

export interface StartContext {
  /** Identity values of the record. */
  readonly identity: readonly string[];
  readonly nowSeconds: number;
  readonly defaults: TuningConstants;
}

/** The fields of one kind, by name. `FieldType` is the declaration that has this kind. */
export function fieldsOfKind<FieldType extends DeclaredField>(
  model: DeclaredModel,
  kind: FieldType["kind"],
): readonly (readonly [string, FieldType])[] {
  return Object.entries(model.fields).filter((entry): entry is [string, FieldType] => entry[1].kind === kind);
}

/** @throws {@link InvalidArgumentError} when a model has no such field of this kind */
export function requireField<FieldType extends DeclaredField>(
  model: DeclaredModel,
  name: string,
  kind: FieldType["kind"],
): FieldType {
  const field = typeof name === "string" ? model.fields[name] : undefined;
  if (field?.kind !== kind) throw new InvalidArgumentError("field", name, `a ${kind} field of ${model.name}`);
  return field as FieldType;
}

/** @throws {@link ConfigurationError} when what an option names is no field of these kinds */
export function checkKind(
  { fields }: Pick<DeclaredModel, "fields">,
  option: string,
  name: string,
  kinds: readonly string[],
): void {
  const field = fields[name];
  if (field === undefined || !kinds.includes(field.kind)) {
    throw new ConfigurationError(option, name, `the name of a ${kinds.join(" or ")} field of the model`);
  }
}
