import { largestBelow } from "./largest-below.js";

/** How many bettors share the capital. Twice as many change no bound by more than 1e-6 below 10 000 trials. */
const BETTORS = 64;

/**
 * The share of its capital that each bettor stakes on the next success: quantiles of a Beta(1, 1/2) distribution, most
 * of them near 1, because an action worth serving nearly always succeeds.
 */
const STAKES: readonly number[] = stakes();

/** ln(1 - stake): what a failure does to each capital. */
const LOG_REMAINDERS: readonly number[] = STAKES.map((stake) => Math.log(1 - stake));

/** What a success does to each capital at the rate that was asked about last: one rate is asked about many times in a row. */
const logGains = new Float64Array(BETTORS);
let rateOfGains = Number.NaN;

function logGainsAt(rate: number): Float64Array {
  if (rate === rateOfGains) return logGains;
  const odds = (1 - rate) / rate;
  for (let bettor = 0; bettor < BETTORS; bettor += 1) logGains[bettor] = Math.log(1 + (STAKES[bettor] ?? 0) * odds);
  rateOfGains = rate;
  return logGains;
}

/** A capital whose logarithm is so far below the largest adds nothing to the sum that a number could hold. */
const NEGLIGIBLE = 45;

function stakes(): readonly number[] {
  const shares: number[] = [];
  for (let bettor = 0; bettor < BETTORS; bettor += 1) shares.push(1 - ((bettor + 0.5) / BETTORS) ** 2);
  return shares;
}

/**
 * Natural logarithm of the evidence against "the success rate is at most `rate`", as the capital of someone who started
 * with 1 and bet on successes at the odds that are fair for that rate.
 *
 *     capital = mean over the stakes u of (1 + u (1 - rate) / rate)^successes · (1 - u)^failures
 *
 * While the claim is true the capital is not expected to grow, whatever the past, so by Ville's inequality it ever
 * reaches 1/α with a probability of at most α. It falls with `rate`, grows with every success, and depends on the counts
 * alone, not on their order. Preconditions are not checked.
 *
 * @param rate - above 0, below 1
 * @see Ville (1939); Waudby-Smith and Ramdas (2024), JRSS B 86(1), 1-27 (grid of bets)
 */
export function logCapital(successes: number, failures: number, rate: number): number {
  if (successes + failures === 0) return 0;
  const gains = logGainsAt(rate);
  let largest = Number.NEGATIVE_INFINITY;
  let sum = 0;
  for (let bettor = 0; bettor < BETTORS; bettor += 1) {
    const logarithm = successes * (gains[bettor] ?? 0) + failures * (LOG_REMAINDERS[bettor] ?? 0);
    if (logarithm > largest) {
      sum = sum * Math.exp(largest - logarithm) + 1;
      largest = logarithm;
    } else if (largest - logarithm < NEGLIGIBLE) {
      sum += Math.exp(logarithm - largest);
    }
  }
  return largest + Math.log(sum / BETTORS);
}

/** Halvings of the interval of possible bounds: 40 leave less than 1e-12 of it. */
const HALVINGS = 40;

/**
 * Lower confidence bound of a success rate that stays valid however often it is looked at: the probability that it ever
 * exceeds the true rate is at most `alpha`, over the whole history together. It is the largest rate against which the
 * evidence ({@link logCapital}) has reached 1/alpha. Preconditions are not checked; `anytimeLowerBound` is the checked form.
 *
 * @param alpha - error probability, above 0, below 1
 * @returns a proportion from 0 to below 1; 0 without a success
 */
export function anytimeBound(successes: number, trials: number, alpha: number): number {
  if (successes <= 0) return 0;
  const failures = trials - successes;
  const needed = -Math.log(alpha);
  const isRefuted = (rate: number) => logCapital(successes, failures, rate) >= needed;
  return largestBelow(isRefuted, successes / trials, HALVINGS);
}
