import type { RankingWeightConstants, TuningConstants } from "../defaults.js";
import type { StoredRecord } from "../keyspace/keyspace.js";
import type { JsonObject } from "../model/fields.js";
import { textField } from "../operations/fields.js";
import type { RankedPolicy, RankStateOutput } from "../operations/rank-state.js";
import { type Evidence, evidenceOf } from "./evidence.js";
import { EVIDENCE, type PolicyEntry, policyLayout } from "./policy-entry.js";

export interface ScoredPolicy {
  readonly entry: PolicyEntry;
  /** Sum of `weights` times `parts`. */
  readonly score: number;
  readonly parts: RankingWeightConstants;
  readonly evidence: Evidence;
}

interface DecisionBase {
  readonly agentId: string;
  readonly stateFingerprint: string;
  /** Why, in one sentence. */
  readonly reason: string;
  /** All policies of the state, best first. */
  readonly ranked: readonly ScoredPolicy[];
}

/** A policy exists. `serve`: its evidence passes now. `suggest`: it passed once and does not any more. */
export interface ActionDecision extends DecisionBase {
  readonly kind: "serve" | "suggest";
  /** Hand it to `report` when the outcome is known. */
  readonly decisionId: string;
  readonly action: { readonly type: string; readonly spec: JsonObject };
  readonly policy: ScoredPolicy;
}

/** Nothing is known well enough: ask whoever decides otherwise. */
export interface Abstention extends DecisionBase {
  readonly kind: "abstain";
  /** The action that is nearest to becoming a policy; absent when none was ever tried in this state. */
  readonly nearest?: Evidence;
}

export type Decision = ActionDecision | Abstention;

export function scoredPolicies(output: RankStateOutput, defaults: TuningConstants): readonly ScoredPolicy[] {
  const evidence = new Map(output.evidence.map((record) => [record.id.slice(EVIDENCE.length + 1), record]));
  return output.policies.map((policy) => {
    const actionType = textField(policy.fields, "actionType", "");
    return scoredPolicy(policy, evidence.get(actionType) ?? { id: `${EVIDENCE}\t${actionType}`, fields: {} }, defaults);
  });
}

export function scoredPolicy(policy: RankedPolicy, evidence: StoredRecord, defaults: TuningConstants): ScoredPolicy {
  return {
    entry: policyLayout.decode(policy.fields, defaults) as unknown as PolicyEntry,
    score: policy.score,
    parts: policy.parts,
    evidence: evidenceOf(evidence, defaults),
  };
}
