import type { Fields, StoredRecord } from "../../keyspace/port/keyspace.js";
import { numberField, textField } from "../records/fields.js";
import { startOf } from "../values/value-start.js";

// Q-values have the scale and the origin of the rewards, whatever these are. So the policies of a state are ranked by where
// their values lie between the lowest and the highest of what its rewards are on average: a weight of the score means the same
// on every scale. docs/learning.md#scales

interface Span {
  lowest: number;
  highest: number;
}

/**
 * What each policy of a state is worth: from 0 to 1, in the order given.
 *
 * @param policies - their fields, in the order of their action types
 * @param evidence - of the actions of the state, in the order of their types
 * @param evidencePrefix - followed by the type of an action it is the id of its evidence
 */
export function worthOf(
  policies: readonly Fields[],
  evidence: readonly StoredRecord[],
  evidencePrefix: string,
): readonly number[] {
  const worth: number[] = [];
  if (policies.length === 0) return worth;
  const span = spanOfRewards(evidence);
  const ofRewards: Span = { lowest: span.lowest, highest: span.highest };
  const ofBounds: Span = { lowest: 0, highest: 1 };
  const spans: Span[] = [];
  let next = 0;
  for (const fields of policies) {
    const id = evidencePrefix + textField(fields, "actionType", "");
    const place = placeFrom(next, evidence, id);
    const pair = evidence[place]?.fields;
    if (place < evidence.length) next = place + 1;
    const isRewarded = pair !== undefined && numberField(pair, "rewardCount", 0) > 0;
    const value = isRewarded ? valueOnScale(fields, pair, span) : numberField(fields, "qValue", 0);
    const own = isRewarded ? ofRewards : ofBounds;
    widen(own, value);
    worth.push(value);
    spans.push(own);
  }
  for (let index = 0; index < worth.length; index += 1) {
    worth[index] = placeIn(spans[index] ?? ofBounds, worth[index] ?? 0);
  }
  return worth;
}

/** @returns the length of the list when the id is not in it from there on: a policy that was created by hand has no evidence */
function placeFrom(start: number, evidence: readonly StoredRecord[], id: string): number {
  let place = start;
  while (place < evidence.length && evidence[place]?.id !== id) place += 1;
  return place;
}

/**
 * From the lowest to the highest of what rewards are on average, of the successes and of the failures of each pair. While
 * they are all alike nothing is known to compare them with but 0.
 */
function spanOfRewards(evidence: readonly StoredRecord[]): Span {
  const span: Span = { lowest: Number.POSITIVE_INFINITY, highest: Number.NEGATIVE_INFINITY };
  let hasRewards = false;
  for (const { fields } of evidence) {
    if (numberField(fields, "rewardCount", 0) === 0) continue;
    hasRewards = true;
    const success = meanOfSuccesses(fields);
    if (success !== undefined) widen(span, success);
    const failure = meanOfFailures(fields);
    if (failure !== undefined) widen(span, failure);
  }
  if (!hasRewards) return { lowest: 0, highest: 1 };
  if (span.lowest === span.highest) widen(span, 0);
  if (span.lowest === span.highest) span.highest = 1;
  return span;
}

function widen(span: Span, value: number): void {
  span.lowest = Math.min(span.lowest, value);
  span.highest = Math.max(span.highest, value);
}

function placeIn({ lowest, highest }: Span, value: number): number {
  return (value - lowest) / (highest - lowest);
}

/**
 * The Q-value, on the scale of the rewards from the beginning: what is left in it of the bound it started from counts as the
 * reward to be expected at that success rate.
 */
function valueOnScale(policy: Fields, evidence: Fields, { lowest }: Span): number {
  const qValue = numberField(policy, "qValue", 0);
  const start = startOf(policy, "qValue");
  if (start === undefined) return qValue;
  const { bound, share } = start;
  const failure = meanOfFailures(evidence) ?? lowest;
  const success = meanOfSuccesses(evidence) ?? failure;
  return qValue + share * (bound * success + (1 - bound) * failure - bound);
}

/** Undefined while no success was rewarded. Before successes were added up apart, all rewards were taken for theirs. */
function meanOfSuccesses(evidence: Fields): number | undefined {
  const count = numberField(evidence, "successRewardCount", numberField(evidence, "rewardCount", 0));
  return count === 0
    ? undefined
    : numberField(evidence, "successRewardSum", numberField(evidence, "rewardSum", 0)) / count;
}

function meanOfFailures(evidence: Fields): number | undefined {
  const rewards = numberField(evidence, "rewardCount", 0);
  const count = rewards - numberField(evidence, "successRewardCount", rewards);
  if (count === 0) return undefined;
  return (numberField(evidence, "rewardSum", 0) - numberField(evidence, "successRewardSum", 0)) / count;
}
