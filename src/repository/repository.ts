import { checkArray, checkCount, checkKeyText, checkLimit, checkNumber, checkObject } from "../common/checks.js";
import {
  ConfigurationError,
  InvalidArgumentError,
  PolicyCacheError,
  RecordExistsError,
  RecordNotFoundError,
} from "../common/errors.js";
import { joinParts } from "../common/joined-parts.js";
import type { Fields } from "../keyspace/port/keyspace.js";
import { gumbelNoise } from "../maths/learning/gumbel.js";
import type {
  AnyModel,
  CreateOf,
  GroupOf,
  IdentityOf,
  NamesOfKind,
  NotDeclared,
  RecordOf,
  ScopeArgument,
  UpdateOf,
  WhereOf,
} from "../model/define-model.js";
import { agreeOnEvidenceCaps, changeEvidenceCap } from "../model/evidence-caps.js";
import type { AnyField } from "../model/field.js";
import { ModelLayout } from "../model/layout.js";
import type { LocatedRecord, NamedFields, RecordAccess, RecordAttempt } from "../model/record-access.js";
import { textsField } from "../operations/records/fields.js";
import { countSet, getMany, listRecords, rangeByRank } from "../operations/records/reading.js";
import {
  createRecord,
  deleteRecord,
  getRecord,
  type SaveInput,
  saveRecord,
  updateRecord,
} from "../operations/records/record.js";
import { hasMoved } from "../operations/records/record-in-place.js";
import type { RecordKeys } from "../operations/records/record-keys.js";
import { saveRecords } from "../operations/records/save-records.js";
import { clockFields, clockScore } from "../operations/records/scoring.js";
import { isValidAt } from "../operations/records/validity.js";
import { AccessTracker, DEFAULT_READER } from "../primitives/access-tracker.js";
import { CoOccurrence, type CoOccurrenceField } from "../primitives/co-occurrence-field.js";
import { Confidence, type ConfidenceField, confidenceLayout } from "../primitives/confidence-field.js";
import { BASE_SCORE_KINDS, type ClockField, DecayClock } from "../primitives/decay-clock.js";
import { EventLog } from "../primitives/event-log.js";
import { ExistenceFilter, type ExistenceFilterField } from "../primitives/existence-filter.js";
import { FrequencySketch, type FrequencySketchField } from "../primitives/frequency-sketch.js";
import { ObservationProtocol } from "../primitives/observation-protocol.js";
import { type LedgerSettings, PredictionLedger } from "../primitives/prediction-ledger.js";
import { DEFAULT_PARTITION } from "../primitives/recall-proposals.js";
import { TdValue } from "../primitives/td-value-field.js";
import { checkTime, type ValidityOptions, ValidityWindow } from "../primitives/validity-window.js";
import { judge, thresholdsOf } from "../primitives/write-filter.js";
import type { Store } from "../store/store.js";
import { Best, type Scored } from "./best.js";
import { boundQuery, type QueryPart } from "./bounded-query.js";
import { checkWhere, readCandidates, scopeOf } from "./candidates.js";
import { type CompositeScoreOptions, checkComposite, compositeOf } from "./composite-score.js";
import { readFromTop } from "./from-top.js";

export interface PageOptions {
  /** Records per page, 1 to 1000. Default 100. */
  readonly limit?: number;
  /** `next` of the page before. Default: the first page. */
  readonly after?: string;
}

export interface Page<Item> {
  readonly records: readonly Item[];
  /** Where the next page starts; absent on the last page. */
  readonly next?: string;
}

export interface ReadOptions {
  /** Whose reads to stage, on a model that tracks them. Default "default". */
  readonly reader?: string;
  /** Leaves the reads unstaged. */
  readonly noTrack?: boolean;
}

export interface RankedRecord<Record> {
  readonly record: Record;
  readonly score: number;
}

export interface CompositeRecord<Record> extends RankedRecord<Record> {
  /** Unweighted score of each index and boost the record is in. */
  readonly parts: Readonly<{ [name: string]: number }>;
}

export interface TopByDecayOptions<M extends AnyModel> extends ReadOptions, ValidityOptions {
  /** The clock to rank by. Default: the model's first. */
  readonly field?: NamesOfKind<M, "clock">;
  /** Power-law exponent per day, > 0. Default: the field's. */
  readonly decayRate?: number;
  /** Number field that is decayed. Default: the field's. */
  readonly baseScoreField?: NamesOfKind<M, (typeof BASE_SCORE_KINDS)[number]>;
  /** Leaves records out, by a rule of the caller's. */
  readonly isValid?: (record: RecordOf<M>) => boolean;
}

const READ_PAGE = 500;

/** A save, and where its record lies. */
interface PreparedSave {
  readonly place: LocatedRecord;
  readonly input: SaveInput;
}

/**
 * The records of one model in one store. Writing methods are one atomic operation each. Methods that need a record
 * throw {@link RecordNotFoundError} when there is none.
 */
export class Repository<M extends AnyModel> implements RecordAccess<IdentityOf<M>> {
  readonly store: Store;
  readonly layout: ModelLayout;
  readonly #model: M;

  constructor(store: Store, model: M) {
    if (typeof store?.run !== "function") throw new ConfigurationError("store", store, "a store from openStore");
    if (typeof model?.fields !== "object") throw new ConfigurationError("model", model, "a model from defineModel");
    if (model.writeFilter !== undefined) thresholdsOf(model.writeFilter, store.defaults);
    this.store = store;
    this.#model = model;
    this.layout = new ModelLayout(model);
  }

  /**
   * @throws {@link RecordExistsError} when the identity is taken
   * @throws {@link PolicyCacheError} WRITE_REJECTED when the model's write filter finds it not worth storing
   */
  async create(values: CreateOf<M>): Promise<RecordOf<M>> {
    const prepared = this.#prepare(checkObject("values", values));
    if (prepared === undefined) {
      const message = `The write filter of ${this.#model.name} rejects this record.`;
      throw new PolicyCacheError("WRITE_REJECTED", message, { hint: "Use save, which says false instead." });
    }
    if (!(await this.store.run(createRecord, prepared.input, prepared.place.shard))) {
      throw new RecordExistsError(this.#model.name, this.#describe(prepared.place.values));
    }
    return this.#decode(prepared.input.fields);
  }

  /**
   * Creates a record, or overwrites the plain fields of the one there is. What was learned stays: of a record that was
   * read before, only the plain fields are saved.
   *
   * @returns false when the model's write filter finds it not worth storing; nothing happens then
   */
  async save(values: CreateOf<M>): Promise<boolean> {
    const prepared = this.#prepareSave(values);
    if (prepared === undefined) return false;
    for (;;) {
      const [input = prepared.input] = await this.#withFormerPlaces([prepared]);
      if ((await this.store.run(saveRecord, input, prepared.place.shard)) !== undefined) return true;
    }
  }

  /**
   * Saves several records of one scope in one atomic step, as {@link save} does one: all of them, with their events, or
   * none. What the write filter rejects adds nothing.
   *
   * @returns for each record whether it was saved
   */
  async saveMany(records: readonly CreateOf<M>[]): Promise<readonly boolean[]> {
    const prepared = checkArray("records", records).map((values) => this.#prepareSave(values));
    const kept = prepared.flatMap((item) => (item === undefined ? [] : [item]));
    const [first] = kept;
    const other = kept.find(({ place }) => place.scope !== first?.place.scope);
    if (other !== undefined) throw new InvalidArgumentError("records", records, "records of one scope");
    while (first !== undefined) {
      const items = await this.#withFormerPlaces(kept);
      if (await this.store.run(saveRecords, { items }, first.place.shard)) break;
    }
    return prepared.map((item) => item !== undefined);
  }

  /** One keyed read. @returns undefined when there is no such record */
  async get(identity: IdentityOf<M>, options: ReadOptions = {}): Promise<RecordOf<M> | undefined> {
    const { values, keys, id, shard } = this.place(identity);
    const fields = await this.store.run(getRecord, { keys, id }, shard);
    if (fields === undefined) return undefined;
    await this.#stage([values], options);
    return this.#decode(fields);
  }

  /**
   * Finds records by their key fields, in the order of their identity or, by another key field, of that field. Cost
   * grows with the records that match the first indexed field of `where`. A scoped model requires its scope. Records that
   * do not hold now are left out, on a model with validity windows, unless the options say otherwise.
   */
  async query(
    where: WhereOf<M>,
    options: PageOptions & ReadOptions & ValidityOptions = {},
  ): Promise<Page<RecordOf<M>>> {
    const limit = checkNumber("limit", options.limit ?? 100, isPageSize, "an integer from 1 to 1000");
    const { after = "" } = options;
    if (typeof after !== "string") throw new InvalidArgumentError("after", after, "`next` of the page before");
    const wanted = checkWhere(this.layout, where);
    const isValid = this.#validity(options);
    const found: NamedFields[] = [];
    let last: string | undefined;
    let next: string | undefined;
    search: for await (const page of readCandidates(this.store, this.layout, wanted, limit, after)) {
      for (const candidate of page) {
        if (!isValid(candidate.fields)) continue;
        if (found.length === limit) {
          next = last;
          break search;
        }
        found.push(candidate);
        last = candidate.cursor;
      }
    }
    const scope = scopeOf(this.layout, wanted);
    await this.#stage(
      found.map(({ name }) => this.layout.valuesOf(scope, name)),
      options,
    );
    const records = found.map(({ fields }) => this.#decode(fields));
    return next === undefined ? { records } : { records, next };
  }

  /** Every record of one group that holds, read at once: for `PolicyEntry`, all policies of one state. */
  async group(where: GroupOf<M>, options: ValidityOptions = {}): Promise<readonly RecordOf<M>[]> {
    const isValid = this.#validity(options);
    const { group, name, scope } = this.#model;
    if (group === undefined) throw new InvalidArgumentError("group", name, "a model that declares a group");
    const fields = scope === undefined ? group.by : [scope, ...group.by];
    checkObject("where", where);
    const values = fields.map((field) => checkKeyText(field, Reflect.get(where, field)));
    const input = { keys: { records: this.layout.recordsKey(values) } };
    const records = await this.store.run(listRecords, input, this.store.shardOf(this.layout.scopeOf(values)));
    const prefix = joinParts(name, "");
    const members = records.filter(({ id, fields: stored }) => id.startsWith(prefix) && isValid(stored));
    return members.map((record) => this.#decode(record.fields));
  }

  /** Overwrites plain fields. What was learned is never overwritten, and the identity never changes. */
  async update(identity: IdentityOf<M>, changes: UpdateOf<M>): Promise<RecordOf<M>> {
    const { values, keys, id, shard } = this.place(identity);
    const changed = this.layout.changedFields(changes);
    for (;;) {
      const current = this.require(await this.store.run(getRecord, { keys, id }, shard), values);
      const record = this.layout.recordKeys(values, { ...current, ...changed });
      const plain = this.#plainValues({ ...current, ...changed });
      const verdict = this.#judge(plain);
      if (!verdict.saved) {
        throw new PolicyCacheError("WRITE_REJECTED", `The write filter of ${this.#model.name} rejects this change.`);
      }
      const input = {
        record,
        changes: changed,
        basis: this.layout.pickPlain(current),
        sideWrites: this.layout.sideWrites(values, plain, verdict.priority),
        leaves: this.layout.leaves(this.layout.recordKeys(values, current), record),
        changedFields: Object.keys(changes).join(","),
        nowSeconds: this.store.nowSeconds(),
      };
      const { fields, stale } = await this.store.run(updateRecord, input, shard);
      if (!stale) return this.#decode(this.require(fields, values));
    }
  }

  /** Removes the record and everything learned about it. @returns whether there was one */
  async delete(identity: IdentityOf<M>): Promise<boolean> {
    const place = this.place(identity);
    const { scope, name, shard } = place;
    let partitions: readonly string[] = [DEFAULT_PARTITION];
    for (;;) {
      const [record = this.layout.recordKeys(place.values)] = await this.recordKeys([place]);
      const proposals = partitions.map((partition) => this.layout.proposals(scope, partition));
      const keys = { surfaced: this.layout.surfacedKey(scope) };
      const input = { record, keys, proposals, nowSeconds: this.store.nowSeconds() };
      const { deleted, stale } = await this.store.run(deleteRecord, input, shard);
      if (!stale) return deleted;
      const surfaced = await this.store.run(getRecord, { keys: { records: keys.surfaced }, id: name }, shard);
      partitions = textsField(surfaced ?? {}, "partitions");
    }
  }

  /** Records in a scope; for an unscoped model, all of them. */
  async count(...[scope = ""]: ScopeArgument<M>): Promise<number> {
    const keys = { set: this.layout.membersKey(this.layout.checkScope(scope)) };
    return this.store.run(countSet, { keys }, this.store.shardOf(scope));
  }

  /** The most recent records by decayed score, best first. Reads every record that matches `where`. */
  async topByDecay(
    where: WhereOf<M>,
    limit = 10,
    options: TopByDecayOptions<M> = {},
  ): Promise<readonly RankedRecord<RecordOf<M>>[]> {
    const [name, clock] = this.#clockField(options.field);
    this.#checkPartition(name, clock, where);
    const { decayRate, baseScoreField, isValid } = options;
    const scoring = {
      ...this.layout.clockScoring(name, clock, this.store.defaults),
      ...(decayRate === undefined
        ? {}
        : { decayRate: checkNumber("decayRate", decayRate, isPositive, "a number above 0") }),
      ...(baseScoreField === undefined ? {} : { baseField: this.#baseScoreField(baseScoreField) }),
    };
    const names = clockFields(scoring);
    const nowSeconds = this.store.nowSeconds();
    const scoreOf = (_record: string, fields: Fields) => {
      if (isValid !== undefined && !isValid(this.#decode(fields))) return undefined;
      return { score: clockScore(fields, scoring, names, nowSeconds) };
    };
    return this.#rank(where, limit, options, scoreOf, { parts: [{ name, weight: 1, scoring }] });
  }

  /**
   * Ranks records by a weighted combination of what is known about them. Reads every record that matches `where`: name
   * more of the identity to read less.
   */
  async compositeScore(
    where: WhereOf<M>,
    options: CompositeScoreOptions<M, IdentityOf<M>> & ReadOptions & ValidityOptions,
  ): Promise<readonly CompositeRecord<RecordOf<M>>[]> {
    const scope = scopeOf(this.layout, checkWhere(this.layout, where));
    const asked = Object.keys(checkObject("indexes", checkObject("options", options).indexes));
    for (const [name, field] of [...this.layout.clocks, ...this.layout.confidences]) {
      if (asked.includes(name)) this.#checkPartition(name, field, where);
    }
    const composite = checkComposite(this.layout, options, {
      defaults: this.store.defaults,
      nowSeconds: this.store.nowSeconds(),
      nameOf: (identity) => this.#nameWithin(scope, identity),
      priorities: asked.includes("priority") ? await this.#priorities(scope) : new Map(),
    });
    const { postFilter } = options;
    const scoreOf = (name: string, fields: Fields) => {
      const found = compositeOf(composite, name, fields);
      if (found === undefined || found.score < composite.minScore) return undefined;
      const score = found.score / composite.temperature;
      const identity = this.layout.identityOf(scope, name) as IdentityOf<M>;
      return postFilter === undefined || postFilter(identity, score) ? { score, parts: found.parts } : undefined;
    };
    if (composite.sample) {
      const byChance = (score: number) => score + gumbelNoise(this.store.random);
      return this.#rank(where, composite.limit, options, scoreOf, { orderBy: byChance });
    }
    const { parts, temperature, minScore, boosted } = composite;
    return this.#rank(where, composite.limit, options, scoreOf, { parts, temperature, minScore, first: boosted });
  }

  /** Records of the priority index of a scope, highest first. */
  async priorities(scope = "", limit = 10): Promise<readonly { identity: IdentityOf<M>; score: number }[]> {
    this.#requireMixin("writeFilter");
    const keys = { index: this.layout.priorityKey(this.layout.checkScope(scope)) };
    const most = checkCount("limit", limit);
    const range = { keys, start: 0, stop: most - 1 };
    const found = most === 0 ? [] : await this.store.run(rangeByRank, range, this.store.shardOf(scope));
    return found.map(({ member, score }) => ({
      identity: this.layout.identityOf(scope, member) as IdentityOf<M>,
      score: priorityOf(score),
    }));
  }

  clock<Name extends NamesOfKind<M, "clock">>(field: Name): DecayClock<IdentityOf<M>> {
    return new DecayClock(this, field, this.#field<ClockField>(field, "clock"));
  }

  confidence<Name extends NamesOfKind<M, "confidence">>(field: Name): Confidence<IdentityOf<M>> {
    const declared = this.#field<ConfidenceField>(field, "confidence");
    return new Confidence(this, confidenceLayout(field, declared, this.store.defaults));
  }

  qValue<Name extends NamesOfKind<M, "qValue">>(field: Name): TdValue<IdentityOf<M>> {
    this.#field(field, "qValue");
    return new TdValue(this, field);
  }

  links<Name extends NamesOfKind<M, "edges">>(field: Name): CoOccurrence<IdentityOf<M>> {
    return new CoOccurrence(this, field, this.#field<CoOccurrenceField>(field, "edges"));
  }

  filter<Name extends NamesOfKind<M, "filter">>(field: Name): ExistenceFilter<IdentityOf<M>> {
    return new ExistenceFilter(this, field, this.#field<ExistenceFilterField>(field, "filter"));
  }

  sketch<Name extends NamesOfKind<M, "sketch">>(field: Name): FrequencySketch<IdentityOf<M>> {
    return new FrequencySketch(this, field, this.#field<FrequencySketchField>(field, "sketch"));
  }

  /** Only on a model with an access tracker. */
  get accesses(): M extends { readonly accessTracker: object }
    ? AccessTracker<IdentityOf<M>>
    : NotDeclared<"accessTracker"> {
    this.#requireMixin("accessTracker");
    const tracker = new AccessTracker<IdentityOf<M>>(this, this.layout.accessLimits(this.store.defaults));
    return tracker as ReturnType<() => Repository<M>["accesses"]>;
  }

  /** Only on a model with a prediction ledger. */
  get predictions(): M extends { readonly predictionLedger: object }
    ? PredictionLedger<IdentityOf<M>>
    : NotDeclared<"predictionLedger"> {
    this.#requireMixin("predictionLedger");
    const ledger = new PredictionLedger<IdentityOf<M>>(this, this.#ledgerSettings());
    return ledger as ReturnType<() => Repository<M>["predictions"]>;
  }

  /** Only on a model with validity windows. */
  get validity(): M extends { readonly validityWindow: object }
    ? ValidityWindow<IdentityOf<M>>
    : NotDeclared<"validityWindow"> {
    this.#requireMixin("validityWindow");
    return new ValidityWindow<IdentityOf<M>>(this) as ReturnType<() => Repository<M>["validity"]>;
  }

  /** Only on a model with an event stream. */
  get events(): M extends { readonly eventStream: object } ? EventLog<IdentityOf<M>> : NotDeclared<"eventStream"> {
    this.#requireMixin("eventStream");
    return new EventLog<IdentityOf<M>>(this) as ReturnType<() => Repository<M>["events"]>;
  }

  /** What an agent made of records it was given, turned into learning. */
  get observations(): ObservationProtocol<IdentityOf<M>> {
    const { defaults } = this.store;
    const ledger = this.#ledgerSettings();
    const [edges] = this.layout.edges;
    return new ObservationProtocol<IdentityOf<M>>(this, {
      layout: this.layout.learnedLayout(defaults),
      settings: {
        ...defaults,
        ledgerErrorThreshold: ledger.errorThreshold,
        ledgerLowSignal: ledger.lowSignal,
        autoResolveErrors: ledger.autoResolveErrors,
        accessLimits: this.layout.accessLimits(defaults),
      },
      qValueField: Object.keys(this.#model.fields).find((name) => this.#model.fields[name]?.kind === "qValue"),
      links: (scope) =>
        edges === undefined
          ? undefined
          : {
              keys: { edges: this.layout.edgesKey(edges[0], scope) },
              limits: { ...edges[1], weightCap: defaults.coOccurrenceWeightCap },
              delta: defaults.coOccurrenceDelta,
            },
      hasAccessTracker: this.#model.accessTracker !== undefined,
      hasLedger: this.#model.predictionLedger !== undefined,
      hasWindows: this.#model.validityWindow !== undefined,
    });
  }

  place(identity: IdentityOf<M>): LocatedRecord {
    return this.#locate(this.layout.identityValues(identity));
  }

  async recordKeys(places: readonly LocatedRecord[]): Promise<readonly RecordKeys[]> {
    const records = this.layout.hasMovingKeys ? await this.#readAt(places) : [];
    return places.map(({ values }, index) => this.layout.recordKeys(values, records[index]));
  }

  async tryOnRecord<Output>(identity: IdentityOf<M>, attempt: RecordAttempt<Output>): Promise<Output | undefined> {
    const place = this.place(identity);
    for (;;) {
      const [record = this.layout.recordKeys(place.values)] = await this.recordKeys([place]);
      const output = await attempt(record, place.shard);
      if (output !== undefined || !this.layout.hasMovingKeys) return output;
      const [fields] = await this.#readAt([place]);
      if (fields === undefined || !hasMoved(record.basis, fields)) return undefined;
    }
  }

  async onRecord<Output>(identity: IdentityOf<M>, attempt: RecordAttempt<Output>): Promise<Output> {
    return this.require(await this.tryOnRecord(identity, attempt), this.layout.identityValues(identity));
  }

  async *readAll(scope: string): AsyncGenerator<readonly NamedFields[]> {
    const wanted = new Map(this.#model.scope === undefined ? [] : [[this.#model.scope, scope] as const]);
    yield* readCandidates(this.store, this.layout, wanted, READ_PAGE);
  }

  agreeOnEvidenceCaps(): Promise<void> {
    return agreeOnEvidenceCaps(this.store, this.layout);
  }

  changeEvidenceCap(field: string, from: number, to: number): Promise<void> {
    return changeEvidenceCap(this.store, this.#model.name, field, from, to);
  }

  require<Value>(value: Value | undefined, values: readonly string[]): Value {
    if (value === undefined) throw new RecordNotFoundError(this.#model.name, this.#describe(values));
    return value;
  }

  #prepare(values: Readonly<Record<string, unknown>>) {
    const identity = this.layout.identityValues(checkObject("values", values));
    const nowSeconds = this.store.nowSeconds();
    const fields = this.layout.newFields(values, identity, nowSeconds, this.store.defaults);
    const plain = this.#plainValues(fields);
    const verdict = this.#judge(plain);
    if (!verdict.saved) return undefined;
    const sideWrites = this.layout.sideWrites(identity, plain, verdict.priority);
    const record = this.layout.recordKeys(identity, fields);
    return { place: this.#locate(identity), input: { record, fields, sideWrites, nowSeconds } };
  }

  #locate(values: readonly string[]): LocatedRecord {
    const place = this.layout.place(values);
    return { ...place, shard: this.store.shardOf(place.scope) };
  }

  /** Records of one scope, as they are stored. */
  async #readAt(places: readonly LocatedRecord[]): Promise<readonly (Fields | undefined)[]> {
    const records = places.map(({ keys, id }) => ({ keys, id }));
    const found = await this.store.run(getMany, { records }, places[0]?.shard ?? 0);
    return found.map(({ fields }) => fields);
  }

  #prepareSave(values: CreateOf<M>): PreparedSave | undefined {
    const prepared = this.#prepare(this.layout.withoutLearned(checkObject("values", values)));
    if (prepared === undefined) return undefined;
    const { place, input } = prepared;
    const declared = { plainFields: this.layout.plainFields(), clocks: this.layout.declaredClocks() };
    return { place, input: { ...input, ...declared } };
  }

  /** The input of each save, with where its record was before it, when records can move. */
  async #withFormerPlaces(items: readonly PreparedSave[]): Promise<readonly SaveInput[]> {
    if (!this.layout.hasMovingKeys) return items.map(({ input }) => input);
    const current = await this.#readAt(items.map(({ place }) => place));
    const before = new Map<string, readonly RecordKeys[]>();
    return items.map(({ place, input }, index) => {
      const { record } = input;
      const stored = current[index];
      const former =
        before.get(record.name) ?? (stored === undefined ? [] : [this.layout.recordKeys(place.values, stored)]);
      before.set(record.name, [...former, record]); // one call may save a record twice
      const [first] = former;
      if (first === undefined) return input;
      return {
        ...input,
        former: { basis: first.basis, leaves: former.flatMap((from) => this.layout.leaves(from, record)) },
      };
    });
  }

  #judge(plain: Readonly<Record<string, unknown>>) {
    const { writeFilter } = this.#model;
    return writeFilter === undefined ? { saved: true } : judge(writeFilter, plain as never, this.store.defaults);
  }

  /** The plain values of stored fields, as callers see them. */
  #plainValues(fields: Fields): Readonly<Record<string, unknown>> {
    const plain: Record<string, unknown> = {};
    for (const name of this.layout.plainFields()) {
      plain[name] = this.#model.fields[name]?.decoder?.(name)(fields, this.store.defaults);
    }
    return plain;
  }

  async #rank<Extra extends { readonly score: number }>(
    where: WhereOf<M>,
    limit: number,
    options: ReadOptions & ValidityOptions,
    scoreOf: (name: string, fields: Fields) => Extra | undefined,
    { parts, temperature = 1, minScore = Number.NEGATIVE_INFINITY, first, orderBy = (score) => score }: Ordering,
  ): Promise<readonly (Extra & { readonly record: RecordOf<M> })[]> {
    const wanted = checkWhere(this.layout, where);
    const most = checkLimit(limit);
    const isValid = this.#validity(options);
    if (most === 0) return [];
    const best = new Best<Scored & { readonly fields: Fields; readonly extra: Extra }>(most);
    const query = parts === undefined ? undefined : await boundQuery(this.store, this.layout, wanted, parts);
    const floor = () => Math.max(best.floor * temperature, minScore);
    const pages =
      query === undefined
        ? readCandidates(this.store, this.layout, wanted, READ_PAGE)
        : readFromTop(this.store, this.layout, wanted, query, floor, first);
    for await (const page of pages) {
      best.add(
        page.flatMap(({ name, fields }) => {
          const extra = isValid(fields) ? scoreOf(name, fields) : undefined;
          return extra === undefined ? [] : [{ name, score: orderBy(extra.score), fields, extra }];
        }),
      );
    }
    const scope = scopeOf(this.layout, wanted);
    await this.#stage(
      best.items.map(({ name }) => this.layout.valuesOf(scope, name)),
      options,
    );
    return best.items.map(({ fields, extra }) => ({ ...extra, record: this.#decode(fields) }));
  }

  /** Whether a stored record holds at the time a query asks about. */
  #validity({ asOfSeconds, anyTime = false }: ValidityOptions): (fields: Fields) => boolean {
    if (asOfSeconds !== undefined || anyTime) this.#requireMixin("validityWindow");
    if (anyTime || this.#model.validityWindow === undefined) return () => true;
    const at = asOfSeconds === undefined ? this.store.nowSeconds() : checkTime("asOfSeconds", asOfSeconds);
    return (fields) => isValidAt(fields, at);
  }

  async #priorities(scope: string): Promise<ReadonlyMap<string, number>> {
    const keys = { index: this.layout.priorityKey(scope) };
    const found = await this.store.run(rangeByRank, { keys, start: 0, stop: -1 }, this.store.shardOf(scope));
    return new Map(found.map(({ member, score }) => [member, priorityOf(score)]));
  }

  async #stage(records: readonly (readonly string[])[], { reader = DEFAULT_READER, noTrack = false }: ReadOptions) {
    const { accessTracker } = this.#model;
    if (accessTracker === undefined || accessTracker.trackReads === false || noTrack || records.length === 0) return;
    const tracker = new AccessTracker<IdentityOf<M>>(this, this.layout.accessLimits(this.store.defaults));
    const identities = records.map((values) =>
      this.layout.identityOf(this.layout.scopeOf(values), this.layout.nameOf(values)),
    );
    await tracker.onRead(identities as IdentityOf<M>[], reader);
  }

  #clockField(field: string | undefined): readonly [string, ClockField] {
    const found = this.layout.clocks.find(([name]) => field === undefined || name === field);
    if (found === undefined) throw new InvalidArgumentError("field", field, `a decay clock of ${this.#model.name}`);
    return found;
  }

  #checkPartition(name: string, { partitionBy }: ClockField | ConfidenceField, where: WhereOf<M>): void {
    checkObject("where", where);
    for (const field of partitionBy) {
      if (Reflect.get(where, field) === undefined) {
        throw new InvalidArgumentError(`where.${field}`, undefined, `a ${field}: ${name} is partitioned by it`);
      }
    }
  }

  #field<FieldType extends AnyField>(name: string, kind: FieldType["kind"]): FieldType {
    const field = this.#model.fields[name];
    if (field === undefined || field.kind !== kind) {
      throw new InvalidArgumentError("field", name, `a ${kind} field of ${this.#model.name}`);
    }
    return field as FieldType;
  }

  #baseScoreField(name: string): string {
    const kind = this.#model.fields[name]?.kind;
    if (BASE_SCORE_KINDS.some((known) => known === kind)) return name;
    throw new InvalidArgumentError("baseScoreField", name, `a ${BASE_SCORE_KINDS.join(" or ")} field`);
  }

  /** The name of a record that must be of this scope. */
  #nameWithin(scope: string, identity: Readonly<Record<string, unknown>>): string {
    const values = this.layout.identityValues(identity);
    const own = this.layout.scopeOf(values);
    if (own !== scope) throw new InvalidArgumentError("boost", own, `records of ${this.#model.scope} ${scope}`);
    return this.layout.nameOf(values);
  }

  #requireMixin(mixin: "accessTracker" | "eventStream" | "predictionLedger" | "validityWindow" | "writeFilter"): void {
    if (this.#model[mixin] === undefined) {
      throw new InvalidArgumentError("model", this.#model.name, `a model that declares ${mixin}`);
    }
  }

  #ledgerSettings(): LedgerSettings {
    const { defaults } = this.store;
    const options = this.#model.predictionLedger ?? {};
    return {
      maxLedger: defaults.maxLedger,
      errorThreshold: options.confidenceErrorThreshold ?? defaults.ledgerErrorThreshold,
      lowSignal: options.confidenceLowSignal ?? defaults.ledgerLowSignal,
      autoResolveErrors: { ...defaults.ledgerErrors, ...options.autoResolveErrors },
      confidences: this.layout.learnedLayout(defaults).confidences,
    };
  }

  #decode(fields: Fields): RecordOf<M> {
    return this.layout.decode(fields, this.store.defaults) as RecordOf<M>;
  }

  #describe(values: readonly string[]): string {
    return this.#model.identity.map((field, index) => `${field} ${JSON.stringify(values[index])}`).join(", ");
  }
}

interface Ordering {
  /** What the score is made of: left out when every record has to be read. */
  readonly parts?: readonly QueryPart[];
  /** What scores were divided by. */
  readonly temperature?: number;
  readonly minScore?: number;
  /** Names of records with scores beyond their parts. */
  readonly first?: readonly string[];
  readonly orderBy?: (score: number) => number;
}

/** The index keeps scores negated, and engines differ in keeping a negative zero. */
function priorityOf(score: number): number {
  return score === 0 ? 0 : -score;
}

function isPageSize(limit: number): boolean {
  return Number.isInteger(limit) && limit >= 1 && limit <= 1000;
}

function isPositive(value: number): boolean {
  return value > 0;
}
