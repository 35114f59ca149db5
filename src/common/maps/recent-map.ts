/**
 * A map that keeps what was used recently, in two generations: when the younger is full, the older is forgotten. What is
 * found in the older moves to the younger.
 */
export class RecentMap<Key, Value extends {}> {
  readonly #mostInGeneration: number;
  #younger = new Map<Key, Value>();
  #older = new Map<Key, Value>();

  /** @param most - entries kept at most; at least half as many are */
  constructor(most: number) {
    this.#mostInGeneration = Math.ceil(most / 2);
  }

  get(key: Key): Value | undefined {
    const young = this.#younger.get(key);
    if (young !== undefined) return young;
    const old = this.#older.get(key);
    if (old !== undefined) this.set(key, old);
    return old;
  }

  set(key: Key, value: Value): void {
    if (this.#younger.size >= this.#mostInGeneration) {
      this.#older = this.#younger;
      this.#younger = new Map();
    }
    this.#younger.set(key, value);
  }

  delete(key: Key): void {
    this.#younger.delete(key);
    this.#older.delete(key);
  }

  clear(): void {
    this.#younger.clear();
    this.#older.clear();
  }
}
