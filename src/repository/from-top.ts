import { PolicyCacheError } from "../common/errors.js";
import type { Fields, ScoredMember } from "../keyspace/port/keyspace.js";
import type { ModelLayout } from "../model/layout.js";
import { isMark, type Ranking } from "../model/rankings.js";
import type { NamedFields } from "../model/record-access.js";
import {
  FIRST,
  markIndex,
  pressureGained,
  rankingBound,
  renewBounds,
} from "../operations/records/ranking/ranking-bound.js";
import { getMany, rangeFromScore } from "../operations/records/reading.js";
import type { Store } from "../store/store.js";
import { type Candidate, readCandidates, scopeOf, type Wanted } from "./candidates.js";

/** How high a query can score a record: at most `factor` times its bound in an index, plus `addend`. */
export interface BoundedQuery {
  readonly ranking: Ranking;
  readonly factor: number;
  readonly addend: number;
}

const FIRST_PAGE = 64;
/** Most records an engine looks at in one step, so that no caller keeps others waiting. */
const LARGEST_PAGE = 512;

/**
 * Reads `first`, then the other records in the order of how high they may score, until none that is left can reach `floor`: the score a record
 * must have to matter, which rises as the caller finds better ones. Cost grows with the records whose bound is above
 * the floor, not with how many there are. Bounds found to be too high are lowered for those who come after.
 */
export async function* readFromTop(
  store: Store,
  layout: ModelLayout,
  wanted: Wanted,
  query: BoundedQuery,
  floor: () => number,
  first: readonly string[] = [],
): AsyncGenerator<readonly Candidate[]> {
  const walk = new Walk(store, layout, wanted, query);
  if (await walk.isComplete()) {
    if (first.length > 0) yield await walk.readNamed(first);
    // A record that moves up while others are read would be missed: what took several pages is read again, until
    // nothing new is found.
    do yield* walk.pages(floor);
    while (walk.mayHaveMissed);
    await walk.lowerBounds(floor());
  } else {
    yield* readCandidates(store, layout, wanted, LARGEST_PAGE);
  }
}

interface Seen {
  readonly indexed: number;
  readonly actual: number;
  readonly fields: Fields;
}

class Walk {
  /** Whether the last round read more than one page and found something there. */
  mayHaveMissed = false;
  readonly #store: Store;
  readonly #layout: ModelLayout;
  readonly #wanted: Wanted;
  readonly #scope: string;
  readonly #shard: number;
  readonly #ranking: Ranking;
  readonly #index: string;
  readonly #nowSeconds: number;
  /** The highest score of a record with this bound. */
  readonly #highest: (bound: number) => number;
  /** The first page, when it was read already. */
  #top: readonly ScoredMember[] | undefined;
  /** Bounds of the records read, as they were and as they should be. */
  readonly #seen = new Map<string, Seen>();

  constructor(store: Store, layout: ModelLayout, wanted: Wanted, { ranking, factor, addend }: BoundedQuery) {
    this.#store = store;
    this.#layout = layout;
    this.#wanted = wanted;
    this.#scope = scopeOf(layout, wanted);
    this.#shard = store.shardOf(this.#scope);
    this.#ranking = ranking;
    this.#index = layout.rankingKey(ranking, wanted);
    this.#nowSeconds = store.nowSeconds();
    const gained = pressureGained(ranking.formula, this.#nowSeconds);
    this.#highest = (bound) => factor * Math.max(bound + gained, 0) + addend;
  }

  /**
   * Makes sure that the index holds every record, which it does not when it was kept by another declaration of the model:
   * then every record is read, once. @returns false when it does not and cannot be written
   */
  async isComplete(): Promise<boolean> {
    const { mark } = this.#ranking;
    const keys = { index: this.#index };
    this.#top = await this.#readIndex(FIRST, FIRST_PAGE);
    const first = this.#top[0]?.member;
    if (first === mark) return true;
    try {
      for await (const page of readCandidates(this.#store, this.#layout, this.#wanted, LARGEST_PAGE)) {
        await this.#renew(page);
      }
      const outdated = first !== undefined && isMark(first) ? [first] : [];
      await this.#store.run(markIndex, { keys, mark, outdated }, this.#shard);
      this.#top = undefined;
      return true;
    } catch (error) {
      if (isReadOnly(error)) return false;
      throw error;
    }
  }

  readNamed(names: readonly string[]): Promise<readonly Candidate[]> {
    return this.#readNew(names.map((member) => ({ member, score: 0 })));
  }

  async *pages(floor: () => number): AsyncGenerator<readonly Candidate[]> {
    let pages = 0;
    let found = 0;
    let limit = FIRST_PAGE;
    let from = FIRST;
    for (;;) {
      const entries = this.#top ?? (await this.#readIndex(from, limit));
      this.#top = undefined;
      const fresh = await this.#readNew(entries.filter(({ score }) => this.#highest(-score) >= floor()));
      pages += 1;
      found += fresh.length;
      yield fresh;
      const last = entries.at(-1);
      if (last === undefined || entries.length < limit || this.#highest(-last.score) < floor()) break;
      // A page may be too short for all the records that share one bound.
      limit = last.score === from ? limit * 2 : Math.min(limit * 2, LARGEST_PAGE);
      from = last.score;
    }
    this.mayHaveMissed = pages > 1 && found > 0;
  }

  /** Lowers the bounds that were above the floor and should not have been. */
  async lowerBounds(floor: number): Promise<void> {
    const isMisleading = ({ indexed, actual }: Seen) =>
      this.#highest(indexed) >= floor && this.#highest(actual) < floor;
    const misleading = [...this.#seen].filter(([, seen]) => isMisleading(seen));
    const records = misleading.map(([name, { fields }]) => ({ name, fields }));
    try {
      for (let start = 0; start < records.length; start += LARGEST_PAGE) {
        await this.#renew(records.slice(start, start + LARGEST_PAGE));
      }
    } catch (error) {
      if (!isReadOnly(error)) throw error;
    }
  }

  #readIndex(minScore: number, limit: number): Promise<readonly ScoredMember[]> {
    return this.#store.run(rangeFromScore, { keys: { index: this.#index }, minScore, limit }, this.#shard);
  }

  async #readNew(entries: readonly ScoredMember[]): Promise<readonly Candidate[]> {
    const fresh = entries.filter(({ member }) => !isMark(member) && !this.#seen.has(member));
    if (fresh.length === 0) return [];
    const records = fresh.map(({ member }) => {
      const values = this.#layout.valuesOf(this.#scope, member);
      return { keys: { records: this.#layout.recordsKey(values) }, id: this.#layout.recordId(values) };
    });
    const found = await this.#store.run(getMany, { records }, this.#shard);
    return fresh.flatMap(({ member: name, score }, position) => {
      const fields = found[position]?.fields;
      if (fields === undefined) return [];
      const actual = rankingBound(fields, this.#ranking.formula, this.#nowSeconds);
      this.#seen.set(name, { indexed: -score, actual, fields });
      return [{ name, fields, cursor: name }];
    });
  }

  #renew(records: readonly NamedFields[]): Promise<number> {
    const keys = records.map(({ name, fields }) => {
      return this.#layout.recordKeys(this.#layout.valuesOf(this.#scope, name), fields);
    });
    return this.#store.run(renewBounds, { records: keys, nowSeconds: this.#nowSeconds }, this.#shard);
  }
}

function isReadOnly(error: unknown): boolean {
  return PolicyCacheError.isInstance(error) && error.code === "STORE_READ_ONLY";
}
