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
