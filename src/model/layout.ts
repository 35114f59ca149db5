import { joinParts } from "../common/joined-parts.js";
import type { TuningConstants } from "../common/tuning/defaults.js";
import type { Fields } from "../keyspace/port/keyspace.js";
import { textField } from "../operations/records/fields.js";
import { rankingIndexes } from "../operations/records/ranking/ranking-bound.js";
import type { RankedScore } from "../operations/records/ranking/ranking-index.js";
import type {
  Belonging,
  Companion,
  EdgeSet,
  FieldIndex,
  LearnedRecord,
  RecordKeys,
  SortedIndex,
} from "../operations/records/record-keys.js";
import type { SideWrite } from "../operations/records/side-writes.js";
import { storageKey } from "../store/storage-keys.js";
import type { AnyModel } from "./model.js";
import {
  type Mixins,
  type Of,
  optionsOf,
  REJECTED,
  type RecordEvents,
  type RecordParts,
  type SavedValues,
} from "./primitive.js";
import { type Ranking, rankedScore, rankingsOf } from "./rankings.js";
import { RecordCodec } from "./record-codec.js";
import { type KeyedRecord, NO_BASIS, type RecordPlace, RecordPlaces } from "./record-places.js";

/** What the records of a model are made of: their places, their values, and what its primitives add to them. */
export class ModelLayout extends RecordPlaces {
  declare readonly model: AnyModel;
  readonly codec: RecordCodec;
  readonly rankings: readonly Ranking[];
  /** The scores of these, in the same order. */
  readonly rankedScores: readonly RankedScore[];
  readonly #rankingKeys: readonly Of<SortedIndex>[];
  /** Fields outside of the identity that keys follow from. */
  readonly #movingFields: readonly string[];
  readonly #orders: readonly Of<FieldIndex>[];
  readonly #listings: readonly Of<SortedIndex>[];
  readonly #companions: readonly Of<Companion>[];
  readonly #belongings: readonly Of<Belonging>[];
  readonly #edges: readonly Of<EdgeSet>[];
  readonly #events: RecordEvents | undefined;
  readonly #sideWrites: readonly NonNullable<RecordParts["sideWrite"]>[];

  /** @param mixins - those the model may declare */
  constructor(model: AnyModel, mixins: Mixins) {
    super(model);
    const parts = [...partsOf(model, this, mixins), ownedParts(this)];
    this.codec = new RecordCodec(model, parts);
    this.rankings = rankingsOf(this, parts);
    this.rankedScores = this.rankings.map(rankedScore);
    this.#rankingKeys = this.rankings.map((ranking) => this.#rankingKeyOf(ranking));
    const partitions = new Set(parts.flatMap(({ partitionBy = [] }) => partitionBy));
    this.#movingFields = [...partitions].filter((field) => !model.identity.includes(field));
    this.#orders = parts.flatMap(({ orders = [] }) => orders);
    this.#listings = parts.flatMap(({ listings = [] }) => listings);
    this.#companions = parts.flatMap(({ companions = [] }) => companions);
    this.#belongings = parts.flatMap(({ belongings = [] }) => belongings);
    this.#edges = parts.flatMap(({ edges = [] }) => edges);
    this.#events = parts.find(({ events }) => events !== undefined)?.events;
    this.#sideWrites = parts.flatMap(({ sideWrite }) => sideWrite ?? []);
  }

  /** Whether some keys of a record follow from fields that can change. */
  get hasMovingKeys(): boolean {
    return this.#movingFields.length > 0;
  }

  /** The index of bounds of a scope or, for a clock, of a partition. */
  rankingKey({ name, partition }: Ranking, values: ReadonlyMap<string, string>): string {
    const scope = this.model.scope === undefined ? "" : (values.get(this.model.scope) ?? "");
    return storageKey("ranking", this.model.name, name, scope, ...partition.map((field) => values.get(field) ?? ""));
  }

  /** Whether the records with these key fields are those of one index of bounds. */
  isWhole({ partition }: Ranking, wanted: ReadonlyMap<string, string>): boolean {
    const { scope } = this.model;
    const fields = scope === undefined ? partition : [scope, ...partition];
    return fields.length === wanted.size && fields.every((field) => wanted.has(field));
  }

  /** @param fields - the record as it is stored, or will be; needed only where {@link ModelLayout.hasMovingKeys} */
  recordKeys(values: readonly string[], fields: Fields = {}): RecordKeys {
    const record = this.#keyed(values, fields);
    const { keys, ...learned } = this.#learnedRecord(record);
    return {
      ...learned,
      keys: { ...keys, members: this.membersKey(record.scope) },
      basis: record.basis,
      lookups: this.lookupFields.map((field) => ({ keys: { index: this.lookupKey(field, record.scope) }, field })),
      rankings: rankingIndexes(learned.rankings, this.rankedScores),
      companions: each(this.#companions, record),
      belongings: each(this.#belongings, record),
      listings: each(this.#listings, record),
      edges: each(this.#edges, record),
    };
  }

  /** As much of the keys as learning takes, of a record all of whose keys follow from its identity. */
  learnedRecord(values: readonly string[]): LearnedRecord {
    return this.#learnedRecord(this.keyed(values, NO_BASIS));
  }

  /** What saving these values writes beside the record. @returns undefined when it is not to be saved */
  sideWrites(record: RecordPlace, values: SavedValues, defaults: TuningConstants): readonly SideWrite[] | undefined {
    const writes: SideWrite[] = [];
    for (const sideWrite of this.#sideWrites) {
      const write = sideWrite(record, values, defaults);
      if (write === REJECTED) return undefined;
      writes.push(write);
    }
    return writes;
  }

  /** The sorted indexes a record leaves when its keys change from these to those. */
  leaves(from: RecordKeys, to: RecordKeys): readonly SortedIndex[] {
    const kept = new Set([...to.orders, ...to.rankings].map(({ keys }) => keys.index));
    const left = [...from.orders, ...from.rankings].filter(({ keys }) => !kept.has(keys.index));
    return left.map(({ keys }) => ({ keys }));
  }

  #keyed(values: readonly string[], fields: Fields): KeyedRecord {
    const basis: Fields = {};
    for (const field of this.#movingFields) basis[field] = textField(fields, field, "");
    return this.keyed(values, basis);
  }

  #learnedRecord(record: KeyedRecord): LearnedRecord {
    const events = this.#events;
    const { records } = record.keys;
    return {
      keys: events === undefined ? { records } : { records, events: events.stream(record) },
      id: record.id,
      name: record.name,
      orders: each(this.#orders, record),
      rankings: each(this.#rankingKeys, record),
      eventFields: events?.fields(record) ?? {},
      eventMetadata: events?.metadata ?? NONE,
      eventMaxLength: events?.maxLength ?? 0,
    };
  }

  #rankingKeyOf({ name, partition }: Ranking): Of<SortedIndex> {
    const model = this.model.name;
    const keyOf = this.partitioned(partition, (scope, values) => storageKey("ranking", model, name, scope, ...values));
    return (record) => ({ keys: { index: keyOf(record) } });
  }
}

const NONE: readonly never[] = [];

function each<Part>(parts: readonly Of<Part>[], record: KeyedRecord): readonly Part[] {
  return parts.length === 0 ? NONE : parts.map((part) => part(record));
}

/** What all primitives of a model add to its records: those of its fields first, in their order. */
export function partsOf(model: AnyModel, places: RecordPlaces, mixins: Mixins): readonly RecordParts[] {
  const ofFields = Object.entries(model.fields).map(([name, field]) => field.parts?.(name, places));
  const ofMixins = mixins.map((mixin) => {
    const options = optionsOf(model, mixin);
    return options === undefined ? undefined : mixin.parts?.(options, places);
  });
  return [...ofFields, ...ofMixins].filter((parts) => parts !== undefined);
}

/** What goes with a record because of what its group says that it owns. */
function ownedParts(places: RecordPlaces): RecordParts {
  const { owns, remains } = places.model.group ?? {};
  if (owns === undefined) return {};
  const left = remains === undefined ? {} : { remains };
  return {
    companions: owns.map((kind) => ({ keys, values }) => ({
      keys,
      id: joinParts(kind, ...places.withinGroup(values)),
      ...left,
    })),
    belongings: [({ values }) => ({ keys: { records: places.historyKey(values) } })],
  };
}
