import { checkObject } from "../common/checks.js";
import { InvalidArgumentError } from "../common/errors.js";
import { entriesOf } from "../common/given/parts.js";
import type { TuningConstants } from "../common/tuning/defaults.js";
import type { Fields } from "../keyspace/port/keyspace.js";
import type { DeclaredModel, Decoder, StartContext } from "./declaration.js";
import type { RecordParts, SavedValues } from "./primitive.js";

/** Turns what callers give into stored fields, and stored fields into what callers see. */
export class RecordCodec {
  /** Names of the fields a caller writes. */
  readonly plainFields: readonly string[];
  readonly #model: DeclaredModel;
  readonly #starts: readonly ((context: StartContext) => Fields)[];
  readonly #decoders: readonly (readonly [string, Decoder<unknown>])[];
  readonly #plainDecoders: readonly (readonly [string, Decoder<unknown> | undefined])[];
  /** What records have beside their fields. */
  readonly #added: readonly string[];

  constructor(model: DeclaredModel, parts: readonly RecordParts[]) {
    this.#model = model;
    this.plainFields = Object.keys(model.fields).filter((name) => model.fields[name]?.encode !== undefined);
    this.#starts = parts.flatMap(({ start }) => start ?? []);
    const added = parts.flatMap(({ decoders }) => Object.entries(decoders ?? {}));
    this.#added = added.map(([name]) => name);
    const decoders = Object.entries(model.fields).flatMap(([name, { decoder }]) =>
      decoder === undefined ? [] : [[name, decoder(name)] as const],
    );
    this.#decoders = [...decoders, ...added];
    this.#plainDecoders = this.plainFields.map((name) => [name, decoders.find(([field]) => field === name)?.[1]]);
  }

  /** The fields of a stored record that a caller writes. */
  pickPlain(fields: Fields): Fields {
    const plain: Fields = {};
    for (const name of this.plainFields) {
      const value = fields[name];
      if (value !== undefined) plain[name] = value;
    }
    return plain;
  }

  /** What a caller may save of a record that was read before: learned values in the copy are out of date. */
  withoutLearned(given: Readonly<Record<string, unknown>>): Record<string, unknown> {
    const isLearned = (name: string) => {
      const field = this.#model.fields[name];
      return field === undefined ? this.#added.includes(name) : field.encode === undefined;
    };
    const plain = Object.entries(given).filter(([name]) => !isLearned(name));
    return Object.assign(Object.create(null), Object.fromEntries(plain));
  }

  /** The stored fields of a new record: the given ones, checked, and the start of everything learned. */
  newFields(
    given: Readonly<Record<string, unknown>>,
    identity: readonly string[],
    nowSeconds: number,
    defaults: TuningConstants,
  ): Fields {
    const fields: Fields = {};
    const context = { identity, nowSeconds, defaults };
    for (const name of Object.keys(given)) {
      if (this.#model.fields[name]?.encode === undefined) throw this.#notPlain(name, given[name]);
    }
    for (const [name, definition] of Object.entries(this.#model.fields)) {
      if (definition.encode !== undefined) {
        const value = given[name] ?? definition.defaultValue;
        if (value === undefined) {
          throw new InvalidArgumentError(name, value, `a value: ${this.#model.name} requires it`);
        }
        fields[name] = definition.encode(name, value);
      } else if (definition.start !== undefined) {
        Object.assign(fields, definition.start(name, context));
      }
    }
    for (const start of this.#starts) Object.assign(fields, start(context));
    return fields;
  }

  /** Plain fields of an update, checked. */
  changedFields(changes: Readonly<Record<string, unknown>>): Fields {
    const fields: Fields = {};
    for (const [name, value] of entriesOf("changes", checkObject("changes", changes))) {
      const encode = this.#model.fields[name]?.encode;
      if (encode === undefined) throw this.#notPlain(name, value);
      if (this.#model.identity.includes(name)) {
        throw new InvalidArgumentError(name, value, "no change: it is part of the identity", {
          hint: "Delete the record and create another.",
        });
      }
      fields[name] = encode(name, value);
    }
    return fields;
  }

  /** A stored record as callers of a store with these constants see it. */
  decode(fields: Fields, defaults: TuningConstants): Record<string, unknown> {
    const record: Record<string, unknown> = {};
    for (const [name, decode] of this.#decoders) {
      const value = decode(fields, defaults);
      if (value !== undefined) record[name] = value;
    }
    return record;
  }

  /** The plain values of stored fields, as callers see them. */
  plainValues(fields: Fields, defaults: TuningConstants): SavedValues {
    const plain: Record<string, unknown> = {};
    for (const [name, decode] of this.#plainDecoders) plain[name] = decode?.(fields, defaults);
    return plain;
  }

  #notPlain(name: string, value: unknown): InvalidArgumentError {
    const plain = this.plainFields.join(", ");
    const details =
      this.#model.fields[name] === undefined ? {} : { hint: "Learned fields change through their own operations." };
    return new InvalidArgumentError(name, value, `nothing: ${this.#model.name} lets you set ${plain}`, details);
  }
}
