/**
 * Largest p-value that the Benjamini-Hochberg procedure rejects: of m tests, sorted, the largest p(i) that is at most
 * i/m times the level. Among the tests with a p-value up to it, the expected share of false ones is at most the level.
 *
 * @param smallest - the smallest p-values in ascending order; with all those up to `level` the answer is exact, with
 *   fewer it can only be smaller
 * @param tests - how many tests there are in all, m
 * @param level - false discovery rate; above 0, below 1
 * @returns -1 when nothing is rejected
 * @see Benjamini and Hochberg (1995), Journal of the Royal Statistical Society B 57(1), 289–300
 */
export function falseDiscoveryCut(smallest: readonly number[], tests: number, level: number): number {
  for (let rank = smallest.length; rank >= 1; rank -= 1) {
    const pValue = smallest[rank - 1] as number;
    if (pValue * tests <= rank * level) return pValue;
  }
  return -1;
}

/**
 * A p-value that holds although the same question is asked again and again as data come in: the k-th test may spend
 * 1/(k(k + 1)) of the level, and these shares sum to 1 over all tests there will ever be.
 *
 * @param pValue - of the k-th test by itself
 * @param test - k, from 1
 */
export function spentPValue(pValue: number, test: number): number {
  return Math.min(1, pValue * test * (test + 1));
}
