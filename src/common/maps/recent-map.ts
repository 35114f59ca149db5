/**
 * A map that keeps what was used recently, in two generations: when the younger is full, the older is forgotten. What is
 * found in the older moves to the younger.
 */
export class RecentMap<Key, Value extends {}> {
  readonly #mostInGeneration: number;
  readonly #heaviestGeneration: number;
  readonly #weigh: (value: Value) => number;
  /** Of the younger generation. */
  #weight = 0;
  /** Of the older generation when it was filled: what moved to the younger since is counted there as well. */
  #olderWeight = 0;
  #younger = new Map<Key, Value>();
  #older = new Map<Key, Value>();

  /**
   * @param most - entries kept at most; at least half as many are
   * @param heaviest - what they weigh at most; a value that weighs more than half of it is not kept
   * @param weigh - of a value, the same as long as it is kept
   */
  constructor(most: number, heaviest = Number.POSITIVE_INFINITY, weigh: (value: Value) => number = () => 0) {
    this.#mostInGeneration = Math.ceil(most / 2);
    this.#heaviestGeneration = heaviest / 2;
    this.#weigh = weigh;
  }

  /** What all that is kept weighs at most. */
  get weight(): number {
    return this.#weight + this.#olderWeight;
  }

  get(key: Key): Value | undefined {
    const young = this.#younger.get(key);
    if (young !== undefined) return young;
    const old = this.#older.get(key);
    if (old !== undefined) this.set(key, old);
    return old;
  }

  set(key: Key, value: Value): void {
    const weight = this.#weigh(value);
    this.#lighten(key);
    if (weight > this.#heaviestGeneration) {
      this.#younger.delete(key);
      this.#older.delete(key);
      return;
    }
    if (this.#younger.size >= this.#mostInGeneration || this.#weight + weight > this.#heaviestGeneration) {
      this.#older = this.#younger;
      this.#younger = new Map();
      this.#olderWeight = this.#weight;
      this.#weight = 0;
    }
    this.#younger.set(key, value);
    this.#weight += weight;
  }

  delete(key: Key): void {
    this.#lighten(key);
    this.#younger.delete(key);
    this.#older.delete(key);
  }

  #lighten(key: Key): void {
    const young = this.#younger.get(key);
    if (young !== undefined) this.#weight -= this.#weigh(young);
  }

  clear(): void {
    this.#weight = 0;
    this.#olderWeight = 0;
    this.#younger.clear();
    this.#older.clear();
  }
}
