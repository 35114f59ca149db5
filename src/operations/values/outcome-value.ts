import type { Keyspace } from "../../keyspace/port/keyspace.js";
import { type KeyedOutcome, whatFollowed } from "../outcomes/outcome.js";
import { numberField } from "../records/fields.js";
import { rankedRecord } from "../records/ranking/ranking-bound.js";
import { putRanked } from "../records/record.js";
import { stateValue, stepTowards, type ValueSettings } from "./values.js";

/** Whether the return of an outcome takes in outcomes to come. */
export function isLearnedLater({ entry, keys }: KeyedOutcome, settings: ValueSettings): boolean {
  return whatFollowed(entry) === "later" || (keys.nStepBuffer !== undefined && settings.tdSteps > 1);
}

/** What is learned from an outcome at once; undefined when nothing is. */
export function immediateReturn(
  keyspace: Keyspace,
  outcome: KeyedOutcome,
  settings: ValueSettings,
): number | undefined {
  const { reward } = outcome.entry;
  if (reward === undefined || isLearnedLater(outcome, settings)) return undefined;
  return oneStepReturn(keyspace, outcome, reward, settings);
}

/**
 * A reward and what the state that followed is worth, discounted. To be read before anything is changed, because that
 * may be the same state.
 */
export function oneStepReturn(
  keyspace: Keyspace,
  outcome: KeyedOutcome,
  reward: number,
  settings: ValueSettings,
): number {
  const future = stateValue(keyspace, outcome.keys.nextState);
  return reward + settings.tdGamma * future;
}

/** @returns the value of the policy after the step; undefined when there is no policy */
export function stepPolicy(
  keyspace: Keyspace,
  { keys, policy }: KeyedOutcome,
  target: number,
  settings: ValueSettings,
  nowSeconds: number,
): number | undefined {
  const fields = keyspace.getRecord(keys.state, policy.id);
  if (fields === undefined) return undefined;
  stepTowards(fields, target, settings);
  putRanked(keyspace, rankedRecord(policy, settings.rankings), fields, nowSeconds);
  return numberField(fields, "qValue", 0);
}
