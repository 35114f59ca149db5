import { checkPlainObject } from "../../common/checks.js";
import { canonicalJson } from "../json/canonical-json.js";
import { numberPredictionError } from "./number-prediction-error.js";

/**
 * How wrong a prediction was: the mean error over all keys that either side names, 0 when there are none.
 *
 * | Both values of a key | Error |
 * |---|---|
 * | two numbers p and a | \|p − a\| / max(\|p\|, \|a\|, 1), at most 1 |
 * | anything else | 0 when equal as JSON (key order does not matter), otherwise 1 |
 * | one is missing | 1 |
 *
 * @param predicted - plain object of JSON values
 * @param actual - plain object of JSON values
 * @returns an error in [0, 1]
 * @throws {@link InvalidArgumentError} naming the entry, for instance `actual.latency`, that is not a JSON value
 */
export function predictionError(predicted: object, actual: object): number {
  const expectation = ownEntries(predicted, "predicted");
  const outcome = ownEntries(actual, "actual");
  let sum = 0;
  let count = expectation.size;
  for (const [key, expected] of expectation) {
    sum += outcome.has(key) ? valueError(expected, outcome.get(key)) : 1;
  }
  for (const key of outcome.keys()) {
    if (expectation.has(key)) continue;
    sum += 1;
    count += 1;
  }
  return count === 0 ? 0 : sum / count;
}

/** A number stays a number; any other value becomes its canonical text, which is equal exactly for equal JSON. */
type Comparable = number | string;

function ownEntries(map: object, parameter: string): Map<string, Comparable> {
  checkPlainObject(parameter, map);
  const entries = new Map<string, Comparable>();
  for (const [key, value] of Object.entries(map)) {
    const text = canonicalJson(value, `${parameter}.${key}`);
    entries.set(key, typeof value === "number" ? value : text);
  }
  return entries;
}

function valueError(predicted: Comparable, actual: Comparable | undefined): number {
  if (typeof predicted === "number" && typeof actual === "number") return numberPredictionError(predicted, actual);
  return predicted === actual ? 0 : 1;
}
