import { type Estimate, type Estimator, estimateOf, type WeightedDecision } from "./estimate.js";
import { RunningMean } from "./running-mean.js";

/**
 * Direct method: the mean of the rewards that a model expects of the policy. Steady, and as wrong as the model is where
 * the log holds little; its standard error knows nothing of the model's own error.
 *
 * @see Dudik, Langford and Li (2011), Doubly Robust Policy Evaluation and Learning, arXiv:1103.4601
 */
export class DirectMethod implements Estimator {
  readonly #predictions = new RunningMean();

  add({ predictedValue }: WeightedDecision): void {
    this.#predictions.add(predictedValue);
  }

  estimate(z: number): Estimate | undefined {
    const { count } = this.#predictions;
    return count === 0 ? undefined : estimateOf("direct-method", this.#predictions, count, z);
  }
}
