import { checkKeyText, checkObject } from "../common/checks.js";
import type { TuningConstants } from "../common/defaults.js";
import { InvalidArgumentError } from "../common/errors.js";
import { joinParts, splitParts } from "../common/joined-parts.js";
import type { Fields } from "../keyspace/port/keyspace.js";
import type { LearnedLayout } from "../operations/observation/observation.js";
import type { LedgerKeys } from "../operations/observation/predictions.js";
import type { ProposalPlace } from "../operations/observation/proposals.js";
import type { AccessKeys, AccessLimits } from "../operations/primitives/accesses.js";
import type { FilterTarget } from "../operations/primitives/existence-filter.js";
import { RHYTHM_KINDS, type RhythmKeys } from "../operations/primitives/rhythm.js";
import { textField } from "../operations/records/fields.js";
import { rankingIndexes } from "../operations/records/ranking-bound.js";
import type { RankedScore } from "../operations/records/ranking-index.js";
import type { DeclaredClock } from "../operations/records/record.js";
import type {
  Companion,
  FieldIndex,
  LearnedRecord,
  RecordKeys,
  SideWrites,
  SortedIndex,
} from "../operations/records/record-keys.js";
import type { ClockScoring } from "../operations/records/scoring.js";
import { VALID_FROM } from "../operations/records/validity.js";
import type { CoOccurrenceField } from "../primitives/co-occurrence-field.js";
import { type ConfidenceField, confidenceLayout } from "../primitives/confidence-field.js";
import type { ClockField } from "../primitives/decay-clock.js";
import { type ExistenceFilterField, filteredText, filterItems, hashItems } from "../primitives/existence-filter.js";
import { type FrequencySketchField, sketchCells } from "../primitives/frequency-sketch.js";
import { decodeValidity } from "../primitives/validity-window.js";
import { groupKey, storageKey, streamKey } from "../store/storage-keys.js";
import type { AnyModel } from "./define-model.js";
import type { AnyField, Decoder } from "./field.js";
import { type Ranking, rankedScore, rankingsOf } from "./rankings.js";

/** What an access tracker adds to a record. */
const TRACKED: readonly string[] = ["accessCount", "lastAccessedSeconds"];

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

type Named<FieldType> = readonly (readonly [string, FieldType])[];

/**
 * Where the records of a model live. Every key follows from the identity of a record, so that an operation's keys are
 * known before it runs; on a cluster all keys of one scope can share a slot.
 */
export class ModelLayout {
  readonly model: AnyModel;
  readonly clocks: Named<ClockField>;
  readonly confidences: Named<ConfidenceField>;
  readonly edges: Named<CoOccurrenceField>;
  readonly rankings: readonly Ranking[];
  /** The scores of these, in the same order. */
  readonly rankedScores: readonly RankedScore[];
  readonly #filters: Named<ExistenceFilterField>;
  readonly #sketches: Named<FrequencySketchField>;
  readonly #decoders: Named<Decoder<unknown>>;
  readonly #scopeLength: number;
  readonly #groupLength: number;
  readonly #lookupFields: readonly string[];
  readonly #sortedFields: readonly string[];
  /** Fields outside of the identity by which a clock or the event stream is partitioned. */
  readonly #movingFields: readonly string[];

  constructor(model: AnyModel) {
    this.model = model;
    this.#decoders = Object.entries(model.fields).flatMap(([name, { decoder }]) =>
      decoder === undefined ? [] : [[name, decoder(name)] as const],
    );
    this.#scopeLength = model.scope === undefined ? 0 : 1;
    this.#groupLength = this.#scopeLength + (model.group?.by.length ?? 0);
    // Records are listed by name, which begins with the first identity fields: these need no look-up of their own.
    const first = model.identity[this.#scopeLength];
    const keyFields = [...namesOf(model, "key"), ...namesOf(model, "id")];
    this.#lookupFields = keyFields.filter((field) => field !== model.scope && field !== first);
    this.#sortedFields = namesOf(model, "sorted");
    this.clocks = fieldsOf<ClockField>(model, "clock");
    this.confidences = fieldsOf<ConfidenceField>(model, "confidence");
    this.edges = fieldsOf<CoOccurrenceField>(model, "edges");
    const partitions = [...this.clocks.flatMap(([, clock]) => clock.partitionBy), model.eventStream?.partitionField];
    this.#movingFields = [...new Set(partitions)].filter(
      (field): field is string => field !== undefined && !model.identity.includes(field),
    );
    this.#filters = fieldsOf<ExistenceFilterField>(model, "filter");
    this.#sketches = fieldsOf<FrequencySketchField>(model, "sketch");
    this.rankings = rankingsOf(this);
    this.rankedScores = this.rankings.map(rankedScore);
  }

  /** Whether some keys of a record follow from fields that can change. */
  get hasMovingKeys(): boolean {
    return this.#movingFields.length > 0;
  }

  /** Checks the identity fields of a record. @returns their values in identity order */
  identityValues(identity: Readonly<Record<string, unknown>>): readonly string[] {
    checkObject("identity", identity);
    return this.model.identity.map((field) => checkKeyText(field, identity[field]));
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

  /** The key of the group of records that lie beside this one. */
  recordsKey(values: readonly string[]): string {
    const { group, name } = this.model;
    if (group === undefined) return storageKey("records", name, this.scopeOf(values));
    return groupKey(group.name, ...this.#scoped(values.slice(0, this.#groupLength)));
  }

  recordId(values: readonly string[]): string {
    const rest = values.slice(this.#groupLength);
    return this.model.group === undefined ? joinParts(...rest) : joinParts(this.model.name, ...rest);
  }

  /** Where one record lies. */
  place(values: readonly string[]): RecordPlace {
    return {
      values,
      scope: this.scopeOf(values),
      name: this.nameOf(values),
      id: this.recordId(values),
      keys: { records: this.recordsKey(values) },
    };
  }

  membersKey(scope: string): string {
    return storageKey("members", this.model.name, scope);
  }

  lookupKey(field: string, scope: string): string {
    return storageKey("lookup", this.model.name, field, scope);
  }

  hasLookup(field: string): boolean {
    return this.#lookupFields.includes(field);
  }

  sortedKey(field: string, scope: string): string {
    return storageKey("sorted", this.model.name, field, scope);
  }

  edgesKey(field: string, scope: string): string {
    return storageKey("edges", this.model.name, field, scope);
  }

  sketchKey(field: string, scope: string): string {
    return storageKey("sketch", this.model.name, field, scope);
  }

  priorityKey(scope: string): string {
    return storageKey("priority", this.model.name, scope);
  }

  errorsKey(scope: string): string {
    return storageKey("errors", this.model.name, scope, this.model.predictionLedger?.partition ?? "default");
  }

  /** The index of bounds of a scope or, for a clock, of a partition. */
  rankingKey(name: string, values: ReadonlyMap<string, string>): string {
    const partition = this.#rankedBy(name).map((field) => values.get(field) ?? "");
    return storageKey("ranking", this.model.name, name, ...this.#scoped(partition));
  }

  /** Whether the records with these key fields are those of one index of bounds. */
  isWhole(name: string, wanted: ReadonlyMap<string, string>): boolean {
    const fields = this.#rankedBy(name);
    return fields.length === wanted.size && fields.every((field) => wanted.has(field));
  }

  accessKeys(values: readonly string[]): AccessKeys {
    const scope = this.scopeOf(values);
    return {
      staged: storageKey("staged", this.model.name, scope, this.nameOf(values)),
      access: storageKey("access", this.model.name, scope),
    };
  }

  ledgerKeys(values: readonly string[]): LedgerKeys {
    const scope = this.scopeOf(values);
    return {
      ledger: storageKey("ledger", this.model.name, scope, this.nameOf(values)),
      errors: this.errorsKey(scope),
    };
  }

  /** Records of how what the record owns came about. */
  historyKey(values: readonly string[]): string {
    return storageKey("history", this.model.group?.name ?? "", ...this.#scoped(values));
  }

  /** Where it is noted when the record was used, and what became of it. */
  rhythmKeys(values: readonly string[]): RhythmKeys {
    const scope = this.scopeOf(values);
    return {
      rhythm: storageKey("rhythm", this.model.name, scope, this.nameOf(values)),
      activity: storageKey("activity", this.model.name, scope),
      weekly: storageKey("weekly", this.model.name, scope),
      daily: storageKey("daily", this.model.name, scope),
    };
  }

  proposals(scope: string, partition: string): ProposalPlace {
    const keys = {
      proposals: storageKey("proposals", this.model.name, scope, partition),
      reasons: storageKey("reasons", this.model.name, scope, partition),
      surfaced: this.surfacedKey(scope),
    };
    return { keys, partition };
  }

  /** Records with the partitions in which each record of the scope has an open proposal. */
  surfacedKey(scope: string): string {
    return storageKey("surfaced", this.model.name, scope);
  }

  filterTarget(name: string, field: ExistenceFilterField, scope: string): FilterTarget {
    const keys = {
      bits: storageKey("filter", this.model.name, name, scope),
      filters: storageKey("filters", this.model.name, scope),
    };
    return { keys, field: name, bits: field.bits, hashes: field.hashes };
  }

  /** The index of a clock's partition, from the values of its partition fields. */
  partitionKey(name: string, clock: ClockField, partition: Readonly<Record<string, unknown>>): string {
    return this.#clockKey(
      name,
      this.#partitionFields(clock).map((field) => checkKeyText(field, partition[field])),
    );
  }

  /** @param fields - the record as it is stored, or will be; needed only where {@link ModelLayout.hasMovingKeys} */
  recordKeys(values: readonly string[], fields: Fields = {}): RecordKeys {
    const scope = this.scopeOf(values);
    const { group, predictionLedger, writeFilter, accessTracker } = this.model;
    const basis: Fields = {};
    for (const field of this.#movingFields) basis[field] = textField(fields, field, "");
    const { keys, ...learned } = this.#learnedRecord(values, basis);
    const indexKey = (key: string) => ({ keys: { index: key } });
    return {
      ...learned,
      keys: { ...keys, members: this.membersKey(scope) },
      basis,
      lookups: this.#lookupFields.map((field) => fieldIndex(this.lookupKey(field, scope), field)),
      rankings: rankingIndexes(learned.rankings, this.rankedScores),
      companions: this.#companions(values),
      belongings: [
        ...(accessTracker === undefined ? [] : [{ keys: { records: this.accessKeys(values).staged } }]),
        ...(predictionLedger === undefined ? [] : [{ keys: { records: this.ledgerKeys(values).ledger } }]),
        ...(this.clocks.length === 0 ? [] : [{ keys: { records: this.rhythmKeys(values).rhythm } }]),
        ...(group?.owns === undefined ? [] : [{ keys: { records: this.historyKey(values) } }]),
      ],
      listings: [
        ...(predictionLedger === undefined ? [] : [indexKey(this.errorsKey(scope))]),
        ...(writeFilter === undefined ? [] : [indexKey(this.priorityKey(scope))]),
        ...(this.clocks.length === 0 ? [] : RHYTHM_KINDS.map((kind) => indexKey(this.rhythmKeys(values)[kind]))),
      ],
      edges: this.edges.map(([field, { symmetric }]) => ({ keys: { edges: this.edgesKey(field, scope) }, symmetric })),
    };
  }

  /** As much of the keys as learning takes, of a record all of whose keys follow from its identity. */
  learnedRecord(values: readonly string[]): LearnedRecord {
    return this.#learnedRecord(values, {});
  }

  #learnedRecord(values: readonly string[], basis: Fields): LearnedRecord {
    const scope = this.scopeOf(values);
    const { eventStream } = this.model;
    const keyValue = (field: string) => this.#keyValue(field, values, basis);
    return {
      keys: {
        records: this.recordsKey(values),
        ...(eventStream === undefined ? {} : { events: this.#streamKey(values, basis) }),
      },
      id: this.recordId(values),
      name: this.nameOf(values),
      orders: [
        ...this.clocks.map(([field, clock]) =>
          fieldIndex(this.#clockKey(field, this.#partitionFields(clock).map(keyValue)), `${field}.lastTouched`),
        ),
        ...this.#sortedFields.map((field) => fieldIndex(this.sortedKey(field, scope), field)),
      ],
      rankings: this.#rankingKeys(values, basis),
      eventFields: this.#eventFields(values),
      eventMetadata: this.#eventMetadata,
      eventMaxLength: eventStream?.maxLength ?? 10_000,
    };
  }

  /** What saving these values adds to filters, sketches and the priority index. */
  sideWrites(identity: readonly string[], values: Readonly<Record<string, unknown>>, priority?: number): SideWrites {
    const scope = this.scopeOf(identity);
    const name = this.nameOf(identity);
    return {
      filters: this.#filters.map(([fieldName, field]) => ({
        target: this.filterTarget(fieldName, field, scope),
        items: hashItems(filterItems(field.mode, filteredText(field, values, name))),
      })),
      sketches: this.#sketches.map(([fieldName, field]) => {
        const text = field.fingerprint === undefined ? name : field.fingerprint(values);
        if (typeof text !== "string") throw new InvalidArgumentError("fingerprint", text, "a string for every record");
        return { target: { keys: { sketch: this.sketchKey(fieldName, scope) } }, tokens: sketchCells(field, text) };
      }),
      ...(this.model.writeFilter === undefined
        ? {}
        : {
            priority: {
              keys: { index: this.priorityKey(scope) },
              ...(priority === undefined ? {} : { score: priority }),
            },
          }),
    };
  }

  /** The sorted indexes a record leaves when its keys change from these to those. */
  leaves(from: RecordKeys, to: RecordKeys): readonly SortedIndex[] {
    const kept = new Set([...to.orders, ...to.rankings].map(({ keys }) => keys.index));
    const left = [...from.orders, ...from.rankings].filter(({ keys }) => !kept.has(keys.index));
    return left.map(({ keys }) => ({ keys }));
  }

  /** Checks a partition that a caller names: required of a partitioned stream, and of no other. @returns its stream */
  streamKeyOf(partition: unknown): string {
    const { streamName = "mutations", partitionField } = this.model.eventStream ?? {};
    if (partitionField !== undefined) return streamKey(streamName, checkKeyText(partitionField, partition));
    if (partition === "") return streamKey(streamName, "");
    throw new InvalidArgumentError("partition", partition, "none: the stream is not partitioned");
  }

  learnedLayout(defaults: TuningConstants): LearnedLayout {
    return {
      clocks: this.clocks.map(([name]) => name),
      confidences: this.confidences.map(([name, field]) => confidenceLayout(name, field, defaults)),
    };
  }

  accessLimits(defaults: TuningConstants): AccessLimits {
    const { maxAccessLog, stagedTtlSeconds } = this.model.accessTracker ?? {};
    return {
      maxAccessLog: maxAccessLog ?? defaults.maxAccessLog,
      stagedTtlSeconds: stagedTtlSeconds ?? defaults.stagedTtlSeconds,
    };
  }

  declaredClocks(): readonly DeclaredClock[] {
    return this.clocks.map(([field, { cycles, pressureRate }]) => ({ field, cycles, pressureRate }));
  }

  clockScoring(name: string, clock: ClockField, defaults: TuningConstants): ClockScoring {
    const [only, ...others] = this.confidences;
    const automatic = only !== undefined && others.length === 0 ? only[0] : "";
    const modulation = clock.confidenceModulation;
    const confidenceField = modulation === false ? "" : modulation === "auto" ? automatic : modulation;
    const confidence = this.confidences.find(([field]) => field === confidenceField)?.[1];
    return {
      field: name,
      baseField: clock.baseScoreField ?? "",
      decayRate: clock.decayRate ?? defaults.decayRate,
      confidenceField,
      initialConfidence: confidence?.initialConfidence ?? defaults.initialConfidence,
      modulationStrength: defaults.decayConfidenceEnabled ? defaults.decayConfidenceStrength : 0,
    };
  }

  /** Names of the fields a caller writes. */
  plainFields(): readonly string[] {
    return Object.keys(this.model.fields).filter((name) => this.model.fields[name]?.encode !== undefined);
  }

  /** The fields of a stored record that a caller writes. */
  pickPlain(fields: Fields): Fields {
    const plain: Fields = {};
    for (const name of this.plainFields()) {
      const value = fields[name];
      if (value !== undefined) plain[name] = value;
    }
    return plain;
  }

  /** What a caller may save of a record that was read before: learned values in the copy are out of date. */
  withoutLearned(given: Readonly<Record<string, unknown>>): Record<string, unknown> {
    const isLearned = (name: string) => {
      const field = this.model.fields[name];
      if (field === undefined) {
        if (name === "validity") return this.model.validityWindow !== undefined;
        return this.model.accessTracker !== undefined && TRACKED.includes(name);
      }
      return field.encode === undefined;
    };
    return Object.fromEntries(Object.entries(given).filter(([name]) => !isLearned(name)));
  }

  /** The stored fields of a new record: the given ones, checked, and the start of everything learned. */
  newFields(
    given: Readonly<Record<string, unknown>>,
    identity: readonly string[],
    nowSeconds: number,
    defaults: TuningConstants,
  ): Fields {
    const fields: Fields = {};
    for (const name of Object.keys(given)) {
      if (this.model.fields[name]?.encode === undefined) throw this.#notPlain(name, given[name]);
    }
    for (const [name, definition] of Object.entries(this.model.fields)) {
      if (definition.encode !== undefined) {
        const value = given[name] ?? definition.defaultValue;
        if (value === undefined) throw new InvalidArgumentError(name, value, `a value: ${this.model.name} requires it`);
        fields[name] = definition.encode(name, value);
      } else if (definition.start !== undefined) {
        Object.assign(fields, definition.start(name, { identity, nowSeconds, defaults }));
      }
    }
    if (this.model.validityWindow !== undefined) fields[VALID_FROM] = nowSeconds;
    return fields;
  }

  /** Plain fields of an update, checked. */
  changedFields(changes: Readonly<Record<string, unknown>>): Fields {
    const fields: Fields = {};
    for (const [name, value] of Object.entries(checkObject("changes", changes))) {
      const encode = this.model.fields[name]?.encode;
      if (encode === undefined) throw this.#notPlain(name, value);
      if (this.model.identity.includes(name)) {
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
    for (const [name, decode] of this.#decoders) record[name] = decode(fields, defaults);
    if (this.model.accessTracker !== undefined) {
      record.accessCount = fields.accessCount ?? 0;
      if (fields.lastAccessed !== undefined) record.lastAccessedSeconds = fields.lastAccessed;
    }
    const { scope, validityWindow } = this.model;
    if (validityWindow !== undefined) {
      const scopeValue = scope === undefined ? "" : textField(fields, scope, "");
      record.validity = decodeValidity(fields, (name) => this.identityOf(scopeValue, name));
    }
    return record;
  }

  #partitionFields(clock: ClockField): readonly string[] {
    const { scope } = this.model;
    const declared = clock.partitionBy.filter((field) => field !== scope);
    return scope === undefined ? declared : [scope, ...declared];
  }

  #keyValue(field: string, values: readonly string[], basis: Fields): string {
    const position = this.model.identity.indexOf(field);
    return position < 0 ? textField(basis, field, "") : (values[position] ?? "");
  }

  #streamKey(values: readonly string[], basis: Fields): string {
    const { streamName = "mutations", partitionField } = this.model.eventStream ?? {};
    return streamKey(streamName, partitionField === undefined ? "" : this.#keyValue(partitionField, values, basis));
  }

  #rankedBy(name: string): readonly string[] {
    const clock = this.clocks.find(([field]) => field === name)?.[1];
    if (clock !== undefined) return this.#partitionFields(clock);
    return this.model.scope === undefined ? [] : [this.model.scope];
  }

  #rankingKeys(values: readonly string[], basis: Fields): readonly SortedIndex[] {
    const fields = [...this.model.identity, ...this.#movingFields];
    const named = new Map(fields.map((field) => [field, this.#keyValue(field, values, basis)]));
    return this.rankings.map(({ name }) => ({ keys: { index: this.rankingKey(name, named) } }));
  }

  #clockKey(field: string, partition: readonly string[]): string {
    return storageKey("clock", this.model.name, field, ...this.#scoped(partition));
  }

  /** Values with the scope first, also of a model without one: it is in the same place in the keys of all models. */
  #scoped(values: readonly string[]): readonly [scope: string, ...others: readonly string[]] {
    if (this.#scopeLength === 0) return ["", ...values];
    const [scope = "", ...others] = values;
    return [scope, ...others];
  }

  #companions(values: readonly string[]): readonly Companion[] {
    const name = this.nameOf(values);
    const rest = values.slice(this.#groupLength);
    return [
      ...(this.model.group?.owns ?? []).map((kind) => ({
        keys: { records: this.recordsKey(values) },
        id: joinParts(kind, ...rest),
      })),
      ...(this.model.accessTracker === undefined
        ? []
        : [{ keys: { records: this.accessKeys(values).access }, id: name }]),
    ];
  }

  #eventFields(values: readonly string[]): Fields {
    const fields: Fields = { model: this.model.name, pk: this.nameOf(values) };
    if (!this.#isStreamOfScope) fields.scope = this.scopeOf(values);
    for (const field of this.model.eventStream?.metadataFields ?? []) {
      const position = this.model.identity.indexOf(field);
      if (position >= 0) fields[field] = values[position] ?? "";
    }
    return fields;
  }

  /** Whether the name of an event's stream tells its scope; otherwise the event does. */
  get #isStreamOfScope(): boolean {
    const { scope, eventStream } = this.model;
    return eventStream?.partitionField === scope && eventStream?.streamName?.includes(":") !== true;
  }

  get #eventMetadata(): readonly string[] {
    const { eventStream, identity } = this.model;
    return (eventStream?.metadataFields ?? []).filter((field) => !identity.includes(field));
  }

  #notPlain(name: string, value: unknown): InvalidArgumentError {
    const plain = this.plainFields().join(", ");
    const details =
      this.model.fields[name] === undefined ? {} : { hint: "Learned fields change through their own operations." };
    return new InvalidArgumentError(name, value, `nothing: ${this.model.name} lets you set ${plain}`, details);
  }
}

function fieldIndex(key: string, field: string): FieldIndex {
  return { keys: { index: key }, field };
}

function namesOf(model: AnyModel, kind: string): readonly string[] {
  return Object.keys(model.fields).filter((name) => model.fields[name]?.kind === kind);
}

/** `FieldType` is the declaration that has this kind. */
function fieldsOf<FieldType extends AnyField>(model: AnyModel, kind: FieldType["kind"]): Named<FieldType> {
  return Object.entries(model.fields).filter((entry): entry is [string, FieldType] => entry[1].kind === kind);
}
