import { fewestEnough } from "./fewest-enough.js";
import { wilsonLowerBound } from "./wilson-bound.js";

/**
 * How many further trials, all successful, lift a history over the bar: the smallest k ≥ 0 with
 * trials + k ≥ minTrials and wilsonLowerBound(successes + k, trials + k, z) strictly above `threshold`.
 *
 * A further success never lowers the bound, so that O(log k) bounds find it. Preconditions are not checked.
 *
 * @param successes - rewarded trials so far; integer, 0 ≤ successes ≤ trials
 * @param trials - all trials so far; integer ≥ 0
 * @param minTrials - trials the history must reach whatever its bound; integer
 * @param threshold - the bound must be strictly above this; at 1 or more no history passes
 * @param z - standard normal quantile, ≥ 0
 * @param limit - largest k of interest; integer ≥ 0
 * @returns k in [0, limit], or -1 when more than `limit` successes would be needed
 */
export function successesNeeded(
  successes: number,
  trials: number,
  minTrials: number,
  threshold: number,
  z: number,
  limit: number,
): number {
  const isEnough = (further: number) => wilsonLowerBound(successes + further, trials + further, z) > threshold;
  return fewestEnough(isEnough, Math.max(0, minTrials - trials), limit);
}
