import { type Estimate, type Estimator, estimateOf, type WeightedDecision } from "./estimate.js";
import { Weights } from "./weights.js";

/**
 * Self-normalized inverse propensity score: the sum of weight times reward over the sum of weights. Slightly biased,
 * never outside the range of the rewards, and steadier than plain IPS.
 *
 * @see Swaminathan and Joachims (2015), The Self-Normalized Estimator for Counterfactual Learning, NeurIPS 28
 */
export class SelfNormalized implements Estimator {
  readonly #weights = new Weights();
  #value = 0;
  /** Sums of w^2, w^2 (r - value) and w^2 (r - value)^2, moved along with the value to keep their digits. */
  #squares = 0;
  #firstMoment = 0;
  #secondMoment = 0;

  add({ weight, reward }: WeightedDecision): void {
    this.#weights.add(weight);
    if (weight === 0) return;
    const shift = (weight * (reward - this.#value)) / this.#weights.sum;
    this.#secondMoment += shift * (shift * this.#squares - 2 * this.#firstMoment);
    this.#firstMoment -= shift * this.#squares;
    this.#value += shift;
    const squared = weight ** 2;
    const distance = reward - this.#value;
    this.#squares += squared;
    this.#firstMoment += squared * distance;
    this.#secondMoment += squared * distance ** 2;
  }

  /** Standard error by linearization: the root of the sum of (w (r - value))^2 over the sum of the weights. */
  estimate(z: number): Estimate | undefined {
    const { sum, effectiveSampleSize } = this.#weights;
    if (sum === 0) return undefined;
    const standardError = Math.sqrt(Math.max(this.#secondMoment, 0)) / sum;
    return estimateOf("snips", { mean: this.#value, standardError }, effectiveSampleSize, z);
  }
}
