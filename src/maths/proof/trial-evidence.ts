/** Failure rates that a trial looks for: odd multiples of half as much again as the budget, and this one. */
const HIGHEST_RATE_LOOKED_FOR = 0.9;
const LOWEST_MULTIPLE = 1.5;
const BETWEEN_RATES = 3;
const MOST_SPREAD_RATE = 0.75;

/** The failure rates above a budget that are looked for, lowest first: 1.5, 4.5, 13.5, ... times the budget, and 0.9. */
export function ratesLookedFor(errorBudget: number): readonly number[] {
  const rates: number[] = [];
  for (let rate = LOWEST_MULTIPLE * errorBudget; rate < MOST_SPREAD_RATE; rate *= BETWEEN_RATES) rates.push(rate);
  rates.push(HIGHEST_RATE_LOOKED_FOR);
  return rates;
}

/**
 * Natural logarithm of the evidence, from the outcomes of a trial, that an action fails more often than the budget allows: the
 * mean of its likelihood ratios for several higher failure rates. A trial ends when this reaches the logarithm of 10.
 * Preconditions are not checked.
 *
 * @param errorBudget - above 0, below 1
 */
export function trialEvidence(successes: number, failures: number, errorBudget: number): number {
  const rates = ratesLookedFor(errorBudget);
  let sum = 0;
  for (const rate of rates) {
    const logarithm = failures * Math.log(rate / errorBudget) + successes * Math.log((1 - rate) / (1 - errorBudget));
    sum += Math.exp(logarithm);
  }
  return Math.log(sum / rates.length);
}
