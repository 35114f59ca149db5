/** The value below which `share` of the samples lie, between neighbours in proportion. NaN without samples. */
export function quantile(samples, share) {
  const sorted = Float64Array.from(samples).sort();
  if (sorted.length === 0) return Number.NaN;
  const place = share * (sorted.length - 1);
  const low = Math.floor(place);
  const high = Math.ceil(place);
  return sorted[low] + (sorted[high] - sorted[low]) * (place - low);
}

export function median(samples) {
  return quantile(samples, 0.5);
}

export function mean(samples) {
  return samples.reduce((sum, sample) => sum + sample, 0) / samples.length;
}

/** One figure over the rounds of a run: its median and how far the rounds lie apart. */
export function overRounds(values) {
  return { median: median(values), lowest: Math.min(...values), highest: Math.max(...values), rounds: values.length };
}

const Z = 1.96;

/** A share of independent trials with its Wilson interval of 95 %. */
export function proportion(count, trials) {
  const rate = count / trials;
  const center = rate + (Z * Z) / (2 * trials);
  const margin = Z * Math.sqrt((rate * (1 - rate)) / trials + (Z * Z) / (4 * trials * trials));
  const scale = 1 + (Z * Z) / trials;
  return { estimate: rate, low: Math.max(0, (center - margin) / scale), high: Math.min(1, (center + margin) / scale) };
}

/** Interval of 95 % of a quantile, whatever the distribution: between the samples at these ranks. */
export function quantileInterval(samples, share) {
  const sorted = Float64Array.from(samples).sort();
  const margin = Z * Math.sqrt(sorted.length * share * (1 - share));
  const at = (rank) => sorted[Math.min(sorted.length - 1, Math.max(0, rank))];
  const middle = share * sorted.length;
  return { low: at(Math.floor(middle - margin) - 1), high: at(Math.ceil(middle + margin) - 1) };
}
