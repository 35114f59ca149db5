import type { TuningConstants } from "../defaults.js";
import type { Fields, StoredRecord } from "../keyspace/keyspace.js";
import { successesNeeded, wilsonLowerBound } from "../learning/wilson-bound.js";
import { numberField, textField } from "../operations/fields.js";
import { countsInForce, isRetired } from "../operations/retirement.js";
import { EVIDENCE } from "./policy-entry.js";

/** The cumulative evidence of one action in one state. */
export interface Evidence {
  readonly actionType: string;
  /** Outcomes that are in force: since the policy was last retired, or all of them if it never was. */
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
  /** Success rate of about the last twenty outcomes of the policy, older ones fading; absent before there were any. */
  readonly recentRate?: number;
  /** Outcomes until the policy was last retired, which are not in force; absent when it never was. */
  readonly former?: { readonly successes: number; readonly trials: number };
  /** Present while the policy is retired: it is not served until outcomes since then suffice, or it is restored. */
  readonly retired?: Retirement;
}

export interface Retirement {
  readonly atSeconds: number;
  /** "outcomes" when they had turned bad, otherwise what the caller gave. */
  readonly reason: string;
}

/** Beyond this many successes in a row, "keep trying" is no advice. */
const MOST_SUCCESSES_WORTH_NAMING = 10_000;

export function evidenceOf(record: StoredRecord, defaults: TuningConstants): Evidence {
  const { successes, trials } = countsInForce(record.fields);
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
    passes: trials >= minEvents && bound > threshold && !isRetired(record.fields),
    firstSeenSeconds: numberField(record.fields, "firstSeen", 0),
    lastSeenSeconds: numberField(record.fields, "lastSeen", 0),
    ...(missing < 0 ? {} : { successesMissing: missing }),
    ...historyOf(record.fields),
    ...(record.fields.qValue === undefined ? {} : { qValue: numberField(record.fields, "qValue", 0) }),
  };
}

function historyOf(fields: Fields): Pick<Evidence, "recentRate" | "former" | "retired"> {
  const recentTrials = numberField(fields, "recentTrials", 0);
  const former = {
    successes: numberField(fields, "formerSuccesses", 0),
    trials: numberField(fields, "formerTrials", 0),
  };
  const retired = { atSeconds: numberField(fields, "retiredAt", 0), reason: textField(fields, "retiredReason", "") };
  return {
    ...(recentTrials > 0 ? { recentRate: numberField(fields, "recentSuccesses", 0) / recentTrials } : {}),
    ...(former.trials > 0 ? { former } : {}),
    ...(isRetired(fields) ? { retired } : {}),
  };
}

/** Evidence of every action of a state, nearest to passing first. */
export function evidenceOfState(records: readonly StoredRecord[], defaults: TuningConstants): readonly Evidence[] {
  const missing = ({ successesMissing = Number.POSITIVE_INFINITY }: Evidence) => successesMissing;
  return records
    .map((record) => evidenceOf(record, defaults))
    .sort((left, right) => missing(left) - missing(right) || right.bound - left.bound || 0);
}
