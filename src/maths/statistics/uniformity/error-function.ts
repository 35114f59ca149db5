/** From here on the continued fraction takes over; below, 1 - erf keeps its digits. */
const SERIES_LIMIT = 1;

/** Levels of the fraction. At its slowest, z = 1, they leave a relative error of 2e-17; its convergents enclose the value. */
const FRACTION_LEVELS = 200;

/**
 * Scaled complementary error function, exp(z²) erfc(z). It falls like 1 / (z √π), so that it neither underflows nor
 * loses digits where erfc does. Relative error below 3e-15. Preconditions are not checked.
 *
 * @param z - 0 or more
 * @returns from 1 at 0 down towards 0
 * @see Abramowitz and Stegun (1964), 7.1.6 below 1, 7.1.14 from there on
 */
export function scaledErfc(z: number): number {
  return z < SERIES_LIMIT ? Math.exp(z * z) - scaledErf(z) : byFraction(z);
}

/** exp(z²) erf(z) = 2/√π Σ 2ⁿ z²ⁿ⁺¹ / (1 · 3 · … · (2n + 1)). */
function scaledErf(z: number): number {
  let term = (2 * z) / Math.sqrt(Math.PI);
  let sum = 0;
  for (let divisor = 3; sum + term !== sum; divisor += 2) {
    sum += term;
    term *= (2 * z * z) / divisor;
  }
  return sum;
}

/** 1/√π · 1/(z + ½/(z + 1/(z + 1½/(z + 2/(z + …))))), from the inside; every part is positive. */
function byFraction(z: number): number {
  let denominator = z;
  for (let level = FRACTION_LEVELS; level >= 1; level -= 1) denominator = z + level / 2 / denominator;
  return 1 / (Math.sqrt(Math.PI) * denominator);
}
