import type { Fields, Keyspace } from "../../keyspace/port/keyspace.js";
import { tdUpdatedValue } from "../../maths/learning/temporal-difference.js";
import { numberField } from "../records/fields.js";
import type { RankedScore } from "../records/ranking/ranking-index.js";
import { shrinkStart } from "./value-start.js";

/** How values are learned. */
export interface ValueSettings {
  readonly tdAlpha: number;
  readonly tdGamma: number;
  /** Rewards that a return adds up before it goes on with a learned value. */
  readonly tdSteps: number;
  /** Weight of the later ones of these rewards against the values learned in between. */
  readonly tdLambda: number;
  /** The scores of a policy whose bounds are indexed: they follow its value. */
  readonly rankings: readonly RankedScore[];
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
 * One step of the value of an evidence record or of a policy, in place: Q + α·(target − Q).
 *
 * @returns the temporal difference error, target − Q
 */
export function stepTowards(fields: Fields, target: number, settings: ValueSettings): number {
  const qValue = numberField(fields, "qValue", 0);
  const error = target - qValue;
  shrinkStart(fields, "qValue", settings.tdAlpha);
  fields.qValue = tdUpdatedValue(qValue, error, settings.tdAlpha);
  return error;
}
