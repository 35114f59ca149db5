import { InvalidArgumentError } from "../../../common/errors.js";

/** The partitions to sum over stay below a hundred thousand within these limits. */
const MOST_OBSERVATIONS = 70;
const MOST_BUCKETS = 7;

/**
 * Exact p-value of Pearson's statistic against equally likely buckets: the probability that as many observations, each
 * in a random bucket, deviate from the mean at least as far. Sums over the partitions of the total into at most as many
 * parts as there are buckets: two thousand for 34 observations in 7 buckets.
 *
 * @param counts - observations per bucket; integers >= 0, at most 7 buckets and 70 observations
 * @returns a probability in (0, 1]; 1 without observations
 * @throws {@link InvalidArgumentError} outside these ranges
 */
export function exactUniformTail(counts: readonly number[]): number {
  if (counts.length === 0 || counts.length > MOST_BUCKETS) {
    throw new InvalidArgumentError("counts", counts, `1 to ${MOST_BUCKETS} buckets`);
  }
  for (const [bucket, count] of counts.entries()) {
    if (!Number.isSafeInteger(count) || count < 0) {
      throw new InvalidArgumentError(`counts[${bucket}]`, count, "an integer of 0 or more");
    }
  }
  const total = counts.reduce((sum, count) => sum + count, 0);
  if (total > MOST_OBSERVATIONS) {
    throw new InvalidArgumentError("counts", total, `at most ${MOST_OBSERVATIONS} observations`);
  }
  // With equal expectations the statistic grows with the sum of squares, which is an integer and compares exactly.
  const observed = counts.reduce((sum, count) => sum + count * count, 0);
  const tail = tailOver(partsOf(total, counts.length), counts.length, total, observed);
  return Math.min(tail, 1);
}

/** Probability of all partitions with at least this sum of squares. */
function tailOver(
  partitions: Iterable<readonly number[]>,
  buckets: number,
  total: number,
  leastSquares: number,
): number {
  const logFactorial = logFactorials(Math.max(total, buckets));
  const log = (value: number) => logFactorial[value] ?? 0;
  const logAll = total * Math.log(buckets);
  let tail = 0;
  for (const parts of partitions) {
    if (parts.reduce((sum, part) => sum + part * part, 0) < leastSquares) continue;
    // Ways to tell the observations apart, times ways to give the parts to buckets.
    let logWays = log(total) + log(buckets) - log(buckets - parts.length) - logAll;
    for (const part of parts) logWays -= log(part);
    for (const repeats of runLengths(parts)) logWays -= log(repeats);
    tail += Math.exp(logWays);
  }
  return tail;
}

/** Partitions of a total into at most `most` positive parts, each part no larger than the one before. */
function* partsOf(total: number, most: number, largest = total): Generator<readonly number[]> {
  if (total === 0) {
    yield [];
    return;
  }
  for (let first = Math.min(total, largest); first * most >= total; first -= 1) {
    for (const rest of partsOf(total - first, most - 1, first)) yield [first, ...rest];
  }
}

function* runLengths(parts: readonly number[]): Generator<number> {
  let length = 0;
  for (const [index, part] of parts.entries()) {
    length += 1;
    if (parts[index + 1] === part) continue;
    yield length;
    length = 0;
  }
}

/** ln(n!) for n from 0 to `largest`. */
function logFactorials(largest: number): readonly number[] {
  const logs = [0];
  for (let value = 1; value <= largest; value += 1) logs.push((logs[value - 1] ?? 0) + Math.log(value));
  return logs;
}
