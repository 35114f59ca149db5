export const LARGEST_SEED = 2_147_483_646;

/**
 * Repeatable uniform numbers from 0 to below 1: the "minimal standard" generator with multiplier 48271, the same
 * sequence as C++ `std::minstd_rand`. Good enough to shuffle files, not for secrets.
 *
 * @param seed - integer from 1 to {@link LARGEST_SEED}
 * @see Park, Miller and Stockmeyer, Communications of the ACM 36(7), 1993, 108-110
 */
export function seededRandom(seed: number): () => number {
  let state = seed;
  return () => {
    // The product stays below 2^47, so a double holds it exactly.
    state = (state * 48_271) % 2_147_483_647;
    return (state - 1) / LARGEST_SEED;
  };
}

/** The items in random order (Fisher and Yates), as a new array. */
export function shuffled<Item>(items: readonly Item[], random: () => number): Item[] {
  const order = [...items];
  for (let last = order.length - 1; last > 0; last -= 1) {
    const other = Math.floor(random() * (last + 1));
    [order[last], order[other]] = [order[other] as Item, order[last] as Item];
  }
  return order;
}
