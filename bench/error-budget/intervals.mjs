const Z = 1.96;

/** A share of independent trials with its Wilson interval. */
export function shareOf(count, trials) {
  const rate = count / trials;
  const center = rate + (Z * Z) / (2 * trials);
  const margin = Z * Math.sqrt((rate * (1 - rate)) / trials + (Z * Z) / (4 * trials * trials));
  const scale = 1 + (Z * Z) / trials;
  return { estimate: rate, low: Math.max(0, (center - margin) / scale), high: (center + margin) / scale };
}

/** Sum over sum of independent pairs (worlds), with the interval of the ratio estimator: pairs differ in size. */
export function ratioOf(pairs) {
  const parts = pairs.reduce((sum, [part]) => sum + part, 0);
  const wholes = pairs.reduce((sum, [, whole]) => sum + whole, 0);
  const ratio = wholes === 0 ? 0 : parts / wholes;
  const squares = pairs.reduce((sum, [part, whole]) => sum + (part - ratio * whole) ** 2, 0);
  const margin = wholes === 0 ? 0 : (Z * Math.sqrt((squares * pairs.length) / (pairs.length - 1))) / wholes;
  return { estimate: ratio, low: Math.max(0, ratio - margin), high: ratio + margin };
}
