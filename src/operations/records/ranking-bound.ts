import type { Operation } from "../../keyspace/port/engine.js";
import type { Fields, Keyspace } from "../../keyspace/port/keyspace.js";
import { SECONDS_PER_DAY } from "../../maths/learning/decay.js";
import { useScore } from "../../maths/learning/use-score.js";
import { totalAmplitude } from "../../maths/rhythm/cycles.js";
import { numberField, numbersField } from "./fields.js";
import { readPlanned } from "./planned-record.js";
import type { LearnedRecord, RankedRecord, RecordPlan, SortedIndex } from "./record-plan.js";
import { type ClockScoring, decayedValue } from "./scoring.js";

/**
 * An index of upper bounds of a score: no record of it can score higher than its entry says, now or later, until it is
 * written again. That allows the best of a million records to be found by looking at the few with the highest bounds.
 * The method is that of lazy evaluation of upper bounds (Minoux 1978); bounds that time has made too high are lowered
 * by whoever meets them.
 */
export interface RankingIndex {
  readonly keys: {
    /** Sorted index of negated bounds, so that the highest comes first. */
    readonly index: string;
  };
  /** Field in which a record remembers its entry. */
  readonly field: string;
  readonly formula: RankingFormula;
}

/** A score whose bounds are indexed, wherever that index is. */
export type RankedScore = Omit<RankingIndex, "keys">;

/** @param scores - what the indexes of the record bound, in their order */
export function rankedRecord(record: LearnedRecord, scores: readonly RankedScore[]): RankedRecord {
  const { keys, id, name, rankings } = record;
  return { keys: { records: keys.records }, id, name, rankings: rankingIndexes(rankings, scores) };
}

export function rankingIndexes(
  indexes: readonly SortedIndex[],
  scores: readonly RankedScore[],
): readonly RankingIndex[] {
  const rankings: RankingIndex[] = [];
  for (let position = 0; position < scores.length; position += 1) {
    const [index, score] = [indexes[position], scores[position]];
    if (index === undefined || score === undefined) break;
    rankings.push({ keys: index.keys, field: score.field, formula: score.formula });
  }
  return rankings;
}

/** What an index bounds: a sum of weighted parts, each counting as at least 0. */
export interface RankingFormula {
  readonly clocks: readonly RankedClock[];
  /** Numbers that count as they are: sorted fields, and confidences. */
  readonly numbers: readonly { readonly field: string; readonly weight: number; readonly fallback: number }[];
  /** Weight of how often a record was used. */
  readonly accessWeight: number;
}

export interface RankedClock {
  readonly scoring: ClockScoring;
  readonly weight: number;
  /** Score per day that unattended time adds to any record. The index keeps bounds without it, because all grow alike. */
  readonly pressureRate: number;
}

/** Share by which a raised bound exceeds what is needed, so that a rising score does not move its entry each time. */
const HEADROOM = 0.0625;
/** Rounding may lift a score above a bound by less than this share. */
const ROUNDING = 1e-9;
/** Bounds hold for whoever asks, as long as the clocks of two processes differ by less. */
const CLOCK_SKEW_SECONDS = 60;
/** The bound of a record whose pressure rises faster than its model declares. */
const ALWAYS_LOOKED_AT = 1e300;

/** Raises the bounds a changed record has outgrown. To be called before the record is stored. */
export function raiseBounds(keyspace: Keyspace, plan: RankedRecord, fields: Fields, nowSeconds: number): void {
  for (const ranking of plan.rankings) {
    const bound = rankingBound(fields, ranking.formula, nowSeconds);
    const known = fields[ranking.field];
    if (known === undefined) putBound(keyspace, plan, fields, ranking, bound);
    else if (bound > numberField(fields, ranking.field, bound)) {
      const headroom = HEADROOM * (bound + pressureGained(ranking.formula, nowSeconds));
      putBound(keyspace, plan, fields, ranking, bound + headroom);
    }
  }
}

/** Sets the bounds of a record to what they are now. To be called before the record is stored. */
export function renewRecordBounds(keyspace: Keyspace, plan: RecordPlan, fields: Fields, nowSeconds: number): void {
  for (const ranking of plan.rankings) {
    putBound(keyspace, plan, fields, ranking, rankingBound(fields, ranking.formula, nowSeconds));
  }
}

export interface RenewBoundsInput {
  readonly plans: readonly RecordPlan[];
  readonly nowSeconds: number;
}

/** Sets the bounds of some records to what they are now. */
export const renewBounds: Operation<RenewBoundsInput, number> = {
  name: "renew-bounds",
  access: "write",
  execute(keyspace, input) {
    let renewed = 0;
    for (const plan of input.plans) {
      const fields = readPlanned(keyspace, plan);
      if (fields === undefined) continue;
      renewRecordBounds(keyspace, plan, fields, input.nowSeconds);
      keyspace.putRecord(plan.keys.records, plan.id, fields);
      renewed += 1;
    }
    return renewed;
  },
};

export interface MarkIndexInput {
  readonly keys: { readonly index: string };
  readonly mark: string;
  /** Marks of other formulas, to be removed. */
  readonly outdated: readonly string[];
}

/** Says of an index that it holds every record, bounded by the formula the mark stands for. */
export const markIndex: Operation<MarkIndexInput, boolean> = {
  name: "mark-index",
  access: "write",
  execute(keyspace, input) {
    for (const mark of input.outdated) keyspace.removeScore(input.keys.index, mark);
    keyspace.putScore(input.keys.index, input.mark, FIRST);
    return true;
  },
};

/** Before every bound. */
export const FIRST = -1e308;

/**
 * The bound of a record, from a minute ago on, less the pressure that every record gains alike: {@link pressureGained} at a
 * moment has to be added to get the bound that holds from that moment on.
 */
export function rankingBound(fields: Fields, formula: RankingFormula, nowSeconds: number): number {
  const sinceSeconds = nowSeconds - CLOCK_SKEW_SECONDS;
  let bound = formula.accessWeight * useScore(numberField(fields, "accessCount", 0));
  let isBounded = true;
  for (const { field, weight, fallback } of formula.numbers) {
    bound += weight * Math.max(numberField(fields, field, fallback), 0);
  }
  for (const { scoring, weight, pressureRate } of formula.clocks) {
    const amplitude = totalAmplitude(numbersField(fields, `${scoring.field}.cycles`));
    bound += weight * (Math.max(decayedValue(fields, scoring, sinceSeconds), 0) + amplitude);
    const rate = Math.max(numberField(fields, `${scoring.field}.pressureRate`, 0), 0);
    if (rate > pressureRate) isBounded = false;
    const unattended = Math.max(nowSeconds - numberField(fields, `${scoring.field}.lastResolved`, nowSeconds), 0);
    bound += (weight * (rate * unattended - pressureRate * sinceSeconds)) / SECONDS_PER_DAY;
  }
  return isBounded ? bound + ROUNDING * Math.abs(bound) : ALWAYS_LOOKED_AT;
}

/** What unattended time may have added to any bound of an index. */
export function pressureGained(formula: RankingFormula, nowSeconds: number): number {
  let gained = 0;
  for (const { weight, pressureRate } of formula.clocks)
    gained += (weight * pressureRate * nowSeconds) / SECONDS_PER_DAY;
  return gained;
}

function putBound(keyspace: Keyspace, plan: RankedRecord, fields: Fields, ranking: RankingIndex, bound: number): void {
  fields[ranking.field] = bound;
  // Engines differ in keeping a negative zero.
  keyspace.putScore(ranking.keys.index, plan.name, bound === 0 ? 0 : -bound);
}
