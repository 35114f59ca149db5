import { InvalidArgumentError } from "../../../common/errors.js";
import { scaledErfc } from "./error-function.js";

/** The tail is a sum of half as many terms: about two milliseconds. */
const MAX_DEGREES_OF_FREEDOM = 1_000_000;

/** The outcome of a chi-squared test. */
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
 * @param observed - count per bucket; integers ≥ 0, in any order, at most 1 000 001 buckets, possibly none
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
  // As a fraction, the mean count is exact: rounded, it would cost digits of a small p-value.
  const [numerator, denominator] = expected === undefined ? [total, observed.length] : [expected, 1];
  const statistic = perBucket > 0 ? pearsonStatistic(observed, numerator, denominator) : 0;
  const pValue = degreesOfFreedom === 0 ? 1 : upperTail(statistic, degreesOfFreedom);
  return { statistic, degreesOfFreedom, expected: perBucket, pValue };
}

/**
 * Survival function of the chi-squared distribution: the p-value of a test statistic. Relative error below 5e-14 up to
 * 1000 degrees of freedom and below 1e-12 up to the limit of a million, for every statistic; below about 1e-308 a
 * probability underflows towards 0.
 *
 * @param statistic - finite and ≥ 0
 * @param degreesOfFreedom - integer, 1 to 1 000 000
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

/** With numerator / denominator expected in every bucket. */
function pearsonStatistic(observed: readonly number[], numerator: number, denominator: number): number {
  let squares = 0;
  for (const count of observed) squares += (count * denominator - numerator) ** 2;
  return squares / denominator / numerator;
}

/**
 * For integer degrees of freedom ν the tail is a finite sum of positive terms:
 *
 *     ν even:  exp(-x/2) (1 + x/2 + x²/(2·4) + … + x^(ν/2-1) / (2·4·…·(ν-2)))
 *     ν odd:   erfc(√(x/2)) + exp(-x/2) √(2/(πx)) (x/1 + x²/(1·3) + … + x^((ν-1)/2) / (1·3·…·(ν-2)))
 *
 * The common factor exp(-x/2) is applied last, or in part whenever the sum grows large, so that nothing over- or
 * underflows on the way.
 *
 * @see Abramowitz and Stegun (1964), 26.4.4 and 26.4.5
 */
function upperTail(x: number, degreesOfFreedom: number): number {
  if (x === 0) return 1;
  if (isBelowAnyDouble(x, degreesOfFreedom)) return 0;
  const isOdd = degreesOfFreedom % 2 === 1;
  let term = isOdd ? Math.sqrt(2 / Math.PI) / Math.sqrt(x) : 1;
  let sum = isOdd ? scaledErfc(Math.sqrt(x / 2)) : 1;
  let exponent = x / 2;
  for (let divisor = isOdd ? 1 : 2; divisor < degreesOfFreedom; divisor += 2) {
    term *= x / divisor;
    sum += term;
    if (sum > LARGE_SUM) {
      term *= SMALLER;
      sum *= SMALLER;
      exponent -= SMALLER_EXPONENT;
    }
  }
  const half = Math.exp(-exponent / 2); // exp(-exponent) itself may underflow where its product with the sum does not
  return Math.min(1, sum * half * half);
}

const LARGE_SUM = 1e250;
const SMALLER_EXPONENT = 500;
const SMALLER = Math.exp(-SMALLER_EXPONENT);

/**
 * By Chernoff's bound, tail ≤ (x/ν)^(ν/2) exp((ν - x)/2). Also true of a statistic that overflowed, as it does when the
 * expected count is near the smallest double.
 */
function isBelowAnyDouble(x: number, degreesOfFreedom: number): boolean {
  const ratio = x / degreesOfFreedom;
  return ratio > 1 && (degreesOfFreedom / 2) * (Math.log(ratio) + 1 - ratio) < LOG_SMALLEST_DOUBLE;
}

const LOG_SMALLEST_DOUBLE = Math.log(Number.MIN_VALUE) - 1;
