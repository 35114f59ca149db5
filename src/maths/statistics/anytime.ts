import { InvalidArgumentError } from "../../common/errors.js";
import { anytimeBound } from "./anytime-bound.js";

/**
 * Lower confidence bound of a success rate that may be checked after every outcome, for ever: with a probability of at
 * least `confidence` it never exceeds the true rate at any time. The price against a bound for one look is small: 36
 * successes in a row show a rate of 0.9 at confidence 0.95, where a single look at the end would need 29.
 *
 * Outcomes may depend on each other as long as each succeeds with at least the claimed rate given those before it. About
 * 0.1 ms.
 *
 * @param successes - integer, 0 ≤ successes ≤ trials
 * @param trials - integer ≥ 0
 * @param confidence - above 0, below 1
 * @returns a proportion from 0 to below 1; 0 when there was no success
 * @throws {@link InvalidArgumentError} for a count that is negative, fractional, NaN or inconsistent, or such a confidence
 * @see Howard, Ramdas, McAuliffe and Sekhon (2021), Annals of Statistics 49(2); Waudby-Smith and Ramdas (2024), JRSS B 86(1)
 */
export function anytimeLowerBound(successes: number, trials: number, confidence = 0.95): number {
  if (!Number.isSafeInteger(trials) || trials < 0) {
    throw new InvalidArgumentError("trials", trials, "an integer of 0 or more");
  }
  if (!Number.isSafeInteger(successes) || successes < 0 || successes > trials) {
    throw new InvalidArgumentError("successes", successes, `an integer from 0 to trials (${trials})`);
  }
  if (!(confidence > 0 && confidence < 1)) {
    throw new InvalidArgumentError("confidence", confidence, "a number above 0 and below 1");
  }
  return anytimeBound(successes, trials, 1 - confidence);
}
