/** A clock that moves only when told to. */
export class ManualClock {
  #nowSeconds: number;

  /** @param startSeconds - Unix seconds, >= 0 */
  constructor(startSeconds: number) {
    this.#nowSeconds = startSeconds;
  }

  get nowSeconds(): number {
    return this.#nowSeconds;
  }

  /** What a store takes as its `clock` option. */
  readonly read = (): number => this.#nowSeconds;

  set(nowSeconds: number): void {
    this.#nowSeconds = nowSeconds;
  }

  advance(seconds: number): void {
    this.#nowSeconds += seconds;
  }

  advanceDays(days: number): void {
    this.advance(days * 86_400);
  }
}
