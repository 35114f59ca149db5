/** A success rate taken for certain would let a single failure prove a change. */
const HIGHEST_RATE = 0.999;

/**
 * Evidence that outcomes have turned bad, after one more outcome: how much better a success rate of half the past one
 * explains the recent outcomes than the past rate does, from the moment on from which that speaks for a change most
 * (CUSUM).
 *
 * As long as the true rate is at least `pastRate`, the evidence reaches 1/a on average no sooner than after 1/a outcomes
 * (an e-detector), whatever the rates are and however long one watches: stopping there raises at most a false alarms per
 * outcome in the long run.
 *
 * @param evidence - before the outcome; 1 at the start
 * @param success - the outcome
 * @param pastRate - lower bound of the success rate from earlier outcomes; above 0, at most 1
 * @returns above 0; back at or below 1, nothing speaks for a change, and what was seen until now may count as past
 * @see Page (1954), Biometrika 41, 100–115; Shin, Ramdas and Rinaldo (2023), E-detectors: a nonparametric framework for
 *   sequential change detection, New England Journal of Statistics in Data Science 2(2)
 */
export function changeEvidence(evidence: number, success: boolean, pastRate: number): number {
  const rate = Math.min(pastRate, HIGHEST_RATE);
  const likelihoodRatio = success ? 0.5 : (1 - rate / 2) / (1 - rate);
  return Math.max(evidence, 1) * likelihoodRatio;
}

/**
 * Failures in a row, of a policy that nothing spoke against before, until the evidence reaches 1/a.
 *
 * @param pastRate - as for {@link changeEvidence}
 * @param falseAlarmRate - a; above 0, below 1
 */
export function failuresUntilAlarm(pastRate: number, falseAlarmRate: number): number {
  let evidence = 1;
  let failures = 0;
  while (evidence < 1 / falseAlarmRate) {
    evidence = changeEvidence(evidence, false, pastRate);
    failures += 1;
  }
  return failures;
}
