import type { Operation } from "../../../keyspace/port/engine.js";
import type { Fields, Keyspace } from "../../../keyspace/port/keyspace.js";
import { SECONDS_PER_DAY } from "../../../maths/learning/decay.js";
import { useScore } from "../../../maths/learning/use-score.js";
import { totalAmplitude } from "../../../maths/rhythm/cycles.js";
import { numberField, numbersField } from "../fields.js";
import { readInPlace } from "../record-in-place.js";
import type { LearnedRecord, RankedRecord, RecordKeys, SortedIndex } from "../record-keys.js";
import type { RankedScore, RankingFormula, RankingIndex } from "./ranking-index.js";
import { decayedValue } from "./scoring.js";

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

/** Share by which a raised bound exceeds what is needed, so that a rising score does not move its entry each time. */
const HEADROOM = 0.0625;
/** Rounding may lift a score above a bound by less than this share. */
const ROUNDING = 1e-9;
/** Bounds hold for whoever asks, as long as the clocks of two processes differ by less. */
const CLOCK_SKEW_SECONDS = 60;
/** The bound of a record whose pressure rises faster than its model declares. */
const ALWAYS_LOOKED_AT = 1e300;

/** Raises the bounds a changed record has outgrown. To be called before the record is stored. */
export function raiseBounds(keyspace: Keyspace, record: RankedRecord, fields: Fields, nowSeconds: number): void {
  for (const ranking of record.rankings) {
    const bound = rankingBound(fields, ranking.formula, nowSeconds);
    const known = fields[ranking.field];
    if (known === undefined) putBound(keyspace, record, fields, ranking, bound);
    else if (bound > numberField(fields, ranking.field, bound)) {
      const headroom = HEADROOM * (bound + pressureGained(ranking.formula, nowSeconds));
      putBound(keyspace, record, fields, ranking, bound + headroom);
    }
  }
}

/** Sets the bounds of a record to what they are now. To be called before the record is stored. */
export function renewRecordBounds(keyspace: Keyspace, record: RecordKeys, fields: Fields, nowSeconds: number): void {
  for (const ranking of record.rankings) {
    putBound(keyspace, record, fields, ranking, rankingBound(fields, ranking.formula, nowSeconds));
  }
}

export interface RenewBoundsInput {
  readonly records: readonly RecordKeys[];
  readonly nowSeconds: number;
}

/** Sets the bounds of some records to what they are now. */
export const renewBounds: Operation<RenewBoundsInput, number> = {
  name: "renew-bounds",
  access: "write",
  execute(keyspace, input) {
    let renewed = 0;
    for (const record of input.records) {
      const fields = readInPlace(keyspace, record);
      if (fields === undefined) continue;
      renewRecordBounds(keyspace, record, fields, input.nowSeconds);
      keyspace.putRecord(record.keys.records, record.id, fields);
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

function putBound(
  keyspace: Keyspace,
  record: RankedRecord,
  fields: Fields,
  ranking: RankingIndex,
  bound: number,
): void {
  fields[ranking.field] = bound;
  // Engines differ in keeping a negative zero.
  keyspace.putScore(ranking.keys.index, record.name, bound === 0 ? 0 : -bound);
}
