import { ConfigurationError } from "../errors.js";
import { type AccessTrackerOptions, checkAccessTracker, type TrackedRecord } from "../primitives/access-tracker.js";
import type { ClockField } from "../primitives/decay-clock.js";
import { checkEventStream, type EventStreamOptions } from "../primitives/event-stream.js";
import { checkPredictionLedger, type PredictionLedgerOptions } from "../primitives/prediction-ledger.js";
import { checkWriteFilter, type WriteFilterOptions } from "../primitives/write-filter.js";
import type { AnyField, Field, FieldMap } from "./field.js";

/** A declared kind of record. `Spec` is the declaration itself, so that types follow from it. */
export interface Model<Fields extends FieldMap = FieldMap, Identity extends string = string> {
  readonly name: string;
  readonly fields: Fields;
  /** Key fields that together are unique, most general first. Immutable after creation. */
  readonly identity: readonly Identity[];
  /** Key field that isolates records from each other: nothing crosses its values. Must be first in the identity. */
  readonly scope?: Identity;
  /**
   * Keeps records with equal values in these identity fields side by side, so that they are read at once. Must follow
   * the scope in the identity. Records of the kinds it `owns`, with the same identity in the same group, go with it.
   */
  readonly group?: { readonly name: string; readonly by: readonly Identity[]; readonly owns?: readonly string[] };
  readonly accessTracker?: AccessTrackerOptions;
  readonly predictionLedger?: PredictionLedgerOptions;
  readonly eventStream?: EventStreamOptions;
  readonly writeFilter?: WriteFilterOptions<PlainOf<Fields>>;
}

/** A model of any shape, for code that treats all alike. */
// biome-ignore lint/suspicious/noExplicitAny: a write filter takes its own record type, which varies contravariantly
export type AnyModel = Omit<Model, "writeFilter"> & { readonly writeFilter?: WriteFilterOptions<any> };

/** A record as it is read. Links, filters and sketches are asked through the repository instead. */
export type RecordOf<M extends AnyModel> = ValuesOf<M["fields"]> &
  (M extends { readonly accessTracker: object } ? TrackedRecord : unknown);

type ValuesOf<Fields extends FieldMap> = {
  readonly [Name in keyof Fields as [ValueOf<Fields[Name]>] extends [never] ? never : Name]: ValueOf<Fields[Name]>;
};

/** What is given to create a record: plain fields, those without a default required. */
export type CreateOf<M extends AnyModel> = NewValuesOf<M["fields"]>;

type NewValuesOf<Fields extends FieldMap> = {
  readonly [Name in PlainNames<Fields> as Fields[Name]["required"] extends true ? Name : never]: ValueOf<Fields[Name]>;
} & {
  readonly [Name in PlainNames<Fields> as Fields[Name]["required"] extends true ? never : Name]?: ValueOf<Fields[Name]>;
};

/** All plain values of a record, defaults filled in. */
export type PlainOf<Fields extends FieldMap> = {
  readonly [Name in PlainNames<Fields>]: ValueOf<Fields[Name]>;
};

/** What can be changed later: plain fields outside the identity. */
export type UpdateOf<M extends AnyModel> = {
  readonly [Name in Exclude<PlainNames<M["fields"]>, M["identity"][number]>]?: ValueOf<M["fields"][Name]>;
};

export type IdentityOf<M extends AnyModel> = { readonly [Name in M["identity"][number]]: string };

/** Key fields a query may name. */
export type WhereOf<M extends AnyModel> = {
  readonly [Name in NamesOfKind<M, "key" | "id">]?: string;
};

export type NamesOfKind<M extends AnyModel, Kind extends string> = {
  [Name in keyof M["fields"]]: M["fields"][Name]["kind"] extends Kind ? Name : never;
}[keyof M["fields"]] &
  string;

type ValueOf<Definition> = Definition extends Field<string, infer Value, boolean> ? Value : never;
type PlainKind = "key" | "text" | "number" | "boolean" | "json" | "sorted";
type PlainNames<Fields extends FieldMap> = {
  [Name in keyof Fields]: Fields[Name]["kind"] extends PlainKind ? Name : never;
}[keyof Fields] &
  string;
type KeyNames<Fields extends FieldMap> = {
  [Name in keyof Fields]: Fields[Name]["kind"] extends "key" ? Name : never;
}[keyof Fields] &
  string;

const NAME = /^[A-Za-z][A-Za-z0-9_]*$/;
/** Names a stored record uses for itself. */
const RESERVED = ["accessCount", "lastAccessed", "lastAccessedSeconds", "predictionCount"];

/**
 * Declares a kind of record, typed by its fields.
 *
 * @throws {@link ConfigurationError} for names, identities or field options that do not fit together
 */
export function defineModel<
  const Fields extends FieldMap,
  const Identity extends KeyNames<Fields>,
  const Spec extends Omit<Model<Fields, Identity>, "name">,
>(
  name: string,
  spec: Spec & Omit<Model<Fields, Identity>, "name">,
): Spec & { readonly name: string; readonly fields: Fields; readonly identity: readonly Identity[] } {
  const model: AnyModel = { ...spec, name };
  checkName("model name", name);
  for (const field of Object.keys(model.fields)) {
    checkName("field name", field);
    if (RESERVED.includes(field)) throw new ConfigurationError("field name", field, `none of ${RESERVED.join(", ")}`);
  }
  checkIdentity(model);
  for (const [field, definition] of Object.entries(model.fields)) {
    if (isClock(definition)) checkClock(field, definition, model);
  }
  if (model.eventStream !== undefined) checkEventStream(model.eventStream, model.identity);
  if (model.accessTracker !== undefined) checkAccessTracker(model.accessTracker);
  if (model.predictionLedger !== undefined) checkPredictionLedger(model.predictionLedger);
  if (model.writeFilter !== undefined) checkWriteFilter(model.writeFilter);
  return Object.freeze({ ...spec, name });
}

export function isClock(field: AnyField): field is ClockField {
  return field.kind === "clock";
}

function checkName(option: string, name: string): void {
  if (!NAME.test(name)) {
    throw new ConfigurationError(option, name, "letters, digits and underscores, beginning with a letter");
  }
}

function checkIdentity({ identity, scope, group, fields }: AnyModel): void {
  if (identity.length === 0) throw new ConfigurationError("identity", identity, "at least one key field");
  for (const field of identity) requireKind(fields, "identity", field, ["key"]);
  const scopeLength = scope === undefined ? 0 : 1;
  if (scope !== undefined && (identity[0] !== scope || identity.length === 1)) {
    throw new ConfigurationError("scope", scope, "the first of at least two identity fields");
  }
  if (group === undefined) return;
  checkName("group name", group.name);
  const next = identity.slice(scopeLength, scopeLength + group.by.length);
  if (next.join() !== group.by.join() || identity.length <= scopeLength + group.by.length) {
    throw new ConfigurationError("group", group.by.join(", "), "the identity fields after the scope, but not the last");
  }
}

function checkClock(name: string, clock: ClockField, { fields, identity }: AnyModel): void {
  if (clock.baseScoreField !== undefined) {
    requireKind(fields, `${name} baseScoreField`, clock.baseScoreField, ["number", "sorted", "qValue"]);
  }
  if (clock.confidenceModulation !== "auto" && clock.confidenceModulation !== false) {
    requireKind(fields, `${name} confidenceModulation`, clock.confidenceModulation, ["confidence"]);
  }
  for (const field of clock.partitionBy) {
    if (!identity.includes(field)) {
      throw new ConfigurationError(`${name} partitionBy`, field, `one of the identity fields ${identity.join(", ")}`);
    }
  }
}

function requireKind(fields: FieldMap, option: string, name: string, kinds: readonly string[]): void {
  const field = fields[name];
  if (field === undefined || !kinds.includes(field.kind)) {
    throw new ConfigurationError(option, name, `the name of a ${kinds.join(" or ")} field of the model`);
  }
}
