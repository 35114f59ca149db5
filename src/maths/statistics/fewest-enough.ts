/**
 * The smallest number from `least` to `limit` that is enough, where more is never less: the step doubles, then the interval
 * is halved. O(log n) questions.
 *
 * @returns that number, or -1 when not even `limit` is enough
 */
export function fewestEnough(isEnough: (count: number) => boolean, least: number, limit: number): number {
  if (least > limit) return -1;
  if (isEnough(least)) return least;
  let tooFew = least;
  let enough = least;
  let step = 1;
  do {
    if (enough >= limit) return -1;
    tooFew = enough;
    enough = Math.min(limit, least + step);
    step *= 2;
  } while (!isEnough(enough));
  while (enough - tooFew > 1) {
    const middle = tooFew + Math.floor((enough - tooFew) / 2);
    if (isEnough(middle)) enough = middle;
    else tooFew = middle;
  }
  return enough;
}
