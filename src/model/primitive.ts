import { InvalidArgumentError } from "../common/errors.js";
import type { TuningConstants } from "../common/tuning/defaults.js";
import type { Fields } from "../keyspace/port/keyspace.js";
import type { RankedClock, RankedNumber } from "../operations/records/ranking/ranking-index.js";
import type { Belonging, Companion, EdgeSet, FieldIndex, SortedIndex } from "../operations/records/record-keys.js";
import type { SideWrite } from "../operations/records/side-writes.js";
import type { DeclaredField, DeclaredModel, Decoder, StartContext } from "./declaration.js";
import type { KeyedRecord, RecordPlace, RecordPlaces } from "./record-places.js";

/**
 * What a primitive is to a model: one value, of which the model asks all that it has to know.
 *
 * `Use` tells one use of it from another: the name of its field or, for a {@link Mixin}, the options it is declared with.
 */
export interface Primitive<Use> {
  /** Refuses a declaration that does not fit the rest of the model. @throws {@link ConfigurationError} */
  readonly check?: (use: Use, model: DeclaredModel) => void;
  /** What the records of a model have because of it. Asked for once per model. */
  readonly parts?: (use: Use, places: RecordPlaces) => RecordParts;
}

/** A primitive that is a field, or a plain field. */
export interface Field<Kind extends string, Value, Required extends boolean> extends DeclaredField, Primitive<string> {
  readonly kind: Kind;
  readonly required: Required;
  readonly decoder?: (name: string) => Decoder<Value>;
}

export type AnyField = Field<string, unknown, boolean>;

/** Fields of a model by name. */
export interface FieldMap {
  readonly [name: string]: AnyField;
}

/** A primitive that belongs to the whole model, and is declared beside its fields. */
export interface Mixin<Options> extends Primitive<Options> {
  /** The part of a model that declares it. */
  readonly name: string;
  /** Names its records use for themselves. No field of any model may be called so. */
  readonly reservedNames?: readonly string[];
}

/** What the records of a model have because of a primitive. All of it is optional: most primitives need little. */
export interface RecordParts {
  /** What a new record stores of it. A field says so itself. */
  readonly start?: (context: StartContext) => Fields;
  /** What callers see of it in a record, by name; undefined is left out. A field says so itself. */
  readonly decoders?: Readonly<Record<string, Decoder<unknown>>>;
  /** Key fields that some of its keys follow from. */
  readonly partitionBy?: readonly string[];
  /** Indexes of a record by a number it stores. */
  readonly orders?: readonly Of<FieldIndex>[];
  /** Indexes that list a record under another measure. It leaves them when it is deleted. */
  readonly listings?: readonly Of<SortedIndex>[];
  /** Single records that go with it when it is deleted. */
  readonly companions?: readonly Of<Companion>[];
  /** Keys all of whose records go with it when it is deleted. */
  readonly belongings?: readonly Of<Belonging>[];
  /** Links that lead to it, which go with it when it is deleted. */
  readonly edges?: readonly Of<EdgeSet>[];
  /** Where changes of a record are told of. */
  readonly events?: RecordEvents;
  /** What is written beside a record whenever it is saved; `REJECTED` when it is not to be saved. */
  readonly sideWrite?: (record: RecordPlace, values: SavedValues, defaults: TuningConstants) => SideWrite | Rejected;
  /** What records can be ranked by. */
  readonly ranked?: RankedPart;
}

/** Gives a part of one record. Called for each record: it should do no more than put keys together. */
export type Of<Part> = (record: KeyedRecord) => Part;

/** The values a record is saved with. */
export type SavedValues = Readonly<Record<string, unknown>>;

/** @see {@link RecordParts.sideWrite} */
export const REJECTED = "rejected";
export type Rejected = typeof REJECTED;

export interface RecordEvents {
  readonly stream: Of<string>;
  /** Fields every event about a record carries. */
  readonly fields: Of<Fields>;
  /** Names of stored fields every event carries as well. */
  readonly metadata: readonly string[];
  readonly maxLength: number;
}

/** Something records can be ranked by, for the indexes of upper bounds. */
export interface RankedPart {
  readonly name: string;
  /** What it adds to a weighted sum. */
  readonly share: (weight: number) => RankedShare;
  /** Set when an index of it alone is kept: the key fields that part this. */
  readonly partition?: readonly string[];
}

export interface RankedShare {
  readonly clock?: RankedClock;
  readonly number?: RankedNumber;
  /** Weight of how often a record was used. */
  readonly accessWeight?: number;
}

/** The mixins a model may declare, whatever their options. */
export type Mixins = readonly Mixin<never>[];

/** What a model declares a mixin with; undefined when it does not. */
export function optionsOf<Options>(model: DeclaredModel, { name }: Mixin<Options>): Options | undefined {
  return Reflect.get(model, name) as Options | undefined;
}

/** @throws {@link InvalidArgumentError} when a model does not declare the mixin */
export function requireOptions<Options>(model: DeclaredModel, mixin: Mixin<Options>): Options {
  const options = optionsOf(model, mixin);
  if (options === undefined) throw new InvalidArgumentError("model", model.name, `a model that declares ${mixin.name}`);
  return options;
}
