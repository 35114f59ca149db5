import { InvalidArgumentError } from "../../common/errors.js";
import { wilsonLowerBound } from "./wilson-bound.js";

/** Far beyond any quantile in use, and small enough that z² / n cannot overflow. */
const MAX_Z = 1_000_000;

/**
 * Lower bound of the Wilson score interval for a success rate.
 *
 * Ranks actions by success rate while discounting small samples: 8 of 10 gives 0.490, 80 of 100 gives 0.711.
 *
 * @example
 * ```ts
 * import { wilsonCiLower } from "policycache/statistics";
 *
 * console.log(wilsonCiLower(8, 10).toFixed(3), wilsonCiLower(80, 100).toFixed(3));
 * // → 0.490 0.711
 * ```
 * @param successes - rewarded trials; integer, 0 ≤ successes ≤ total
 * @param total - all trials; integer ≥ 0
 * @param z - standard normal quantile, 0 to 1 000 000; 1.96 is the two-sided 95 % interval
 * @returns a proportion in [0, 1]; 0 when `total` is 0, meaning no evidence
 * @throws {@link InvalidArgumentError} for a count that is negative, fractional, NaN or inconsistent, or an unusable z
 * @see Wilson (1927), JASA 22(158), 209–212
 */
export function wilsonCiLower(successes: number, total: number, z = 1.96): number {
  if (!Number.isSafeInteger(total) || total < 0)
    throw new InvalidArgumentError("total", total, "an integer of 0 or more");
  if (!Number.isSafeInteger(successes) || successes < 0 || successes > total) {
    throw new InvalidArgumentError("successes", successes, `an integer from 0 to total (${total})`);
  }
  if (!Number.isFinite(z) || z < 0 || z > MAX_Z) {
    throw new InvalidArgumentError("z", z, `a standard normal quantile from 0 to ${MAX_Z}`, {
      hint: "1.96 gives the two-sided 95 % interval.",
    });
  }
  return wilsonLowerBound(successes, total, z);
}
