/**
 * Relative error of one predicted number: |p - a| / max(|p|, |a|, 1), at most 1. Compiled for every engine.
 *
 * @returns a number in [0, 1]; 0 when both are equal
 */
export function numberPredictionError(predicted: number, actual: number): number {
  const scale = Math.max(Math.abs(predicted), Math.abs(actual), 1);
  return Math.min(Math.abs(predicted - actual) / scale, 1);
}
