import type { RankingWeightConstants } from "../../common/tuning/defaults.js";
import type { StoredRecord } from "../../keyspace/port/keyspace.js";
import type { RankedPolicy, RankStateOutput } from "../../operations/policies/rank-state.js";
import { textField } from "../../operations/records/fields.js";
import type { DecidedAction } from "../events/outcome-event.js";
import { actionTypeOf, type Evidence, evidenceOf } from "../evidence/evidence.js";
import type { ServingRules } from "../evidence/serving-rules.js";
import type { Refusal } from "../guarding/refusal.js";
import { evidenceId, type PolicyEntry } from "../policy-entry.js";
import { decodePolicy } from "./decode-policy.js";

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
  /** What would serve, such as "3 more successes in a row would serve"; absent when served. */
  readonly missing?: string;
  /** What guards and other checks kept from being acted on; absent when there was nothing. */
  readonly refused?: readonly Refusal[];
}

/** A policy exists. `serve`: its evidence suffices now. `suggest`: it does not, or not any more. */
export interface ActionDecision extends DecisionBase {
  readonly kind: "serve" | "suggest";
  /** Hand it to `report` when the outcome is known. */
  readonly decisionId: string;
  readonly action: DecidedAction;
  readonly policy: ScoredPolicy;
  /** The best-ranked of the others; absent when there is no other. */
  readonly runnerUp?: ScoredPolicy;
}

/** The policy whose evidence suffices. */
export type ServedDecision = ActionDecision & { readonly kind: "serve" };

/** Nothing was served, and the agent decided for itself. Reporting it counts as evidence for its action. */
export interface FallbackDecision extends DecisionBase {
  readonly kind: "fallback";
  /** Hand it to `report` when the outcome is known. It carries the state and the action, so it is as long as they are. */
  readonly decisionId: string;
  readonly action: DecidedAction;
  /** What the cache said, before the fallback was asked. */
  readonly answer: ActionDecision | Abstention;
}

/** Nothing is known well enough: ask whoever decides otherwise. */
export interface Abstention extends DecisionBase {
  readonly kind: "abstain";
  /** The action that is nearest to becoming a policy; absent when none was ever tried in this state. */
  readonly nearest?: Evidence;
}

export type Decision = ActionDecision | Abstention;

export function scoredPolicies({ policies, evidence }: RankStateOutput, rules: ServingRules): readonly ScoredPolicy[] {
  const [only] = evidence;
  const records = evidence.length > 1 ? new Map(evidence.map((record) => [actionTypeOf(record), record])) : undefined;
  return policies.map((policy) => {
    const actionType = textField(policy.fields, "actionType", "");
    const isOnly = records === undefined && only !== undefined && actionTypeOf(only) === actionType;
    const found = isOnly ? only : records?.get(actionType);
    return scoredPolicy(policy, found ?? { id: evidenceId(actionType), fields: {} }, rules);
  });
}

export function scoredPolicy(policy: RankedPolicy, evidence: StoredRecord, rules: ServingRules): ScoredPolicy {
  return {
    entry: decodePolicy(policy.fields, rules.defaults),
    score: policy.score,
    parts: policy.parts,
    evidence: evidenceOf(evidence, rules),
  };
}
