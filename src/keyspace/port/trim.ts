/**
 * How many of the oldest entries to remove so that a stream keeps about `maxLength`. Trimming waits until a tenth too
 * many have gathered: removing entries in runs is cheaper than one with every append.
 */
export function surplusEntries(length: number, maxLength: number): number {
  return length > maxLength + Math.floor(maxLength / 10) ? length - maxLength : 0;
}
