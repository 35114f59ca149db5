/**
 * One number of the standard Gumbel distribution, -ln(-ln u). Of several scores, each with such a number added, the
 * largest is each one with a chance in proportion to e^score, and the k largest are k draws without repeats.
 *
 * @param random - uniform numbers from 0 to below 1
 * @see Yellott (1977), Journal of Mathematical Psychology 15(2), 109–144
 */
export function gumbelNoise(random: () => number): number {
  return -Math.log(-Math.log(Math.max(random(), Number.MIN_VALUE)));
}
