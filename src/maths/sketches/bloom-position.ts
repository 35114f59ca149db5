/**
 * Position `index` of an item in a Bloom filter by double hashing: (first mod m + index * step) mod m with
 * step = second mod (m - 1) + 1. Compiled for every engine; exact, because all values stay below 2^53.
 *
 * @param first - 32-bit hash of the item
 * @param second - another 32-bit hash of it
 * @param bits - m, length of the bit array; integer >= 1
 * @param index - from 0 to the number of hashes, exclusive
 */
export function bloomPosition(first: number, second: number, bits: number, index: number): number {
  const step = bits > 1 ? (second % (bits - 1)) + 1 : 0;
  return ((first % bits) + index * step) % bits;
}
