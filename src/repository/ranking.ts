import { checkFunction, checkLimit, checkNumber, checkObject } from "../common/checks.js";
import { InvalidArgumentError } from "../common/errors.js";
import { entriesOf, partOf } from "../common/given/parts.js";
import { namesOf, refuseUnknownNames } from "../common/unknown-names.js";
import type { Fields } from "../keyspace/port/keyspace.js";
import { gumbelNoise } from "../maths/learning/gumbel.js";
import { fieldsOfKind } from "../model/declaration.js";
import type { AnyModel, IdentityOf, NamesOfKind, WhereOf } from "../model/model.js";
import { clockFields, clockScore } from "../operations/records/ranking/scoring.js";
import { type ReadOptions, stageFound } from "../primitives/access-tracker.js";
import type { ConfidenceField } from "../primitives/confidence-field.js";
import { BASE_SCORE_KINDS, type ClockField, clockScoring } from "../primitives/decay-clock.js";
import { type ValidityOptions, validAt } from "../primitives/validity-window.js";
import { prioritiesOf } from "../primitives/write-filter.js";
import { Best, type Scored } from "./best.js";
import { boundQuery, type QueryPart } from "./bounded-query.js";
import { checkWhere, readCandidates, scopeOf } from "./candidates.js";
import { type CompositeScoreOptions, checkComposite, compositeOf } from "./composite-score.js";
import type { RecordOf } from "./define-model.js";
import { readFromTop } from "./from-top.js";
import { type ModelRecords, READ_PAGE } from "./model-records.js";

/** A record with the score it was ranked by. */
export interface RankedRecord<Record> {
  readonly record: Record;
  readonly score: number;
}

/** A ranked record, with what its score is made of. */
export interface CompositeRecord<Record> extends RankedRecord<Record> {
  /** Unweighted score of each index and boost the record is in. */
  readonly parts: Readonly<{ [name: string]: number }>;
}

export interface TopByDecayOptions<M extends AnyModel> extends ReadOptions, ValidityOptions {
  /** The clock to rank by. Default: the model's first. */
  readonly field?: NamesOfKind<M, "clock"> | undefined;
  /** Power-law exponent per day, > 0. Default: the field's. */
  readonly decayRate?: number | undefined;
  /** Number field that is decayed. Default: the field's. */
  readonly baseScoreField?: NamesOfKind<M, (typeof BASE_SCORE_KINDS)[number]> | undefined;
  /** Leaves records out, by a rule of the caller's. */
  readonly isValid?: ((record: RecordOf<M>) => boolean) | undefined;
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

const TOP_NAMES = namesOf<TopByDecayOptions<AnyModel>>({
  field: true,
  decayRate: true,
  baseScoreField: true,
  isValid: true,
  reader: true,
  noTrack: true,
  asOfSeconds: true,
  anyTime: true,
});

const COMPOSITE_NAMES = namesOf<CompositeScoreOptions<AnyModel, never> & ReadOptions & ValidityOptions>({
  indexes: true,
  limit: true,
  aggregate: true,
  minScore: true,
  temperature: true,
  sample: true,
  postFilter: true,
  coOccurrenceBoost: true,
  similarityBoost: true,
  explorationBonus: true,
  reader: true,
  noTrack: true,
  asOfSeconds: true,
  anyTime: true,
});

/** Finds the best records of a model, by what is known about them. */
export class RecordRanker<M extends AnyModel> {
  readonly #records: ModelRecords<M>;

  constructor(records: ModelRecords<M>) {
    this.#records = records;
  }

  async topByDecay(
    where: WhereOf<M>,
    limit: number,
    options: TopByDecayOptions<M>,
  ): Promise<readonly RankedRecord<RecordOf<M>>[]> {
    const given = refuseUnknownNames(checkObject("options", options), TOP_NAMES);
    const { store, layout } = this.#records;
    const [name, clock] = this.#clockField(given.field);
    this.#checkPartition(name, clock, where);
    const { decayRate, baseScoreField } = given;
    const isValid = checkFunction("isValid", given.isValid);
    const scoring = {
      ...clockScoring(layout.model, name, clock, store.defaults),
      ...(decayRate === undefined
        ? {}
        : { decayRate: checkNumber("decayRate", decayRate, isPositive, "a number above 0") }),
      ...(baseScoreField === undefined ? {} : { baseField: this.#baseScoreField(baseScoreField) }),
    };
    const names = clockFields(scoring);
    const nowSeconds = store.nowSeconds();
    const scoreOf = (_record: string, fields: Fields) => {
      if (isValid !== undefined && !isValid(this.#records.decode(fields))) return undefined;
      return { score: clockScore(fields, scoring, names, nowSeconds) };
    };
    return this.#rank(where, limit, given, scoreOf, { parts: [{ name, weight: 1, scoring }] });
  }

  async compositeScore(
    where: WhereOf<M>,
    options: CompositeScoreOptions<M, IdentityOf<M>> & ReadOptions & ValidityOptions,
  ): Promise<readonly CompositeRecord<RecordOf<M>>[]> {
    const { store, layout } = this.#records;
    const scope = scopeOf(layout, checkWhere(layout, where));
    const given = refuseUnknownNames(checkObject("options", options), COMPOSITE_NAMES);
    const asked = entriesOf("indexes", checkObject("indexes", given.indexes)).map(([name]) => name);
    const partitioned = [
      ...fieldsOfKind<ClockField>(layout.model, "clock"),
      ...fieldsOfKind<ConfidenceField>(layout.model, "confidence"),
    ];
    for (const [name, field] of partitioned) if (asked.includes(name)) this.#checkPartition(name, field, where);
    const composite = checkComposite(layout, given, {
      defaults: store.defaults,
      nowSeconds: store.nowSeconds(),
      nameOf: (identity) => this.#nameWithin(scope, identity),
      priorities: asked.includes("priority") ? await prioritiesOf(store, layout, scope) : new Map(),
    });
    const postFilter = checkFunction("postFilter", given.postFilter);
    const scoreOf = (name: string, fields: Fields) => {
      const found = compositeOf(composite, name, fields);
      if (found === undefined || found.score < composite.minScore) return undefined;
      const score = found.score / composite.temperature;
      const identity = this.#records.identityOf(scope, name);
      return postFilter === undefined || postFilter(identity, score) ? { score, parts: found.parts } : undefined;
    };
    if (composite.sample) {
      const byChance = (score: number) => score + gumbelNoise(store.random);
      return this.#rank(where, composite.limit, given, scoreOf, { orderBy: byChance });
    }
    const { parts, temperature, minScore, boosted } = composite;
    return this.#rank(where, composite.limit, given, scoreOf, { parts, temperature, minScore, first: boosted });
  }

  async #rank<Extra extends { readonly score: number }>(
    where: WhereOf<M>,
    limit: number,
    options: ReadOptions & ValidityOptions,
    scoreOf: (name: string, fields: Fields) => Extra | undefined,
    { parts, temperature = 1, minScore = Number.NEGATIVE_INFINITY, first, orderBy = (score) => score }: Ordering,
  ): Promise<readonly (Extra & { readonly record: RecordOf<M> })[]> {
    const { store, layout } = this.#records;
    const wanted = checkWhere(layout, where);
    const most = checkLimit(limit);
    const isValid = validAt(this.#records, options);
    if (most === 0) return [];
    const best = new Best<Scored & { readonly fields: Fields; readonly extra: Extra }>(most);
    const query = parts === undefined ? undefined : await boundQuery(store, layout, wanted, parts);
    const floor = () => Math.max(best.floor * temperature, minScore);
    const pages =
      query === undefined
        ? readCandidates(store, layout, wanted, READ_PAGE)
        : readFromTop(store, layout, wanted, query, floor, first);
    for await (const page of pages) {
      best.add(
        page.flatMap(({ name, fields }) => {
          const extra = isValid(fields) ? scoreOf(name, fields) : undefined;
          return extra === undefined ? [] : [{ name, score: orderBy(extra.score), fields, extra }];
        }),
      );
    }
    const scope = scopeOf(layout, wanted);
    const identities = best.items.map(({ name }) => this.#records.identityOf(scope, name));
    await stageFound(this.#records, identities, options);
    return best.items.map(({ fields, extra }) => ({ ...extra, record: this.#records.decode(fields) }));
  }

  #clockField(field: string | undefined): readonly [string, ClockField] {
    const { model } = this.#records;
    const clocks = fieldsOfKind<ClockField>(model, "clock");
    const found = clocks.find(([name]) => field === undefined || name === field);
    if (found === undefined) throw new InvalidArgumentError("field", field, `a decay clock of ${model.name}`);
    return found;
  }

  #checkPartition(name: string, { partitionBy }: ClockField | ConfidenceField, where: WhereOf<M>): void {
    checkObject("where", where);
    for (const field of partitionBy) {
      if (partOf("where", where, field) === undefined) {
        throw new InvalidArgumentError(`where.${field}`, undefined, `a ${field}: ${name} is partitioned by it`);
      }
    }
  }

  #baseScoreField(name: string): string {
    const kind = typeof name === "string" ? this.#records.model.fields[name]?.kind : undefined;
    if (BASE_SCORE_KINDS.some((known) => known === kind)) return name;
    throw new InvalidArgumentError("baseScoreField", name, `a ${BASE_SCORE_KINDS.join(" or ")} field`);
  }

  /** The name of a record that must be of this scope. */
  #nameWithin(scope: string, identity: Readonly<Record<string, unknown>>): string {
    const { layout, model } = this.#records;
    const values = layout.identityValues(identity);
    const own = layout.scopeOf(values);
    if (own !== scope) throw new InvalidArgumentError("boost", own, `records of ${model.scope} ${scope}`);
    return layout.nameOf(values);
  }
}

function isPositive(value: number): boolean {
  return value > 0;
}
