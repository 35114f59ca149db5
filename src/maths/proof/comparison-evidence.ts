import { logCapital } from "../statistics/anytime-bound.js";

/**
 * Natural logarithm of the evidence against "taking this action always is worse than the agent's own way by at least
 * `margin`", from the agent's own decisions alone: at worst, taking the action fails wherever the agent succeeded with
 * another one. Reaches 1/α with a probability of at most α while the claim is true. Preconditions are not checked.
 *
 * @param ownDecisions - of the agent in this state; integer of at least 0
 * @param succeededOtherwise - those in which it chose another action and succeeded
 * @param margin - failures more per decision; above 0, below 1
 * @see docs/trust.md
 */
export function agreementEvidence(ownDecisions: number, succeededOtherwise: number, margin: number): number {
  return logCapital(ownDecisions - succeededOtherwise, succeededOtherwise, 1 - margin);
}

/** Decisions that a coin gave to the cache or to the agent. All are integers of at least 0. */
export interface CoinCounts {
  readonly decisions: number;
  /** Failures where the coin let the cache take the action. */
  readonly takenFailures: number;
  /** Failures where the coin left the decision to the agent. */
  readonly ownFailures: number;
}

/** Stakes, as shares of the largest that cannot lose everything at once. */
const STAKES: readonly number[] = [0.98, 1 / 2, 1 / 4, 1 / 8, 1 / 16, 1 / 32];

/**
 * As {@link agreementEvidence}, from decisions that a coin of constant chance gave to the cache or to the agent, so that
 * both met the same cases. With X = -F/π for a taken decision and F/(1-π) for an own one, F being 1 for a failure, the
 * expectation of X is the difference of the failure rates; the evidence is the mean over the stakes λ of Π (1 + λ(X + margin)).
 * Valid when both rates drift, also together. Counts of different coins must not be added up.
 *
 * @param takenPropensity - π, the chance with which the cache took the action; above 0, below 1
 * @see docs/trust.md; Waudby-Smith and Ramdas (2024), JRSS B 86(1), 1-27
 */
export function coinEvidence(counts: CoinCounts, takenPropensity: number, margin: number): number {
  const { decisions, takenFailures, ownFailures } = counts;
  const successes = decisions - takenFailures - ownFailures;
  const taken = 1 / takenPropensity;
  const own = 1 / (1 - takenPropensity);
  const logarithms = STAKES.map((share) => {
    const stake = share / (taken - margin);
    return (
      successes * Math.log1p(stake * margin) +
      takenFailures * Math.log1p(stake * (margin - taken)) +
      ownFailures * Math.log1p(stake * (margin + own))
    );
  });
  const largest = Math.max(...logarithms);
  const sum = logarithms.reduce((total, logarithm) => total + Math.exp(logarithm - largest), 0);
  return largest + Math.log(sum / STAKES.length);
}

/** Decisions by coins of one chance. */
export interface TossedCoins extends CoinCounts {
  /** The chance with which the cache took the action; above 0, below 1. */
  readonly takenPropensity: number;
}

/** What is known of one action beside the agent's own way. All are integers of at least 0. */
export interface ComparedCounts {
  /** As in {@link agreementEvidence}. */
  readonly ownDecisions: number;
  readonly succeededOtherwise: number;
  /** By the chance with which the action was taken. */
  readonly coins: readonly TossedCoins[];
}

/**
 * The stronger of two proofs that taking an action always is worse than the agent's own way by less than `margin`: that of
 * agreement, and that of all coins together. Decisions by different coins are different decisions, so what was won with them
 * multiplies. Each of the two proofs errs with a probability of at most exp(-needed), where it is to reach `needed`.
 */
export function comparisonEvidence(
  { ownDecisions, succeededOtherwise, coins }: ComparedCounts,
  margin: number,
): number {
  const byCoin = coins.reduce(
    (sum, { takenPropensity, ...counts }) => sum + coinEvidence(counts, takenPropensity, margin),
    0,
  );
  return Math.max(agreementEvidence(ownDecisions, succeededOtherwise, margin), byCoin);
}
