/** A clock that moves only when told to. */
export class ManualClock {
  #nowSeconds: number;

  /** @param startSeconds - Unix seconds, >= 0 */
  constructor(startSeconds: number) {
    this.#nowSeconds = startSeconds;
  }

  /** Unix seconds that the clock shows. */
  get nowSeconds(): number {
    return this.#nowSeconds;
  }

  /** What a store takes as its `clock` option. */
  readonly read = (): number => this.#nowSeconds;

  /** Sets the clock to Unix seconds, also backwards. */
  set(nowSeconds: number): void {
    this.#nowSeconds = nowSeconds;
  }

  /** Moves the clock on by seconds. */
  advance(seconds: number): void {
    this.#nowSeconds += seconds;
  }

  /** Moves the clock on by days of 86 400 seconds. */
  advanceDays(days: number): void {
    this.advance(days * 86_400);
  }
}
