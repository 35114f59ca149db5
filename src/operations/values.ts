import type { Fields, Keyspace } from "../keyspace/keyspace.js";
import { tdError, tdUpdatedValue } from "../learning/temporal-difference.js";
import { numberField } from "./fields.js";

/** Step size and discount of every temporal difference step. */
export interface ValueSettings {
  readonly tdAlpha: number;
  readonly tdGamma: number;
}

/**
 * What the best known action of a state is worth: the largest value learned there, or, while nothing was learned there,
 * the largest one of its policies; 0 when nothing is known, and without a state.
 */
export function stateValue(keyspace: Keyspace, stateKey: string | undefined): number {
  if (stateKey === undefined) return 0;
  let learned: number | undefined;
  let ofPolicies: number | undefined;
  for (const { fields } of keyspace.listRecords(stateKey)) {
    if (fields.qValue === undefined) continue;
    const value = numberField(fields, "qValue", 0);
    if (fields.trials === undefined) ofPolicies = ofPolicies === undefined ? value : Math.max(ofPolicies, value);
    else learned = learned === undefined ? value : Math.max(learned, value);
  }
  return learned ?? ofPolicies ?? 0;
}

/**
 * One step of the value of an evidence record or of a policy, in place.
 *
 * @param future - from {@link stateValue}, of the state that followed
 * @returns the temporal difference error
 */
export function stepValue(fields: Fields, reward: number, future: number, settings: ValueSettings): number {
  const qValue = numberField(fields, "qValue", 0);
  const error = tdError(qValue, reward, future, settings.tdGamma);
  fields.qValue = tdUpdatedValue(qValue, error, settings.tdAlpha);
  return error;
}
