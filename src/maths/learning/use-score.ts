/** Confirmed uses at which {@link useScore} reaches one half. */
export const USE_SCORE_HALF_COUNT = 10;

/**
 * How established a record is by use: n / (n + 10), rising from 0 towards 1, so that a much-used record cannot swamp
 * the other parts of a composite score the way a raw count does.
 *
 * @param accessCount - confirmed uses n, ≥ 0
 * @returns a score in [0, 1)
 */
export function useScore(accessCount: number): number {
  return accessCount / (accessCount + USE_SCORE_HALF_COUNT);
}
