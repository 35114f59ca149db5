/**
 * The largest rate up to `highest` for which a condition holds that holds for all smaller ones, by halving the interval.
 *
 * @param halvings - each halves what is left of the interval
 * @returns a rate for which it holds, or 0
 */
export function largestBelow(holds: (rate: number) => boolean, highest: number, halvings: number): number {
  let held = 0;
  let failed = highest;
  for (let halving = 0; halving < halvings; halving += 1) {
    const rate = (held + failed) / 2;
    if (holds(rate)) held = rate;
    else failed = rate;
  }
  return held;
}
