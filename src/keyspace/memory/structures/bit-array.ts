const BITS_PER_PAGE = 4096;

/** Bits that are 0 until set, in pages of which only those with a 1 take room. */
export class BitArray {
  readonly #pages = new Map<number, Uint8Array>();
  #count = 0;

  /** How many bits are 1. */
  get count(): number {
    return this.#count;
  }

  /** @returns whether the bit was 0 */
  set(position: number): boolean {
    if (this.has(position)) return false;
    const number = Math.floor(position / BITS_PER_PAGE);
    const page = this.#pages.get(number) ?? new Uint8Array(BITS_PER_PAGE / 8);
    this.#pages.set(number, page);
    this.#flip(page, position);
    this.#count += 1;
    return true;
  }

  clear(position: number): void {
    const page = this.#pages.get(Math.floor(position / BITS_PER_PAGE));
    if (page === undefined || !this.has(position)) return;
    this.#flip(page, position);
    this.#count -= 1;
  }

  has(position: number): boolean {
    const byte = this.#pages.get(Math.floor(position / BITS_PER_PAGE))?.[byteOf(position)] ?? 0;
    return (byte & maskOf(position)) !== 0;
  }

  /** Of the bits that are 1, in ascending order. */
  *positions(): Generator<number> {
    for (const number of [...this.#pages.keys()].sort((left, right) => left - right)) {
      const first = number * BITS_PER_PAGE;
      for (let position = first; position < first + BITS_PER_PAGE; position += 1) {
        if (this.has(position)) yield position;
      }
    }
  }

  #flip(page: Uint8Array, position: number): void {
    const byte = byteOf(position);
    page[byte] = (page[byte] ?? 0) ^ maskOf(position);
  }
}

function byteOf(position: number): number {
  return (position % BITS_PER_PAGE) >> 3;
}

function maskOf(position: number): number {
  return 0x80 >> (position % 8);
}
