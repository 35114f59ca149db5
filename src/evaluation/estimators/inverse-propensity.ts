import { type Estimate, type Estimator, estimateOf, type WeightedDecision } from "./estimate.js";
import { RunningMean } from "./running-mean.js";
import { Weights } from "./weights.js";

/**
 * Inverse propensity score: the mean of weight times reward. Unbiased when every action the policy takes could be
 * logged; its variance grows with the square of the weights.
 *
 * @see Horvitz and Thompson (1952), JASA 47(260), 663-685; Dudik, Langford and Li (2011), arXiv:1103.4601
 */
export class InversePropensity implements Estimator {
  readonly #weights = new Weights();
  readonly #weightedRewards = new RunningMean();

  add({ weight, reward }: WeightedDecision): void {
    this.#weights.add(weight);
    this.#weightedRewards.add(weight * reward);
  }

  estimate(z: number): Estimate | undefined {
    if (this.#weightedRewards.count === 0) return undefined;
    return estimateOf("ips", this.#weightedRewards, this.#weights.effectiveSampleSize, z);
  }
}
