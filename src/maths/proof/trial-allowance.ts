/** What a state may spend on trials. */
export interface TrialAllowance {
  /** Failed trials that are accepted in any state; integer of at least 0. */
  readonly failures: number;
  /** Further ones, as a share of the state's decisions; from 0 to 1. */
  readonly share: number;
}

/**
 * Whether one more trial can fail without exceeding what a state may spend, even if every trial that is still open fails
 * too: so the failed trials of a state never exceed `failures + share · decisions`, whatever happens.
 *
 * @param decisions - made in the state so far
 */
export function mayTry(
  decisions: number,
  failedTrials: number,
  openTrials: number,
  { failures, share }: TrialAllowance,
): boolean {
  return failedTrials + openTrials + 1 <= failures + share * decisions;
}
