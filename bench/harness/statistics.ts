/** The value below which `share` of the samples lie, between neighbours in proportion. NaN without samples. */
export function quantile(samples: readonly number[], share: number): number {
  const sorted = Float64Array.from(samples).sort();
  const place = share * (sorted.length - 1);
  const low = sorted[Math.floor(place)] ?? Number.NaN;
  const high = sorted[Math.ceil(place)] ?? Number.NaN;
  return low + (high - low) * (place - Math.floor(place));
}

export function median(samples: readonly number[]): number {
  return quantile(samples, 0.5);
}

export function mean(samples: readonly number[]): number {
  return samples.reduce((sum, sample) => sum + sample, 0) / samples.length;
}

/** One figure over the rounds of a run: its median and how far the rounds lie apart. */
export interface OverRounds {
  readonly median: number;
  readonly lowest: number;
  readonly highest: number;
  readonly rounds: number;
}

export function overRounds(values: readonly number[]): OverRounds {
  return { median: median(values), lowest: Math.min(...values), highest: Math.max(...values), rounds: values.length };
}

/** With an interval of 95 %. */
export interface Estimated {
  readonly estimate: number;
  readonly low: number;
  readonly high: number;
}

const Z = 1.96;

/** A share of independent trials with its Wilson interval. */
export function proportion(count: number, trials: number): Estimated {
  const rate = count / trials;
  const center = rate + (Z * Z) / (2 * trials);
  const margin = Z * Math.sqrt((rate * (1 - rate)) / trials + (Z * Z) / (4 * trials * trials));
  const scale = 1 + (Z * Z) / trials;
  return { estimate: rate, low: Math.max(0, (center - margin) / scale), high: Math.min(1, (center + margin) / scale) };
}

/** Sum over sum of independent pairs of part and whole: pairs differ in size (the interval of the ratio estimator). */
export function ratioOfSums(pairs: readonly (readonly [part: number, whole: number])[]): Estimated {
  const parts = pairs.reduce((sum, [part]) => sum + part, 0);
  const wholes = pairs.reduce((sum, [, whole]) => sum + whole, 0);
  if (wholes === 0) return { estimate: 0, low: 0, high: 0 };
  const ratio = parts / wholes;
  const squares = pairs.reduce((sum, [part, whole]) => sum + (part - ratio * whole) ** 2, 0);
  const margin = (Z * Math.sqrt((squares * pairs.length) / (pairs.length - 1))) / wholes;
  return { estimate: ratio, low: Math.max(0, ratio - margin), high: ratio + margin };
}

/** A quantile, whatever the distribution: its interval is between the samples at these ranks. */
export function estimatedQuantile(samples: readonly number[], share: number): Estimated {
  const sorted = Float64Array.from(samples).sort();
  const margin = Z * Math.sqrt(sorted.length * share * (1 - share));
  const at = (rank: number) => sorted[Math.min(sorted.length - 1, Math.max(0, rank))] ?? Number.NaN;
  const middle = share * sorted.length;
  return {
    estimate: quantile(samples, share),
    low: at(Math.floor(middle - margin) - 1),
    high: at(Math.ceil(middle + margin) - 1),
  };
}
