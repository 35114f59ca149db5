/** Mean and variance of numbers that are seen once, one after the other. */
export class RunningMean {
  #count = 0;
  #mean = 0;
  #squares = 0;

  get count(): number {
    return this.#count;
  }

  /** 0 before the first number. */
  get mean(): number {
    return this.#mean;
  }

  /** Sample standard deviation over the root of the count; 0 with fewer than two numbers. */
  get standardError(): number {
    return this.#count < 2 ? 0 : Math.sqrt(this.#squares / (this.#count - 1) / this.#count);
  }

  /** @see Welford (1962), Technometrics 4(3), 419-420 */
  add(value: number): void {
    this.#count += 1;
    const distance = value - this.#mean;
    this.#mean += distance / this.#count;
    this.#squares += distance * (value - this.#mean);
  }
}
