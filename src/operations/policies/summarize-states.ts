import type { Operation } from "../../keyspace/port/engine.js";
import type { Fields } from "../../keyspace/port/keyspace.js";
import { wilsonLowerBound } from "../../maths/statistics/wilson-bound.js";
import { countAt, countsOf, STOPPED } from "../evidence/actions/action-counts.js";
import { actionsKnown } from "../evidence/actions/known-actions.js";
import { countsInForce, isRetired } from "../evidence/retirement.js";
import { numberField } from "../records/fields.js";

export interface SummarizeStatesInput {
  /** Records of each state. */
  readonly states: readonly { readonly keys: { readonly state: string } }[];
  readonly minEvents: number;
  readonly ciThreshold: number;
  readonly z: number;
}

export interface StatesSummary {
  /** States of which anything is known; that of a deleted policy is empty. */
  states: number;
  pairs: number;
  passing: number;
  policies: number;
  trials: number;
  successes: number;
  refusals: number;
}

/** Counts the evidence and the policies of some states. */
export const summarizeStates: Operation<SummarizeStatesInput, StatesSummary> = {
  name: "summarize-states",
  access: "read",
  execute(keyspace, input) {
    const summary = { states: 0, pairs: 0, passing: 0, policies: 0, trials: 0, successes: 0, refusals: 0 };
    for (const state of input.states) {
      const records = keyspace.listRecords(state.keys.state);
      if (records.length > 0) summary.states += 1;
      for (const record of records) {
        if (record.fields.trials === undefined) {
          summary.policies += 1;
          continue;
        }
        const trials = numberField(record.fields, "trials", 0);
        const successes = numberField(record.fields, "successes", 0);
        summary.refusals += numberField(record.fields, "refusals", 0);
        summary.pairs += 1;
        summary.trials += trials;
        summary.successes += successes;
        if (hasPassing(record.fields, input)) summary.passing += 1;
      }
    }
    return summary;
  },
};

/** Whether the outcomes of the type suffice by the rule of crystallization, and some action of it is in service. */
function hasPassing(evidence: Fields, { minEvents, ciThreshold, z }: SummarizeStatesInput): boolean {
  const { successes, trials } = countsInForce(evidence);
  if (isRetired(evidence) || trials < minEvents || wilsonLowerBound(successes, trials, z) <= ciThreshold) return false;
  for (let place = 0; place < actionsKnown(evidence); place += 1) {
    if (countAt(countsOf(evidence, place), STOPPED) === 0) return true;
  }
  return actionsKnown(evidence) === 0;
}
