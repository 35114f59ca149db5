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
