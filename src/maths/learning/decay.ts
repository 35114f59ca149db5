/** Smallest age of a record, in days: keeps the power law finite for a fresh record or a clock that runs ahead. */
export const ELAPSED_FLOOR_DAYS = 0.01;

export const SECONDS_PER_DAY = 86_400;

/**
 * Age of a record in days, at least {@link ELAPSED_FLOOR_DAYS}; a touch in the future counts as that floor.
 *
 * @param lastTouchedSeconds - Unix seconds of the last touch
 * @param nowSeconds - Unix seconds of the ranking
 */
export function elapsedDays(lastTouchedSeconds: number, nowSeconds: number): number {
  return Math.max((nowSeconds - lastTouchedSeconds) / SECONDS_PER_DAY, ELAPSED_FLOOR_DAYS);
}

/**
 * Power law of forgetting: days^(−decayRate). 1 at one day whatever the rate, above 1 before and below 1 after.
 *
 * @param days - age from {@link elapsedDays}, > 0
 * @param decayRate - exponent, > 0
 * @see Wixted & Ebbesen (1991), Psychological Science 2(6), 409–415
 */
export function decayFactor(days: number, decayRate: number): number {
  return days ** -decayRate;
}

/**
 * The rate at which a record of this confidence is forgotten: decayRate · 2^(strength · 2 · (initial − confidence)).
 *
 * Confidence above its initial value slows forgetting and confidence below it speeds it up. With an initial confidence
 * of 0.5 the result lies in [decayRate · 2^−strength, decayRate · 2^strength].
 *
 * @param decayRate - exponent at the initial confidence, > 0
 * @param confidence - clamped to [0, 1]; pass `initialConfidence` when the record has no usable confidence state
 * @param initialConfidence - the confidence that changes nothing, in [0, 1]
 * @param strength - octaves of rate between full and no confidence; 0 switches modulation off
 */
export function effectiveDecayRate(
  decayRate: number,
  confidence: number,
  initialConfidence: number,
  strength: number,
): number {
  const clamped = Math.min(1, Math.max(0, confidence));
  return decayRate * 2 ** (strength * 2 * (initialConfidence - clamped));
}

/**
 * Recency-weighted score: base · days^(−decayRate). The sign of `base` is kept, so of two equal negative values the
 * fresher scores lower.
 *
 * @param base - value to weigh, of any sign; 1 for a record without one
 * @param days - age from {@link elapsedDays}, > 0
 * @param decayRate - exponent, > 0
 */
export function decayScore(base: number, days: number, decayRate: number): number {
  return base * decayFactor(days, decayRate);
}

/**
 * {@link decayScore} with the rate adjusted by confidence. Modulation starts at one day of age, so it can neither lift
 * nor sink a record that has just been touched. Exactly `decayScore` when `strength` is 0, when `confidence` equals
 * `initialConfidence`, or when `days` ≤ 1.
 *
 * @param base - value to weigh, of any sign
 * @param days - age from {@link elapsedDays}, > 0
 * @param decayRate - exponent at the initial confidence, > 0
 * @param confidence - clamped to [0, 1]
 * @param initialConfidence - the confidence that changes nothing, in [0, 1]
 * @param strength - see {@link effectiveDecayRate}
 */
export function modulatedDecayScore(
  base: number,
  days: number,
  decayRate: number,
  confidence: number,
  initialConfidence: number,
  strength: number,
): number {
  const rateChange = effectiveDecayRate(decayRate, confidence, initialConfidence, strength) - decayRate;
  return decayScore(base, days, decayRate) * Math.max(days, 1) ** -rateChange;
}
