import { RunningMean } from "./running-mean.js";

/** Importance weights, summed up. */
export class Weights {
  readonly #mean = new RunningMean();
  #sum = 0;
  #squares = 0;
  #largest = 0;

  get sum(): number {
    return this.#sum;
  }

  /** 1 in expectation when the propensities are right and every action of the target policy could be logged. */
  get mean(): number {
    return this.#mean.mean;
  }

  get standardError(): number {
    return this.#mean.standardError;
  }

  get largest(): number {
    return this.#largest;
  }

  /** @see Kish (1965), Survey Sampling */
  get effectiveSampleSize(): number {
    return this.#squares === 0 ? 0 : this.#sum ** 2 / this.#squares;
  }

  add(weight: number): void {
    this.#mean.add(weight);
    this.#sum += weight;
    this.#squares += weight ** 2;
    this.#largest = Math.max(this.#largest, weight);
  }
}
