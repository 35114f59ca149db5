import { checkArray, checkNumberOption, checkOptionNames } from "../common/checks.js";
import { ConfigurationError, InvalidArgumentError } from "../common/errors.js";
import { bloomSize, itemHashes } from "../maths/sketches/bloom.js";
import { tokenize } from "../maths/sketches/text-tokens.js";
import { requireField } from "../model/declaration.js";
import type { Field, SavedValues } from "../model/primitive.js";
import type { RecordAccess } from "../model/record-access.js";
import type { RecordPlaces } from "../model/record-places.js";
import {
  describeFilter,
  type FilterTarget,
  type HashedItem,
  mightExist,
  rebuildFilter,
} from "../operations/primitives/existence-filter.js";
import { storageKey } from "../store/storage-keys.js";

/** What goes into the filter and how exact it is. */
export interface ExistenceFilterOptions {
  /** The text a record is found by. Default: the record's name, its identity without the scope, joined by TAB. */
  readonly fingerprint?: ((values: SavedValues) => string) | undefined;
  /** `exact`: the whole text is one item. `text`: each of its words is, and any of them matches. Default `exact`. */
  readonly mode?: "exact" | "text" | undefined;
  /** Share of absent items that seem to exist at capacity. Between 0 and 1, default 0.01. */
  readonly errorRate?: number | undefined;
  /** Items per scope of the first layer. Integer >= 1, default 100 000; beyond it the filter grows. */
  readonly capacity?: number | undefined;
  /** Only 2 is supported: version 1 of the original misses its error rate by far. */
  readonly hashVersion?: 2 | undefined;
}

/** A Bloom filter per scope: a definite "missing" without reading a record. See docs/primitives/existence-filter.md. */
export interface ExistenceFilterField extends Field<"filter", never, false> {
  readonly bits: number;
  readonly hashes: number;
  /** As declared; undefined for the record's name. */
  readonly fingerprint: ((values: SavedValues) => string) | undefined;
  readonly mode: "exact" | "text";
}

/** A Bloom filter over the model's records: tells what was never stored without reading it. */
export function existenceFilter(options: ExistenceFilterOptions = {}): ExistenceFilterField {
  const known = ["fingerprint", "mode", "errorRate", "capacity", "hashVersion"];
  const {
    fingerprint,
    mode = "exact",
    errorRate = 0.01,
    capacity = 100_000,
    hashVersion = 2,
  } = checkOptionNames("existenceFilter", options, known);
  const isRate = (value: number) => value > 0 && value < 1;
  checkNumberOption("errorRate", errorRate, isRate, "a number above 0 and below 1");
  if (!Number.isInteger(capacity) || capacity < 1) {
    throw new ConfigurationError("capacity", capacity, "an integer of at least 1");
  }
  if (mode !== "exact" && mode !== "text") throw new ConfigurationError("mode", mode, `"exact" or "text"`);
  if (hashVersion !== 2) throw new ConfigurationError("hashVersion", hashVersion, "2");
  if (fingerprint !== undefined && typeof fingerprint !== "function") {
    throw new ConfigurationError("fingerprint", fingerprint, "a function from a record to a string");
  }
  const field: ExistenceFilterField = {
    kind: "filter",
    required: false,
    fingerprint,
    mode,
    ...bloomSize(errorRate, capacity),
    parts: (name, places) => ({
      sideWrite: (record, values) => ({
        kind: "filter",
        target: filterTarget(places, name, field, record.scope),
        items: hashItems(filterItems(mode, fingerprintOf(field, values, record.name))),
      }),
    }),
  };
  return field;
}

/** Where the filter of a scope is kept. */
export function filterTarget(
  { model }: RecordPlaces,
  name: string,
  { bits, hashes }: ExistenceFilterField,
  scope: string,
): FilterTarget {
  const keys = {
    bits: storageKey("filter", model.name, name, scope),
    filters: storageKey("filters", model.name, scope),
  };
  return { keys, field: name, bits, hashes };
}

/** The items of a text: itself, or its words. */
export function filterItems(mode: "exact" | "text", text: string): readonly string[] {
  if (mode === "exact") return [text];
  const tokens = tokenize(text);
  return tokens.length === 0 ? [text.toLowerCase()] : tokens;
}

/** The text a record is found by. @throws {@link InvalidArgumentError} when the declared function gives no string */
export function fingerprintOf(
  { fingerprint }: Pick<ExistenceFilterField, "fingerprint">,
  values: SavedValues,
  name: string,
): string {
  if (fingerprint === undefined) return name;
  const text: unknown = fingerprint(values);
  if (typeof text !== "string") throw new InvalidArgumentError("fingerprint", text, "a string for every record");
  return text;
}

function hashItems(items: readonly string[]): readonly HashedItem[] {
  return items.map(itemHashes);
}

/** The filter of a model's records. */
export class ExistenceFilter<Identity> {
  readonly #records: RecordAccess<Identity>;
  readonly #name: string;
  readonly #field: ExistenceFilterField;

  constructor(records: RecordAccess<Identity>, name: string) {
    this.#records = records;
    this.#name = name;
    this.#field = requireField<ExistenceFilterField>(records.layout.model, name, "filter");
  }

  /** Whether a record with this text may exist in a scope. False is certain. */
  async mightExist(text: string, scope = ""): Promise<boolean> {
    return (await this.mightExistBatch([text], scope))[0] === true;
  }

  /** Whether no such text was ever added: true is certain, false may be wrong. */
  async definitelyMissing(text: string, scope = ""): Promise<boolean> {
    return !(await this.mightExist(text, scope));
  }

  /** @returns one answer per text, in order */
  async mightExistBatch(texts: readonly string[], scope = ""): Promise<readonly boolean[]> {
    const { store } = this.#records;
    const target = this.#target(scope);
    const itemsOf = checkArray("texts", texts).map((text) => {
      if (typeof text !== "string") throw new InvalidArgumentError("text", text, "a string");
      return hashItems(filterItems(this.#field.mode, text));
    });
    const answers = await store.run(mightExist, { target, items: itemsOf.flat() }, store.shardOf(scope));
    let next = 0;
    return itemsOf.map((items) => {
      const own = answers.slice(next, next + items.length);
      next += items.length;
      return own.some(Boolean);
    });
  }

  /** How many of the texts may exist. */
  async mightExistCount(texts: readonly string[], scope = ""): Promise<number> {
    return (await this.mightExistBatch(texts, scope)).filter(Boolean).length;
  }

  /** Share of bits that are set; 0 for a scope without records. */
  async fillRatio(scope = ""): Promise<number> {
    const { store } = this.#records;
    const { ones, bits } = await store.run(describeFilter, { target: this.#target(scope) }, store.shardOf(scope));
    return bits === 0 ? 0 : ones / bits;
  }

  /**
   * Starts the filter of a scope anew from the records there are, which forgets deleted ones. Reads them all.
   *
   * @returns how many records are in it
   */
  async rebuild(scope = ""): Promise<number> {
    const { store, layout } = this.#records;
    const target = this.#target(scope);
    const shard = store.shardOf(scope);
    for (;;) {
      const { added } = await store.run(describeFilter, { target }, shard);
      const items: HashedItem[] = [];
      let records = 0;
      for await (const page of this.#records.readAll(scope)) {
        for (const { name, fields } of page) {
          const text = fingerprintOf(this.#field, layout.codec.decode(fields, store.defaults), name);
          items.push(...hashItems(filterItems(this.#field.mode, text)));
          records += 1;
        }
      }
      if (await store.run(rebuildFilter, { target, items, added }, shard)) return records;
    }
  }

  #target(scope: string): FilterTarget {
    const { layout } = this.#records;
    return filterTarget(layout, this.#name, this.#field, layout.checkScope(scope));
  }
}
