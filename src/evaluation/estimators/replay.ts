import { type Estimate, type Estimator, estimateOf, type WeightedDecision } from "./estimate.js";
import { RunningMean } from "./running-mean.js";

/**
 * Replay by rejection: keeps a logged decision with probability weight / largest weight; what is kept is distributed as
 * if the policy had made it, so its rewards are simply averaged. For a policy that always takes one action and a uniform
 * log this keeps exactly the decisions on which both agree, as the original method does.
 *
 * @see Li, Chu, Langford and Wang (2011), Unbiased Offline Evaluation of Contextual-bandit-based News Article
 *   Recommendation Algorithms, WSDM, arXiv:1003.5956
 */
export class Replay implements Estimator {
  readonly #kept = new RunningMean();
  readonly #largestWeight: number;
  readonly #random: () => number;

  /**
   * @param largestWeight - no decision weighs more
   * @param random - uniform numbers from 0 to below 1; one is drawn for every decision
   */
  constructor(largestWeight: number, random: () => number) {
    this.#largestWeight = largestWeight;
    this.#random = random;
  }

  add({ weight, reward }: WeightedDecision): void {
    if (this.#random() * this.#largestWeight < weight) this.#kept.add(reward);
  }

  estimate(z: number): Estimate | undefined {
    const { count } = this.#kept;
    return count === 0 ? undefined : estimateOf("replay", this.#kept, count, z);
  }
}
