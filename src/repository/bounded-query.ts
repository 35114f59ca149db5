import { ELAPSED_FLOOR_DAYS, effectiveDecayRate, elapsedDays } from "../maths/learning/decay.js";
import { fieldsOfKind } from "../model/declaration.js";
import { sortedKey } from "../model/fields.js";
import type { ModelLayout } from "../model/layout.js";
import type { Ranking } from "../model/rankings.js";
import type { ClockScoring } from "../operations/records/ranking/scoring.js";
import { rangeByRank } from "../operations/records/reading.js";
import { type ClockField, clockIndex } from "../primitives/decay-clock.js";
import { priorityKey } from "../primitives/write-filter.js";
import type { Store } from "../store/store.js";
import { scopeOf, type Wanted } from "./candidates.js";
import type { BoundedQuery } from "./from-top.js";

/** A weighted part of a query's score. */
export interface QueryPart {
  /** A clock, confidence or sorted field, `accessCount`, or any other thing. */
  readonly name: string;
  readonly weight: number;
  /** The most the part can be, before its weight; left out when it follows from the name. */
  readonly most?: number;
  /** How the query scores a clock. */
  readonly scoring?: ClockScoring;
}

/**
 * Chooses the index whose bounds answer a query best, and says how high the query can score a record of a given bound.
 *
 * With the parts p and weights w of the query and the weights v of the index, sum(w p) <= max(w/v) * sum(v p) over the
 * parts the index has, each counting as at least 0; the others add the most they can be.
 *
 * @returns undefined when every record has to be read
 */
export async function boundQuery(
  store: Store,
  layout: ModelLayout,
  wanted: Wanted,
  parts: readonly QueryPart[],
): Promise<BoundedQuery | undefined> {
  const ranking = bestRanking(layout, wanted, parts);
  if (ranking === undefined) return undefined;
  const ceilings = new Ceilings(store, layout, wanted);
  let factor = 0;
  let addend = 0;
  for (const part of parts) {
    const indexed = ranking.weights.get(part.name);
    if (indexed === undefined) addend += part.weight * (part.most ?? (await ceilings.of(part.name)));
    else factor = Math.max(factor, (part.weight * (await ceilings.ofDecay(part, ranking))) / indexed);
  }
  return Number.isFinite(factor + addend) && factor > 0 ? { ranking, factor, addend } : undefined;
}

/** The index that has most of the parts and, among equals, least besides. */
function bestRanking(layout: ModelLayout, wanted: Wanted, parts: readonly QueryPart[]): Ranking | undefined {
  const shared = ({ weights }: Ranking) => parts.filter(({ name, weight }) => weight > 0 && weights.has(name)).length;
  return layout.rankings
    .filter((ranking) => shared(ranking) > 0 && layout.isWhole(ranking, wanted))
    .sort((left, right) => shared(right) - shared(left) || left.weights.size - right.weights.size)[0];
}

/** What parts of a score can be at most. */
class Ceilings {
  readonly #store: Store;
  readonly #layout: ModelLayout;
  readonly #wanted: Wanted;

  constructor(store: Store, layout: ModelLayout, wanted: Wanted) {
    this.#store = store;
    this.#layout = layout;
    this.#wanted = wanted;
  }

  async of(name: string): Promise<number> {
    const scope = scopeOf(this.#layout, this.#wanted);
    if (name === "accessCount") return 1;
    if (name === "priority") return -((await this.#scoreAt(priorityKey(this.#layout, scope), 0)) ?? 0);
    const kind = this.#layout.model.fields[name]?.kind;
    if (kind === "confidence") return 1;
    if (kind === "sorted") return Math.max((await this.#scoreAt(sortedKey(this.#layout, name, scope), -1)) ?? 0, 0);
    return Number.POSITIVE_INFINITY;
  }

  /** By which factor the query's decay of a value may exceed the one of the index. */
  async ofDecay({ name, scoring }: QueryPart, { formula }: Ranking): Promise<number> {
    const indexed = formula.clocks.find((clock) => clock.scoring.field === name)?.scoring;
    if (scoring === undefined || indexed === undefined || isSame(scoring, indexed)) return 1;
    if (scoring.baseField !== indexed.baseField) return Number.POSITIVE_INFINITY;
    const clock = fieldsOfKind<ClockField>(this.#layout.model, "clock").find(([field]) => field === name)?.[1];
    if (clock === undefined) return Number.POSITIVE_INFINITY;
    const touched = clockIndex(this.#layout, name, clock, Object.fromEntries(this.#wanted));
    const now = this.#store.nowSeconds();
    const oldestDays = elapsedDays((await this.#scoreAt(touched, 0)) ?? now, now);
    const young = ELAPSED_FLOOR_DAYS ** Math.min(indexed.decayRate - scoring.decayRate, 0);
    const old = Math.max(oldestDays, 1) ** Math.max(decayAt(0, indexed) - decayAt(1, scoring), 0);
    return Math.max(young, old);
  }

  async #scoreAt(index: string, rank: number): Promise<number | undefined> {
    const shard = this.#store.shardOf(scopeOf(this.#layout, this.#wanted));
    const [found] = await this.#store.run(rangeByRank, { keys: { index }, start: rank, stop: rank }, shard);
    return found?.score;
  }
}

/** The exponent of decay beyond one day at a confidence. */
function decayAt(confidence: number, scoring: ClockScoring): number {
  const strength = scoring.confidenceField === "" ? 0 : scoring.modulationStrength;
  return effectiveDecayRate(scoring.decayRate, confidence, scoring.initialConfidence, strength);
}

function isSame(left: ClockScoring, right: ClockScoring): boolean {
  return Object.entries(left).every(([name, value]) => right[name as keyof ClockScoring] === value);
}
