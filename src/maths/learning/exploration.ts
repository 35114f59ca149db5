import { bestBetaProbabilities } from "../statistics/best-beta.js";

/** What is known of one action that may be chosen. */
export interface Arm {
  /** What it is worth, on the scale of the rewards. */
  readonly value: number;
  readonly successes: number;
  readonly trials: number;
}

/** How to weigh what is known against what is not. */
export type Exploration =
  | { readonly strategy: "greedy" }
  | { readonly strategy: "epsilon-greedy"; readonly epsilon: number }
  | { readonly strategy: "softmax"; readonly temperature: number }
  | { readonly strategy: "ucb1"; readonly coefficient: number }
  | { readonly strategy: "thompson"; readonly priorSuccesses: number; readonly priorFailures: number };

/**
 * The chance with which a strategy chooses each arm. Drawing from it is the strategy; the chance of the arm that was
 * drawn is its propensity, exactly. Equally good arms share their chance.
 *
 * - `greedy`: the arm of the largest value.
 * - `epsilon-greedy`: with probability ε any arm, else the greedy one. Sutton and Barto (2018), section 2.2.
 * - `softmax`: in proportion to exp(value / temperature). Sutton and Barto (2018), section 2.8.
 * - `ucb1`: the arm of the largest successes/trials + c·√(ln n / trials), n trials in all; one never tried comes first.
 *   Auer, Cesa-Bianchi and Fischer (2002), where c is √2.
 * - `thompson`: the chance that the arm's success rate is the largest of all, each a priori Beta distributed.
 *   Thompson (1933); Chapelle and Li (2011).
 *
 * @param arms - at least one
 * @returns one number per arm; they add up to 1
 */
export function choiceProbabilities(arms: readonly Arm[], exploration: Exploration): readonly number[] {
  switch (exploration.strategy) {
    case "greedy":
      return shareOfLargest(arms.map(({ value }) => value));
    case "epsilon-greedy": {
      const { epsilon } = exploration;
      const greedy = shareOfLargest(arms.map(({ value }) => value));
      return greedy.map((share) => epsilon / arms.length + (1 - epsilon) * share);
    }
    case "softmax":
      return softmax(arms, exploration.temperature);
    case "ucb1":
      return shareOfLargest(upperConfidenceBounds(arms, exploration.coefficient));
    case "thompson": {
      const { priorSuccesses, priorFailures } = exploration;
      return bestBetaProbabilities(
        arms.map(({ successes, trials }) => ({
          alpha: priorSuccesses + successes,
          beta: priorFailures + trials - successes,
        })),
      );
    }
  }
}

/**
 * Draws an arm by an exponential race: the smallest of −ln(1 − u) / probability wins, which each arm does with its
 * probability. An arm's own number decides how it fares: arms that come, go or change places do not disturb the rest.
 *
 * @param uniforms - one number from 0 to below 1 per arm
 * @returns the arm's index
 */
export function drawArm(probabilities: readonly number[], uniforms: readonly number[]): number {
  let winner = 0;
  let shortest = Number.POSITIVE_INFINITY;
  for (const [index, probability] of probabilities.entries()) {
    if (probability <= 0) continue;
    const time = -Math.log1p(-(uniforms[index] ?? 0)) / probability;
    if (time >= shortest) continue;
    shortest = time;
    winner = index;
  }
  return winner;
}

function shareOfLargest(values: readonly number[]): readonly number[] {
  const largest = Math.max(...values);
  const share = 1 / values.filter((value) => value === largest).length;
  return values.map((value) => (value === largest ? share : 0));
}

function softmax(arms: readonly Arm[], temperature: number): readonly number[] {
  const largest = Math.max(...arms.map(({ value }) => value)); // taken off, so that no exponential overflows
  const weights = arms.map(({ value }) => Math.exp((value - largest) / temperature));
  const sum = weights.reduce((total, weight) => total + weight, 0);
  return weights.map((weight) => weight / sum);
}

function upperConfidenceBounds(arms: readonly Arm[], coefficient: number): readonly number[] {
  const trialsInAll = arms.reduce((sum, { trials }) => sum + trials, 0);
  return arms.map(({ successes, trials }) => {
    if (trials === 0) return Number.POSITIVE_INFINITY;
    return successes / trials + coefficient * Math.sqrt(Math.log(trialsInAll) / trials);
  });
}
