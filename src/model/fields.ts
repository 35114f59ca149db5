import { hash } from "node:crypto";
import { checkFinite, checkKeyText, checkOptionNames, checkPlainObject } from "../common/checks.js";
import { ConfigurationError, InvalidArgumentError } from "../common/errors.js";
import { joinParts } from "../common/joined-parts.js";
import { namesOf } from "../common/unknown-names.js";
import { canonicalJson } from "../maths/json/canonical-json.js";
import type { JsonObject, JsonValue } from "../maths/json/json-value.js";
import { storageKey } from "../store/storage-keys.js";
import type { Decoder } from "./declaration.js";
import { parseJson } from "./parse-json.js";
import type { Field } from "./primitive.js";
import type { RecordPlaces } from "./record-places.js";

/** Accepts object types all of whose values are JSON, declared as a type or as an interface; no arrays. */
export type JsonShape<Value> = JsonProperties<Value> & { readonly [Symbol.iterator]?: never };
type JsonProperties<Value> = { readonly [Name in keyof Value]: JsonPart<Value[Name]> };
type JsonPart<Value> = Value extends JsonValue | undefined
  ? Value
  : Value extends ((...parameters: never) => unknown) | symbol | bigint
    ? never
    : JsonProperties<Value>;

/** What {@link idField} declares: an id that is derived, never given. */
export interface IdField extends Field<"id", string, false> {}
/** What {@link keyField} declares: text that records are found by. */
export interface KeyField extends Field<"key", string, true> {}
/** What {@link textField} declares: text of any content. */
export interface TextField<Required extends boolean> extends Field<"text", string, Required> {}
/** What {@link numberField} declares: a finite number. */
export interface NumberField<Required extends boolean> extends Field<"number", number, Required> {}
/** What {@link booleanField} declares: true or false. */
export interface BooleanField<Required extends boolean> extends Field<"boolean", boolean, Required> {}
/** What {@link jsonField} declares: a JSON object of a given shape. */
export interface JsonField<Value, Required extends boolean> extends Field<"json", Value, Required> {}
/** What {@link decimalField} declares: a decimal number as text, exact. */
export interface DecimalField<Required extends boolean> extends Field<"decimal", string, Required> {}
/** What {@link sortedField} declares: a number with a sorted index per scope. */
export interface SortedField extends Field<"sorted", number, true> {}

const ID_CHARACTERS = 24;

/** A short text derived from the identity: the same identity has the same id, on every engine, also after a deletion. */
export function idField(): IdField {
  return {
    kind: "id",
    required: false,
    start: (name, { identity }) => ({ [name]: hash("sha256", joinParts(...identity), "hex").slice(0, ID_CHARACTERS) }),
    decoder: readText,
  };
}

/** Text a record is found by. Immutable when part of the identity. */
export function keyField(): KeyField {
  return { kind: "key", required: true, encode: checkKeyText, decoder: readText };
}

/** Text of any content, given whenever a record is created. */
export function textField(): TextField<true>;
/** Text of any content, the default when it is not given. */
export function textField(options: { readonly default: string }): TextField<false>;
export function textField(options?: { readonly default: string }): TextField<boolean> {
  return { kind: "text", ...defaulted(options, checkText), encode: checkText, decoder: readText };
}

/** A finite number, given whenever a record is created. */
export function numberField(): NumberField<true>;
/** A finite number, the default when it is not given. */
export function numberField(options: { readonly default: number }): NumberField<false>;
export function numberField(options?: { readonly default: number }): NumberField<boolean> {
  return { kind: "number", ...defaulted(options, checkFinite), encode: checkFinite, decoder: readNumber };
}

/**
 * A decimal number written as text, such as an amount of money: "2.75" stays exactly that, which a caller's own
 * arithmetic might not. At most 15 digits; zeros that change nothing are dropped.
 */
export function decimalField(): DecimalField<true>;
export function decimalField(options: { readonly default: string }): DecimalField<false>;
export function decimalField(options?: { readonly default: string }): DecimalField<boolean> {
  return {
    kind: "decimal",
    ...defaulted(options, checkDecimal),
    // As a number it can be ranked by, and 15 digits survive the way there and back.
    encode: (name, value) => checkFinite(name, Number(checkDecimal(name, value))),
    decoder: (name) => (fields) => decimalText(Number(fields[name] ?? 0)),
  };
}

/** True or false, given whenever a record is created. */
export function booleanField(): BooleanField<true>;
/** True or false, the default when it is not given. */
export function booleanField(options: { readonly default: boolean }): BooleanField<false>;
export function booleanField(options?: { readonly default: boolean }): BooleanField<boolean> {
  return {
    kind: "boolean",
    ...defaulted(options, checkBoolean),
    encode: checkBoolean,
    decoder: (name) => (fields) => fields[name] === true,
  };
}

/**
 * A JSON object; `{}` when not given and no default is declared. `Value` says what it looks like: a type or interface of
 * JSON values. What is stored is not checked against it.
 */
export function jsonField(): JsonField<JsonObject, false>;
export function jsonField<Value extends JsonShape<Value>>(): JsonField<
  Value,
  Record<never, never> extends Value ? false : true
>;
export function jsonField<Value extends JsonShape<Value>>(options: {
  readonly default: Value;
}): JsonField<Value, false>;
export function jsonField<Value extends JsonShape<Value>>(
  options: { readonly default?: Value } = {},
): JsonField<Value, boolean> {
  const encode = (name: string, value: unknown) => canonicalJson(checkPlainObject(name, value), name);
  const { defaultValue } = defaulted({ default: options.default ?? {} }, encode);
  return {
    kind: "json",
    required: false,
    defaultValue: JSON.parse(String(defaultValue)),
    encode,
    decoder: (name) => (fields) => parseJson(String(fields[name] ?? "{}")) as Value,
  };
}

/** A number with a sorted index per scope. */
export function sortedField(): SortedField {
  return {
    kind: "sorted",
    required: true,
    encode: checkFinite,
    decoder: readNumber,
    parts: (field, places) => ({
      orders: [({ scope }) => ({ keys: { index: sortedKey(places, field, scope) }, field })],
      ranked: { name: field, share: (weight) => ({ number: { field, weight, fallback: 0 } }) },
    }),
  };
}

/** Records of a scope by a sorted field. */
export function sortedKey({ model }: RecordPlaces, field: string, scope: string): string {
  return storageKey("sorted", model.name, field, scope);
}

const DEFAULT_NAMES = namesOf<{ default: unknown }>({ default: true });

function defaulted<Value>(
  options: { readonly default: unknown } | undefined,
  check: (name: string, value: unknown) => Value,
): { readonly required: boolean; readonly defaultValue?: Value } {
  if (options === undefined) return { required: true };
  const given = checkOptionNames("options", options, DEFAULT_NAMES);
  try {
    return { required: false, defaultValue: check("default", given.default) };
  } catch (cause) {
    throw new ConfigurationError("default", given.default, "a value the field itself would accept", { cause });
  }
}

function checkText(name: string, value: unknown): string {
  if (typeof value !== "string") throw new InvalidArgumentError(name, value, "a string");
  if (UNPAIRED_SURROGATE.test(value)) {
    const details = { hint: "Cut texts between characters, not within one; `toWellFormed` repairs one that was." };
    throw new InvalidArgumentError(name, value, "text without unpaired surrogates", details);
  }
  return value;
}

/** Not every engine could give such a text back. */
const UNPAIRED_SURROGATE = /\p{Cs}/u;

const DECIMAL = /^-?\d+(\.\d+)?$/;
const MOST_DECIMAL_DIGITS = 15;

function checkDecimal(name: string, value: unknown): string {
  if (typeof value !== "string" || !DECIMAL.test(value) || value.replace(/\D/g, "").length > MOST_DECIMAL_DIGITS) {
    throw new InvalidArgumentError(name, value, `a decimal number as text, of at most ${MOST_DECIMAL_DIGITS} digits`);
  }
  return value;
}

function decimalText(value: number): string {
  const text = String(value);
  return text.includes("e") ? value.toFixed(MOST_DECIMAL_DIGITS).replace(/\.?0+$/, "") : text;
}

export function checkBoolean(name: string, value: unknown): boolean {
  if (typeof value !== "boolean") throw new InvalidArgumentError(name, value, "true or false");
  return value;
}

function readText(name: string): Decoder<string> {
  return (fields) => String(fields[name] ?? "");
}

function readNumber(name: string): Decoder<number> {
  return (fields) => Number(fields[name] ?? 0);
}
