/** A clock that moves only when told to. */
export class ManualClock {
  #nowSeconds: number;

  /** @param startSeconds - Unix seconds; the default is a Thursday in May 2024 */
  constructor(startSeconds = 1_715_803_200) {
    this.#nowSeconds = startSeconds;
  }

  get nowSeconds(): number {
    return this.#nowSeconds;
  }

  /** What a store takes as its `clock` option. */
  readonly read = (): number => this.#nowSeconds;

  advance(seconds: number): void {
    this.#nowSeconds += seconds;
  }

  set(nowSeconds: number): void {
    this.#nowSeconds = nowSeconds;
  }
}
