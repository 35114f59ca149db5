import gammainc from "@stdlib/math-base-special-gammainc";
import { InvalidArgumentError } from "../../common/errors.js";

/**
 * gammainc 0.3.1 was compared with SciPy on a grid of 1 to 1000 degrees of freedom. Up to a statistic of 2000 the
 * worst relative error is 1e-12; above it the function switches to an expansion that is off by up to 0.2 %, and a
 * continued fraction takes its place. With more degrees of freedom the same switch spoils ordinary probabilities (2 % at
 * 2000), so they are refused rather than answered wrongly.
 */
const MAX_ACCURATE_STATISTIC = 2_000;
const MAX_DEGREES_OF_FREEDOM = 1_000;

export interface ChiSquaredResult {
  /** Pearson's statistic Σ (observed − expected)² / expected; 0 when nothing is expected. */
  readonly statistic: number;
  /** Buckets less one; 0 for a single bucket or none. */
  readonly degreesOfFreedom: number;
  /** The count expected in each bucket. The approximation behind `pValue` wants at least 5. */
  readonly expected: number;
  /** Probability of a statistic at least this large if every bucket is equally likely, in [0, 1]. */
  readonly pValue: number;
}

/**
 * Pearson's chi-squared test of counts against a uniform distribution.
 *
 * With fewer than two buckets, or with nothing expected, there is nothing to test and `pValue` is 1.
 *
 * @param observed - count per bucket; integers ≥ 0, in any order, at most 1001 buckets, possibly none
 * @param expected - count expected in every bucket; total / buckets unless given; 0 or less gives statistic 0
 * @throws {@link InvalidArgumentError} for a count that is negative, fractional or NaN, too many buckets, or an
 *   `expected` that is not finite
 * @see Pearson (1900), Philosophical Magazine 50(302), 157–175
 */
export function chiSquaredUniform(observed: readonly number[], expected?: number): ChiSquaredResult {
  if (!Array.isArray(observed)) throw new InvalidArgumentError("observed", observed, "an array of counts");
  if (observed.length > MAX_DEGREES_OF_FREEDOM + 1) {
    throw new InvalidArgumentError("observed", observed, `at most ${MAX_DEGREES_OF_FREEDOM + 1} buckets`);
  }
  let total = 0;
  for (const [bucket, count] of observed.entries()) {
    if (!Number.isSafeInteger(count) || count < 0) {
      throw new InvalidArgumentError(`observed[${bucket}]`, count, "an integer of 0 or more");
    }
    total += count;
  }
  if (expected !== undefined && !Number.isFinite(expected)) {
    throw new InvalidArgumentError("expected", expected, "a finite number, or undefined for total / buckets");
  }

  const degreesOfFreedom = Math.max(0, observed.length - 1);
  const perBucket = expected ?? (observed.length === 0 ? 0 : total / observed.length);
  const statistic = perBucket > 0 ? pearsonStatistic(observed, perBucket) : 0;
  const pValue = degreesOfFreedom === 0 ? 1 : upperTail(statistic, degreesOfFreedom);
  return { statistic, degreesOfFreedom, expected: perBucket, pValue };
}

/**
 * Survival function of the chi-squared distribution, Q(df/2, x/2) with Q the upper regularised incomplete gamma
 * function: the p-value of a test statistic. Relative error below 1e-9; below about 1e-308 it underflows to 0.
 *
 * @param statistic - x, finite and ≥ 0
 * @param degreesOfFreedom - df; integer, 1 to 1000
 * @returns a probability in [0, 1]; 0 when it is too small for a double
 * @throws {@link InvalidArgumentError} outside these ranges
 */
export function chiSquaredSurvival(statistic: number, degreesOfFreedom: number): number {
  if (!Number.isFinite(statistic) || statistic < 0) {
    throw new InvalidArgumentError("statistic", statistic, "a finite number of 0 or more");
  }
  if (!Number.isInteger(degreesOfFreedom) || degreesOfFreedom < 1 || degreesOfFreedom > MAX_DEGREES_OF_FREEDOM) {
    throw new InvalidArgumentError(
      "degreesOfFreedom",
      degreesOfFreedom,
      `an integer from 1 to ${MAX_DEGREES_OF_FREEDOM}`,
    );
  }
  return upperTail(statistic, degreesOfFreedom);
}

function pearsonStatistic(observed: readonly number[], expected: number): number {
  let statistic = 0;
  for (const count of observed) {
    const deviation = count - expected;
    statistic += (deviation * deviation) / expected;
  }
  return statistic;
}

function upperTail(statistic: number, degreesOfFreedom: number): number {
  // An expected count near the smallest double can overflow the statistic; its tail is empty.
  if (statistic === Number.POSITIVE_INFINITY) return 0;
  const [x, a] = [statistic / 2, degreesOfFreedom / 2];
  if (statistic > MAX_ACCURATE_STATISTIC) return farTail(x, a);
  return gammainc(x, a, true, true);
}

/**
 * Q(a, x) for x well above a, by Legendre's continued fraction, evaluated from the inside.
 *
 * @see Abramowitz and Stegun (1964), 6.5.31
 */
function farTail(x: number, a: number): number {
  let fraction = 0;
  for (let k = FAR_TAIL_TERMS; k >= 1; k -= 1) fraction = (k * (k - a)) / (x + 2 * k + 1 - a - fraction);
  return Math.exp(a * Math.log(x) - x - logGamma(a)) / (x + 1 - a - fraction);
}

/** With x >= 2a, as here, 60 terms leave less than the rounding error. */
const FAR_TAIL_TERMS = 60;

/** ln Γ of a positive multiple of a half, by its recursion. */
function logGamma(a: number): number {
  let sum = a % 1 === 0 ? 0 : Math.log(Math.PI) / 2;
  for (let factor = a % 1 === 0 ? 1 : 0.5; factor < a; factor += 1) sum += Math.log(factor);
  return sum;
}
