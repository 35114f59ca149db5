/**
 * Lower bound of the Wilson score interval for a binomial proportion, clamped to [0, 1].
 *
 *     p̂ = successes / trials
 *     bound = (p̂ + z²/2n − z·√(p̂(1 − p̂)/n + z²/4n²)) / (1 + z²/n)
 *
 * Without a success the bound is exactly 0, where the plain formula would leave a rounding residue of either sign.
 * Preconditions are not checked here; {@link wilsonCiLower} is the checked form.
 *
 * @param successes - rewarded trials; integer, 0 ≤ successes ≤ trials
 * @param trials - all trials; integer ≥ 0
 * @param z - standard normal quantile, ≥ 0; 0 gives the plain success rate
 * @returns a proportion in [0, 1]; 0 when `trials` is 0, meaning no evidence
 * @see Wilson (1927), JASA 22(158), 209–212
 */
export function wilsonLowerBound(successes: number, trials: number, z: number): number {
  if (trials <= 0 || successes <= 0) return 0;
  const rate = successes / trials;
  const zSquared = z * z;
  const center = rate + zSquared / (2 * trials);
  const margin = z * Math.sqrt((rate * (1 - rate)) / trials + zSquared / (4 * trials * trials));
  return Math.min(1, Math.max(0, (center - margin) / (1 + zSquared / trials)));
}

/**
 * How many further trials, all successful, lift a history over the bar: the smallest k ≥ 0 with
 * trials + k ≥ minTrials and wilsonLowerBound(successes + k, trials + k, z) strictly above `threshold`.
 *
 * A further success never lowers the bound, so the search doubles its step and then bisects: O(log k) bounds.
 * Preconditions are not checked.
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
  const least = Math.max(0, minTrials - trials);
  if (least > limit) return -1;
  if (wilsonLowerBound(successes + least, trials + least, z) > threshold) return least;

  let tooFew = least;
  let enough = least;
  let step = 1;
  let found = false;
  while (!found) {
    if (enough >= limit) return -1;
    tooFew = enough;
    enough = Math.min(limit, least + step);
    step = step * 2;
    found = wilsonLowerBound(successes + enough, trials + enough, z) > threshold;
  }
  while (enough - tooFew > 1) {
    const middle = tooFew + Math.floor((enough - tooFew) / 2);
    if (wilsonLowerBound(successes + middle, trials + middle, z) > threshold) {
      enough = middle;
    } else {
      tooFew = middle;
    }
  }
  return enough;
}
