import type { TuningConstants } from "../defaults.js";
import type { StoredRecord } from "../keyspace/keyspace.js";
import { successesNeeded, wilsonLowerBound } from "../learning/wilson-bound.js";
import { numberField } from "../operations/fields.js";
import { EVIDENCE } from "./policy-entry.js";

/** The cumulative evidence of one action in one state. */
export interface Evidence {
  readonly actionType: string;
  readonly successes: number;
  readonly trials: number;
  /** Wilson lower bound of the success rate. */
  readonly bound: number;
  /** What the bound must exceed. */
  readonly threshold: number;
  /** Whether there are enough trials and the bound exceeds the threshold. */
  readonly passes: boolean;
  /** Further successes in a row until it passes; 0 when it does, absent when no realistic number suffices. */
  readonly successesMissing?: number;
  /** What the action was learned to be worth here; absent while no reward was observed. */
  readonly qValue?: number;
  readonly firstSeenSeconds: number;
  readonly lastSeenSeconds: number;
}

/** Beyond this many successes in a row, "keep trying" is no advice. */
const MOST_SUCCESSES_WORTH_NAMING = 10_000;

export function evidenceOf(record: StoredRecord, defaults: TuningConstants): Evidence {
  const successes = numberField(record.fields, "successes", 0);
  const trials = numberField(record.fields, "trials", 0);
  const { ciThreshold: threshold, minEvents, wilsonZ } = defaults;
  const bound = wilsonLowerBound(successes, trials, wilsonZ);
  const limit = MOST_SUCCESSES_WORTH_NAMING;
  const missing = successesNeeded(successes, trials, minEvents, threshold, wilsonZ, limit);
  return {
    actionType: record.id.slice(EVIDENCE.length + 1),
    successes,
    trials,
    bound,
    threshold,
    passes: trials >= minEvents && bound > threshold,
    firstSeenSeconds: numberField(record.fields, "firstSeen", 0),
    lastSeenSeconds: numberField(record.fields, "lastSeen", 0),
    ...(missing < 0 ? {} : { successesMissing: missing }),
    ...(record.fields.qValue === undefined ? {} : { qValue: numberField(record.fields, "qValue", 0) }),
  };
}

/** Evidence of every action of a state, nearest to passing first. */
export function evidenceOfState(records: readonly StoredRecord[], defaults: TuningConstants): readonly Evidence[] {
  const missing = ({ successesMissing = Number.POSITIVE_INFINITY }: Evidence) => successesMissing;
  return records
    .map((record) => evidenceOf(record, defaults))
    .sort((left, right) => missing(left) - missing(right) || right.bound - left.bound || 0);
}
