import { ConfigurationError } from "../errors.js";
import type { AnyField, ClockField, Field } from "./fields.js";

/** Fields of a model by name. */
export type FieldMap = { readonly [name: string]: AnyField };

/** A record as it is read. Filters and links are asked through the repository instead. */
export type RecordOf<Fields extends FieldMap> = {
  readonly [Name in keyof Fields as [ValueOf<Fields[Name]>] extends [never] ? never : Name]: ValueOf<Fields[Name]>;
};

/** What is given to create a record: plain fields, those without a default required. */
export type CreateOf<Fields extends FieldMap> = {
  readonly [Name in PlainNames<Fields> as Fields[Name]["required"] extends true ? Name : never]: ValueOf<Fields[Name]>;
} & {
  readonly [Name in PlainNames<Fields> as Fields[Name]["required"] extends true ? never : Name]?: ValueOf<Fields[Name]>;
};

/** What can be changed later: plain fields outside the identity. */
export type UpdateOf<Fields extends FieldMap, Identity extends string> = {
  readonly [Name in Exclude<PlainNames<Fields>, Identity>]?: ValueOf<Fields[Name]>;
};

export type IdentityOf<Fields extends FieldMap, Identity extends keyof Fields> = {
  readonly [Name in Identity]: ValueOf<Fields[Name]>;
};

/** Key fields a query may name. */
export type WhereOf<Fields extends FieldMap> = {
  readonly [Name in keyof Fields as Fields[Name]["kind"] extends "key" | "id" ? Name : never]?: string;
};

type ValueOf<Definition> = Definition extends Field<infer _Kind, infer Value, infer _Required> ? Value : never;
type PlainKind = "key" | "text" | "number" | "boolean" | "json" | "sorted";
type PlainNames<Fields extends FieldMap> = {
  [Name in keyof Fields]: Fields[Name]["kind"] extends PlainKind ? Name : never;
}[keyof Fields] &
  string;
type KeyNames<Fields extends FieldMap> = {
  [Name in keyof Fields]: Fields[Name]["kind"] extends "key" ? Name : never;
}[keyof Fields] &
  string;

export interface ModelOptions<Fields extends FieldMap, Identity extends string> {
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
}

/** Counts how often a record was used: spec section 9. */
export interface AccessTrackerOptions {
  readonly enabled: true;
}

/** Keeps predictions and their errors: spec section 12. */
export interface PredictionLedgerOptions {
  /** Name of the index of errors. Default "default". */
  readonly partition?: string;
}

/** Appends every change to a stream: spec section 13. */
export interface EventStreamOptions {
  /** Default "mutations". */
  readonly streamName?: string;
  /** Key field whose value is appended to the stream's name. */
  readonly partitionField?: string;
  /** Entries kept, about. Integer >= 1, default 10 000. */
  readonly maxLength?: number;
  /** Key fields every event carries. */
  readonly metadataFields?: readonly string[];
}

export interface Model<Fields extends FieldMap = FieldMap, Identity extends string = string>
  extends ModelOptions<Fields, Identity> {
  readonly name: string;
}

const NAME = /^[A-Za-z][A-Za-z0-9_]*$/;

/**
 * Declares a kind of record, typed by its fields.
 *
 * @throws {@link ConfigurationError} for names, identities or field options that do not fit together
 */
export function defineModel<const Fields extends FieldMap, const Identity extends KeyNames<Fields>>(
  name: string,
  options: ModelOptions<Fields, Identity>,
): Model<Fields, Identity> {
  checkName("model name", name);
  for (const field of Object.keys(options.fields)) checkName("field name", field);
  checkIdentity(options);
  for (const [field, definition] of Object.entries(options.fields)) {
    if (definition.kind === "clock") checkClock(field, definition, options.fields);
    if (definition.kind === "filter") requireKind(options.fields, `${field} itemField`, definition.itemField, ["key"]);
  }
  checkEventStream(options);
  return Object.freeze({ ...options, name });
}

function checkName(option: string, name: string): void {
  if (!NAME.test(name)) {
    throw new ConfigurationError(option, name, "letters, digits and underscores, beginning with a letter");
  }
}

function checkIdentity(options: ModelOptions<FieldMap, string>): void {
  const { identity, scope, group, fields } = options;
  if (identity.length === 0) throw new ConfigurationError("identity", identity, "at least one key field");
  for (const field of identity) requireKind(fields, "identity", field, ["key"]);
  const scopeLength = scope === undefined ? 0 : 1;
  if (scope !== undefined && identity[0] !== scope) {
    throw new ConfigurationError("scope", scope, `the first identity field, ${identity[0]}`);
  }
  if (group === undefined) return;
  checkName("group name", group.name);
  const next = identity.slice(scopeLength, scopeLength + group.by.length);
  if (next.join() !== group.by.join() || identity.length <= scopeLength + group.by.length) {
    throw new ConfigurationError("group", group.by.join(", "), "the identity fields after the scope, but not the last");
  }
}

function checkClock(name: string, clock: ClockField, fields: FieldMap): void {
  if (clock.baseScoreField !== undefined) {
    requireKind(fields, `${name} baseScoreField`, clock.baseScoreField, ["number", "sorted", "qValue"]);
  }
  if (clock.confidenceModulation !== "auto" && clock.confidenceModulation !== false) {
    requireKind(fields, `${name} confidenceModulation`, clock.confidenceModulation, ["confidence"]);
  }
}

function checkEventStream({ eventStream, fields, identity }: ModelOptions<FieldMap, string>): void {
  if (eventStream === undefined) return;
  const { streamName = "mutations", partitionField, maxLength = 10_000, metadataFields = [] } = eventStream;
  if (streamName === "") throw new ConfigurationError("streamName", streamName, "a non-empty string");
  if (!Number.isInteger(maxLength) || maxLength < 1) {
    throw new ConfigurationError("maxLength", maxLength, "an integer of at least 1");
  }
  for (const field of partitionField === undefined ? metadataFields : [partitionField, ...metadataFields]) {
    requireKind(fields, "eventStream field", field, ["key"]);
    if (!identity.includes(field)) throw new ConfigurationError("eventStream field", field, "an identity field");
  }
}

function requireKind(fields: FieldMap, option: string, name: string, kinds: readonly AnyField["kind"][]): void {
  const field = fields[name];
  if (field === undefined || !kinds.includes(field.kind)) {
    throw new ConfigurationError(option, name, `the name of a ${kinds.join(" or ")} field of the model`);
  }
}
