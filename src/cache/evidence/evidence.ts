import type { Mutable } from "../../common/mutable.js";
import type { Fields, StoredRecord } from "../../keyspace/port/keyspace.js";
import { countsInForce, isRetired } from "../../operations/evidence/retirement.js";
import { numberField, textField } from "../../operations/records/fields.js";
import type { Versions } from "../events/outcome-event.js";
import { EVIDENCE } from "../policy-entry.js";
import type { ServingRules } from "./serving-rules.js";

/** The cumulative evidence of one action in one state. */
export interface Evidence {
  readonly actionType: string;
  /** Outcomes that are in force: since the policy was last retired, or all of them if it never was. */
  readonly successes: number;
  readonly trials: number;
  /** Lower bound of the success rate: under an error budget the anytime-valid one, else the Wilson bound. */
  readonly bound: number;
  /** What the bound must reach: 1 - `errorBudget`, or the threshold of crystallization, which it must exceed. */
  readonly threshold: number;
  /** The budget in force; absent when there is none. */
  readonly errorBudget?: number;
  /** How sure the budget must be kept; absent when there is none. */
  readonly confidence?: number;
  /** Whether the evidence suffices to serve; before there is a policy, whether it suffices to become one as well. */
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
  /** Unix seconds from which on the action is not served; absent when no event said so. */
  readonly validUntilSeconds?: number;
  /** What the outcomes in force depend on, by name and version; absent when no event said so. */
  readonly dependsOn?: Versions;
  /** How often a check kept the action from being acted on, and why the last time; absent when none ever did. */
  readonly refusals?: { readonly count: number; readonly lastAtSeconds: number; readonly lastReason: string };
  /** Present while the policy is retired: it is not served until outcomes since then suffice, or it is restored. */
  readonly retired?: Retirement;
}

/** When and why a policy went out of service. */
export interface Retirement {
  readonly atSeconds: number;
  /** "outcomes" when they had turned bad, otherwise what the caller gave. */
  readonly reason: string;
}

export function evidenceOf(record: StoredRecord, rules: ServingRules): Evidence {
  const { fields } = record;
  const actionType = actionTypeOf(record);
  const { successes, trials } = countsInForce(fields);
  const rule = rules.serving(actionType);
  const standing = rule.standing(successes, trials);
  const isToCrystallize = fields.hasPolicy === undefined || isRetired(fields);
  let missing = standing.missing;
  if (rule !== rules.crystallization && isToCrystallize) {
    const first = rules.crystallization.standing(successes, trials).missing;
    missing = first < 0 || missing < 0 ? -1 : Math.max(first, missing);
  }
  const evidence: Mutable<Evidence> = {
    actionType,
    successes,
    trials,
    bound: standing.bound,
    threshold: rule.threshold,
    passes: missing === 0 && !isRetired(fields),
    firstSeenSeconds: numberField(fields, "firstSeen", 0),
    lastSeenSeconds: numberField(fields, "lastSeen", 0),
  };
  if (rule.budget !== undefined) Object.assign(evidence, rule.budget);
  if (missing >= 0) evidence.successesMissing = missing;
  addHistory(evidence, fields);
  if (fields.validUntil !== undefined || fields.dependsOnJson !== undefined)
    Object.assign(evidence, validityOf(fields));
  if (fields.refusals !== undefined) evidence.refusals = refusalsOf(fields);
  if (fields.qValue !== undefined) evidence.qValue = numberField(fields, "qValue", 0);
  return evidence;
}

/** @param record - of the evidence of an action */
export function actionTypeOf({ id }: StoredRecord): string {
  return id.slice(EVIDENCE.length + 1);
}

/** How long and under which versions an action may be served, as events said. */
export function validityOf(fields: Fields): Pick<Evidence, "validUntilSeconds" | "dependsOn"> {
  return {
    ...(fields.validUntil === undefined ? {} : { validUntilSeconds: numberField(fields, "validUntil", 0) }),
    ...(fields.dependsOnJson === undefined ? {} : { dependsOn: JSON.parse(textField(fields, "dependsOnJson", "{}")) }),
  };
}

function addHistory(evidence: Mutable<Evidence>, fields: Fields): void {
  const recentTrials = numberField(fields, "recentTrials", 0);
  if (recentTrials > 0) evidence.recentRate = numberField(fields, "recentSuccesses", 0) / recentTrials;
  const trials = numberField(fields, "formerTrials", 0);
  if (trials > 0) evidence.former = { successes: numberField(fields, "formerSuccesses", 0), trials };
  if (isRetired(fields)) {
    const atSeconds = numberField(fields, "retiredAt", 0);
    evidence.retired = { atSeconds, reason: textField(fields, "retiredReason", "") };
  }
}

function refusalsOf(fields: Fields): NonNullable<Evidence["refusals"]> {
  const count = numberField(fields, "refusals", 0);
  const lastAtSeconds = numberField(fields, "refusedAt", 0);
  return { count, lastAtSeconds, lastReason: textField(fields, "refusedReason", "") };
}

/** Evidence of every action of a state, nearest to passing first. */
export function evidenceOfState(records: readonly StoredRecord[], rules: ServingRules): readonly Evidence[] {
  const missing = ({ successesMissing = Number.POSITIVE_INFINITY }: Evidence) => successesMissing;
  return records
    .map((record) => evidenceOf(record, rules))
    .sort((left, right) => missing(left) - missing(right) || right.bound - left.bound || 0);
}
