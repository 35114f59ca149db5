import { checkOptionNames } from "../common/checks.js";
import { ConfigurationError } from "../common/errors.js";
import { type AccessTrackerOptions, checkAccessTracker, type TrackedRecord } from "../primitives/access-tracker.js";
import { BASE_SCORE_KINDS, type ClockField } from "../primitives/decay-clock.js";
import { checkEventStream, type EventStreamOptions } from "../primitives/event-stream.js";
import { checkPredictionLedger, type PredictionLedgerOptions } from "../primitives/prediction-ledger.js";
import type { ValidityWindowOptions, WindowedRecord } from "../primitives/validity-window.js";
import { checkWriteFilter, type WriteFilterOptions } from "../primitives/write-filter.js";
import { isReservedKind } from "../store/storage-keys.js";
import type { AnyField, Field, FieldMap } from "./field.js";
import { COMPOSITE, checkRanking, type RankingWeightsOf } from "./rankings.js";

/** A declared kind of record. */
export interface Model<Fields extends FieldMap = FieldMap, Identity extends string = string>
  extends ModelSpec<Fields, Identity> {
  readonly name: string;
}

/** What a model is declared by. */
export interface ModelSpec<Fields extends FieldMap, Identity extends string> {
  readonly fields: Fields;
  /** Key fields that together are unique, most general first. Immutable after creation. */
  readonly identity: readonly Identity[];
  /** Key field that isolates records from each other: nothing crosses its values. Must be first in the identity. */
  readonly scope?: NoInfer<Identity>;
  readonly group?: RecordGroup<NoInfer<Identity>>;
  readonly accessTracker?: AccessTrackerOptions;
  readonly predictionLedger?: PredictionLedgerOptions;
  readonly validityWindow?: ValidityWindowOptions;
  readonly eventStream?: EventStreamOptions<KeyNames<Fields>, PlainNames<Fields> | IdNames<Fields>>;
  readonly writeFilter?: WriteFilterOptions<PlainOf<Fields>>;
  readonly ranking?: RankingWeightsOf<Fields>;
}

/** Keeps records with equal values in some identity fields side by side, so that they are read at once. */
export interface RecordGroup<Identity extends string = string> {
  /** The first part of the group's storage key. */
  readonly name: string;
  /** Identity fields; must follow the scope in the identity, and leave at least one. */
  readonly by: readonly Identity[];
  /** Kinds of records that go with a record of the same identity in the same group. Default: none. */
  readonly owns?: readonly string[];
}

/** A model of any shape, for code that treats all alike. Its write filter takes values that only it can name. */
export type AnyModel = Omit<Model, "writeFilter" | "eventStream" | "ranking"> & {
  readonly writeFilter?: WriteFilterOptions<never>;
  readonly eventStream?: EventStreamOptions;
  readonly ranking?: Readonly<Record<string, number | undefined>>;
};

/** Shows a computed type as the properties it has. */
type Flat<Computed> = { readonly [Name in keyof Computed]: Computed[Name] } & {};

/** A record as it is read. Links, filters and sketches are asked through the repository instead. */
export type RecordOf<M extends AnyModel> = Flat<
  ValuesOf<M["fields"]> &
    (M extends { readonly accessTracker: object } ? TrackedRecord : unknown) &
    (M extends { readonly validityWindow: object } ? WindowedRecord<IdentityOf<M>> : unknown)
>;

type ValuesOf<Fields extends FieldMap> = {
  readonly [Name in keyof Fields as [ValueOf<Fields[Name]>] extends [never] ? never : Name]: ValueOf<Fields[Name]>;
};

/** What is given to create a record: plain fields, those without a default required. */
export type CreateOf<M extends AnyModel> = Flat<NewValuesOf<M["fields"]>>;

type NewValuesOf<Fields extends FieldMap> = {
  readonly [Name in PlainNames<Fields> as Fields[Name]["required"] extends true ? Name : never]: ValueOf<Fields[Name]>;
} & {
  readonly [Name in PlainNames<Fields> as Fields[Name]["required"] extends true ? never : Name]?: ValueOf<Fields[Name]>;
};

/** All plain values of a record, defaults filled in. */
export type PlainOf<Fields extends FieldMap> = Flat<{
  readonly [Name in PlainNames<Fields>]: ValueOf<Fields[Name]>;
}>;

/** What can be changed later: plain fields outside the identity. */
export type UpdateOf<M extends AnyModel> = {
  readonly [Name in Exclude<PlainNames<M["fields"]>, M["identity"][number]>]?: ValueOf<M["fields"][Name]>;
};

export type IdentityOf<M extends AnyModel> = { readonly [Name in M["identity"][number]]: string };

/** Key fields a query may name; a scoped model's scope it must. */
export type WhereOf<M extends AnyModel> = Flat<
  {
    readonly [Name in NamesOfKind<M, "key" | "id">]?: string;
  } & (M extends { readonly scope: infer Scope extends string } ? { readonly [Name in Scope]: string } : unknown)
>;

/** Key fields that name one group of a model: its scope, when it has one, and what it groups by. */
export type GroupOf<M extends AnyModel> = M extends {
  readonly group: { readonly by: readonly (infer Name extends string)[] };
}
  ? Flat<
      { readonly [Field in Name]: string } & (M extends { readonly scope: infer Scope extends string }
        ? { readonly [Field in Scope]: string }
        : unknown)
    >
  : NotDeclared<"group">;

/** The scope, for a model that has one; nothing otherwise. */
export type ScopeArgument<M extends AnyModel> = M extends { readonly scope: string }
  ? readonly [scope: string]
  : "scope" extends keyof M
    ? readonly [scope?: string]
    : readonly [];

/** Stands where a model lacks a part: declare it with `defineModel`. */
export interface NotDeclared<Part extends string> {
  readonly missing: Part;
}

export type NamesOfKind<M extends AnyModel, Kind extends string> = {
  [Name in keyof M["fields"]]: M["fields"][Name]["kind"] extends Kind ? Name : never;
}[keyof M["fields"]] &
  string;

/** Refuses what is misspelt. */
type NothingElse<Spec> = {
  readonly [Name in Exclude<keyof Spec, keyof Model> & string]: `${Name} is not part of a model`;
};

type ValueOf<Definition> = Definition extends Field<string, infer Value, boolean> ? Value : never;
type PlainKind = "key" | "text" | "number" | "decimal" | "boolean" | "json" | "sorted";
type PlainNames<Fields extends FieldMap> = {
  [Name in keyof Fields]: Fields[Name]["kind"] extends PlainKind ? Name : never;
}[keyof Fields] &
  string;
type KeyNames<Fields extends FieldMap> = {
  [Name in keyof Fields]: Fields[Name]["kind"] extends "key" ? Name : never;
}[keyof Fields] &
  string;

type IdNames<Fields extends FieldMap> = {
  [Name in keyof Fields]: Fields[Name]["kind"] extends "id" ? Name : never;
}[keyof Fields] &
  string;

const NAME = /^[A-Za-z][A-Za-z0-9_]*$/;
const MIXINS = ["accessTracker", "predictionLedger", "validityWindow", "eventStream", "writeFilter"];
const PARTS = ["name", "fields", "identity", "scope", "group", "ranking", ...MIXINS];
/** Names a stored record uses for itself. */
const RESERVED = [COMPOSITE, "accessCount", "lastAccessed", "lastAccessedSeconds", "predictionCount", "validity"];

/**
 * Declares a kind of record, typed by its fields.
 *
 * @throws {@link ConfigurationError} for names, identities or field options that do not fit together
 */
export function defineModel<
  const Fields extends FieldMap,
  const Identity extends KeyNames<Fields>,
  const Spec extends ModelSpec<Fields, Identity>,
>(name: string, spec: Spec & ModelSpec<Fields, Identity> & NothingElse<Spec>): Spec & { readonly name: string } {
  checkName("model name", name);
  checkOptionNames(name, spec, PARTS);
  const model: AnyModel = { ...spec, name };
  checkFields(model.fields);
  checkIdentity(model);
  for (const [field, definition] of Object.entries(model.fields)) {
    if (isClock(definition)) checkClock(field, definition, model);
    if (isPartitioned(definition)) checkPartition(field, definition, model);
  }
  if (model.eventStream !== undefined) checkEventStream(model.eventStream, model.fields);
  if (model.accessTracker !== undefined) checkAccessTracker(model.accessTracker);
  if (model.predictionLedger !== undefined) checkPredictionLedger(model.predictionLedger);
  if (model.validityWindow !== undefined) checkOptionNames("validityWindow", model.validityWindow, []);
  checkRanking(model);
  if (model.writeFilter !== undefined) checkWriteFilter(model.writeFilter);
  return Object.freeze({ ...spec, name });
}

export function isClock(field: AnyField): field is ClockField {
  return field.kind === "clock";
}

function checkFields(fields: FieldMap): void {
  if (typeof fields !== "object" || fields === null) {
    throw new ConfigurationError("fields", fields, "an object of fields by name");
  }
  for (const [name, field] of Object.entries(fields)) {
    checkName("field name", name);
    if (RESERVED.includes(name)) throw new ConfigurationError("field name", name, `none of ${RESERVED.join(", ")}`);
    if (typeof field?.kind !== "string") {
      throw new ConfigurationError(`fields.${name}`, field, "a field, such as keyField() gives");
    }
  }
}

function checkName(option: string, name: string): void {
  if (typeof name !== "string" || !NAME.test(name)) {
    throw new ConfigurationError(option, name, "letters, digits and underscores, beginning with a letter");
  }
}

function checkIdentity({ identity, scope, group, fields }: AnyModel): void {
  if (!Array.isArray(identity) || identity.length === 0 || new Set(identity).size < identity.length) {
    throw new ConfigurationError("identity", identity, "an array of at least one key field, each once");
  }
  for (const field of identity) requireKind(fields, "identity", field, ["key"]);
  const scopeLength = scope === undefined ? 0 : 1;
  if (scope !== undefined && (identity[0] !== scope || identity.length === 1)) {
    throw new ConfigurationError("scope", scope, "the first of at least two identity fields");
  }
  if (group === undefined) return;
  checkOptionNames("group", group, ["name", "by", "owns"]);
  checkName("group name", group.name);
  if (isReservedKind(group.name)) {
    throw new ConfigurationError("group name", group.name, "another name: records of the library itself have this one");
  }
  if (!Array.isArray(group.by)) throw new ConfigurationError("group.by", group.by, "an array of identity fields");
  const next = identity.slice(scopeLength, scopeLength + group.by.length);
  if (next.join() !== group.by.join() || identity.length <= scopeLength + group.by.length) {
    throw new ConfigurationError("group", group.by.join(", "), "the identity fields after the scope, but not the last");
  }
}

function checkClock(name: string, clock: ClockField, { fields }: AnyModel): void {
  if (clock.baseScoreField !== undefined) {
    requireKind(fields, `${name} baseScoreField`, clock.baseScoreField, BASE_SCORE_KINDS);
  }
  if (clock.confidenceModulation !== "auto" && clock.confidenceModulation !== false) {
    requireKind(fields, `${name} confidenceModulation`, clock.confidenceModulation, ["confidence"]);
  }
  const confidences = Object.keys(fields).filter((field) => fields[field]?.kind === "confidence");
  if (clock.confidenceModulation === "auto" && confidences.length > 1) {
    const choice = `name one of ${confidences.join(", ")} as its confidenceModulation, or say false`;
    process.emitWarning(`Confidence does not bend the decay of ${name}, because there are several: ${choice}.`);
  }
}

interface Partitioned {
  readonly partitionBy: readonly string[];
}

function isPartitioned(field: AnyField): field is AnyField & Partitioned {
  return "partitionBy" in field;
}

function checkPartition(name: string, { partitionBy }: Partitioned, { fields }: AnyModel): void {
  for (const field of partitionBy) requireKind(fields, `${name} partitionBy`, field, ["key"]);
}

function requireKind(fields: FieldMap, option: string, name: string, kinds: readonly string[]): void {
  const field = fields[name];
  if (field === undefined || !kinds.includes(field.kind)) {
    throw new ConfigurationError(option, name, `the name of a ${kinds.join(" or ")} field of the model`);
  }
}
