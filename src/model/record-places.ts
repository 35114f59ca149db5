import { checkKeyText, checkObject } from "../common/checks.js";
import { InvalidArgumentError } from "../common/errors.js";
import { partOf } from "../common/given/parts.js";
import { joinParts, splitParts } from "../common/joined-parts.js";
import type { Fields } from "../keyspace/port/keyspace.js";
import { textField } from "../operations/records/fields.js";
import { groupKey, storageKey } from "../store/storage-keys.js";
import type { DeclaredModel } from "./declaration.js";

/** Where a record lies, as far as its identity says. */
export interface RecordPlace {
  /** Identity values in identity order. */
  readonly values: readonly string[];
  readonly scope: string;
  /** Its name within the scope. */
  readonly name: string;
  readonly id: string;
  readonly keys: { readonly records: string };
}

/** A record whose keys are made: where it lies, and what fields were that keys follow from beside its identity. */
export interface KeyedRecord extends RecordPlace {
  readonly basis: Fields;
}

/** Of a record all of whose keys follow from its identity. */
export const NO_BASIS: Fields = Object.freeze({});

/**
 * Where the records of a model live. Every key follows from the identity of a record, so that an operation's keys are
 * known before it runs; on a cluster all keys of one scope can share a slot.
 */
export class RecordPlaces {
  readonly model: DeclaredModel;
  /** Key fields that records are looked up by. */
  readonly lookupFields: readonly string[];
  readonly #scopeLength: number;
  readonly #groupLength: number;

  constructor(model: DeclaredModel) {
    this.model = model;
    this.#scopeLength = model.scope === undefined ? 0 : 1;
    this.#groupLength = this.#scopeLength + (model.group?.by.length ?? 0);
    // Records are listed by name, which begins with the first identity fields: these need no look-up of their own.
    const first = model.identity[this.#scopeLength];
    const isKey = (kind: string) => Object.keys(model.fields).filter((name) => model.fields[name]?.kind === kind);
    this.lookupFields = [...isKey("key"), ...isKey("id")].filter((field) => field !== model.scope && field !== first);
  }

  /** Checks the identity fields of a record. @returns their values in identity order */
  identityValues(identity: Readonly<Record<string, unknown>>): readonly string[] {
    checkObject("identity", identity);
    return this.model.identity.map((field) => checkKeyText(field, partOf("identity", identity, field)));
  }

  scopeOf(values: readonly string[]): string {
    return this.#scopeLength === 0 ? "" : (values[0] ?? "");
  }

  /** Checks a scope that a caller names: required of a scoped model, and of no other. */
  checkScope(scope: unknown): string {
    const { name, scope: field } = this.model;
    if (field === undefined) {
      if (scope === "") return "";
      throw new InvalidArgumentError("scope", scope, `none: ${name} has no scope`);
    }
    if (scope === "") throw new InvalidArgumentError("scope", scope, `a ${field}: nothing crosses it`);
    return checkKeyText("scope", scope);
  }

  /** The record's name within its scope. */
  nameOf(values: readonly string[]): string {
    return joinParts(...values.slice(this.#scopeLength));
  }

  /** Identity values from a scope and a name. */
  valuesOf(scope: string, name: string): readonly string[] {
    const parts = splitParts(name);
    return this.#scopeLength === 0 ? parts : [scope, ...parts];
  }

  identityOf(scope: string, name: string): Record<string, string> {
    const values = this.valuesOf(scope, name);
    return Object.fromEntries(this.model.identity.map((field, index) => [field, values[index] ?? ""]));
  }

  /** The key of the group of records that lie beside this one. @param values - at least up to what the model groups by */
  recordsKey(values: readonly string[]): string {
    const { group, name } = this.model;
    const scope = this.scopeOf(values);
    if (group === undefined) return storageKey("records", name, scope);
    return groupKey(group.name, scope, ...values.slice(this.#scopeLength, this.#groupLength));
  }

  recordId(values: readonly string[]): string {
    const rest = this.withinGroup(values);
    return this.model.group === undefined ? joinParts(...rest) : joinParts(this.model.name, ...rest);
  }

  /** The identity values that tell the records of one group apart. */
  withinGroup(values: readonly string[]): readonly string[] {
    return values.slice(this.#groupLength);
  }

  /** Where one record lies. */
  place(values: readonly string[]): RecordPlace {
    return this.keyed(values, NO_BASIS);
  }

  /** @param basis - the fields outside of the identity that keys follow from */
  keyed(values: readonly string[], basis: Fields): KeyedRecord {
    return {
      values,
      scope: this.scopeOf(values),
      name: this.nameOf(values),
      id: this.recordId(values),
      keys: { records: this.recordsKey(values) },
      basis,
    };
  }

  membersKey(scope: string): string {
    return storageKey("members", this.model.name, scope);
  }

  lookupKey(field: string, scope: string): string {
    return storageKey("lookup", this.model.name, field, scope);
  }

  hasLookup(field: string): boolean {
    return this.lookupFields.includes(field);
  }

  /** Records of how what the record owns came about. */
  historyKey(values: readonly string[]): string {
    return storageKey(
      "history",
      this.model.group?.name ?? "",
      this.scopeOf(values),
      ...values.slice(this.#scopeLength),
    );
  }

  /** How the value of a key field is read: from the identity, or from the basis of a record that can move. */
  keyValue(field: string): (record: KeyedRecord) => string {
    const position = this.model.identity.indexOf(field);
    if (position < 0) return ({ basis }) => textField(basis, field, "");
    return ({ values }) => values[position] ?? "";
  }

  /**
   * How the key of a partition is put together from the scope and the values of these fields. Most partitions are whole
   * scopes, whose keys take no looking up.
   */
  partitioned(
    fields: readonly string[],
    keyOf: (scope: string, values: readonly string[]) => string,
  ): (record: KeyedRecord) => string {
    if (fields.length === 0) return ({ scope }) => keyOf(scope, fields);
    const values = fields.map((field) => this.keyValue(field));
    return (record) =>
      keyOf(
        record.scope,
        values.map((keyValue) => keyValue(record)),
      );
  }

  /** The key fields of a partition within a scope: those declared, but for the scope, which always parts. */
  partitionFields(declared: readonly string[]): readonly string[] {
    return declared.filter((field) => field !== this.model.scope);
  }
}
