import type { ClockScoring } from "./scoring.js";

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

/** What an index bounds: a sum of weighted parts, each counting as at least 0. */
export interface RankingFormula {
  readonly clocks: readonly RankedClock[];
  /** Numbers that count as they are: sorted fields, and confidences. */
  readonly numbers: readonly RankedNumber[];
  /** Weight of how often a record was used. */
  readonly accessWeight: number;
}

export interface RankedNumber {
  readonly field: string;
  readonly weight: number;
  readonly fallback: number;
}

export interface RankedClock {
  readonly scoring: ClockScoring;
  readonly weight: number;
  /** Score per day that unattended time adds to any record. The index keeps bounds without it, because all grow alike. */
  readonly pressureRate: number;
}
