import { type Estimate, type Estimator, estimateOf, type WeightedDecision } from "./estimate.js";
import { RunningMean } from "./running-mean.js";
import { Weights } from "./weights.js";

/**
 * Doubly robust: the model's expectation, corrected by the weighted error of the model where the log shows it. Right when
 * either the propensities or the model are, and of smaller variance than IPS when the model is any good.
 *
 * @see Dudik, Langford and Li (2011), Doubly Robust Policy Evaluation and Learning, arXiv:1103.4601
 */
export class DoublyRobust implements Estimator {
  readonly #weights = new Weights();
  readonly #corrected = new RunningMean();

  add({ weight, reward, predictedReward, predictedValue }: WeightedDecision): void {
    this.#weights.add(weight);
    this.#corrected.add(predictedValue + weight * (reward - predictedReward));
  }

  estimate(z: number): Estimate | undefined {
    if (this.#corrected.count === 0) return undefined;
    return estimateOf("doubly-robust", this.#corrected, this.#weights.effectiveSampleSize, z);
  }
}
