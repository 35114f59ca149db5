import type { RankingWeightConstants } from "../../common/tuning/defaults.js";
import type { StoredRecord } from "../../keyspace/port/keyspace.js";
import type { RankedPolicy, RankStateOutput } from "../../operations/policies/rank-state.js";
import { textField } from "../../operations/records/fields.js";
import type { AnyTypes, CacheTypes, DecidedAction } from "../cache-types.js";
import { actionTypeOf, type Evidence, evidenceOf, type StateTotals } from "../evidence/evidence.js";
import type { ServingRules } from "../evidence/serving-rules.js";
import type { Refusal } from "../guarding/refusal.js";
import type { Unavailable } from "../guarding/unavailable.js";
import { evidenceId, type PolicyEntry } from "../policy-entry.js";
import { decodePolicy } from "./decode-policy.js";

/** A policy with its score, and what the score is made of. */
export interface ScoredPolicy {
  readonly entry: PolicyEntry;
  /** Sum of `weights` times `parts`. */
  readonly score: number;
  readonly parts: RankingWeightConstants;
  readonly evidence: Evidence;
}

interface DecisionBase {
  /** Why the cache could not be asked; absent when it was. Only where there is a fallback: otherwise `decide` throws. */
  readonly unavailable?: Unavailable;
  readonly agentId: string;
  readonly stateFingerprint: string;
  /** Why, in one sentence. */
  readonly reason: string;
  /** All policies of the state, best first. */
  readonly ranked: readonly ScoredPolicy[];
  /** What guards and other checks kept from being acted on; absent when there was nothing. */
  readonly refused?: readonly Refusal[];
}

/** A policy was chosen. */
interface PolicyDecision<Types extends CacheTypes> extends DecisionBase {
  /** Hand it to `report` when the outcome is known. */
  readonly decisionId: string;
  readonly action: DecidedAction<Types>;
  readonly policy: ScoredPolicy;
  /** The best-ranked of the others; absent when there is no other. */
  readonly runnerUp?: ScoredPolicy;
}

/** An action whose evidence suffices now, of the best such policy. */
export interface ServedDecision<Types extends CacheTypes = AnyTypes> extends PolicyDecision<Types> {
  readonly kind: "serve";
}

/** The best policy, whose evidence does not suffice, or not any more. */
export interface SuggestedDecision<Types extends CacheTypes = AnyTypes> extends PolicyDecision<Types> {
  readonly kind: "suggest";
  /** What would serve, such as "3 more successes in a row would serve". */
  readonly missing: string;
}

/** An action that is taken, by the draw of a coin, to find out whether it may be served. */
export interface TrialDecision<Types extends CacheTypes = AnyTypes> extends PolicyDecision<Types> {
  readonly kind: "trial";
  /** The chance with which the coin said so. It is logged with the reported outcome. */
  readonly propensity: number;
  /** What would serve, such as "3 more successes in a row would serve"; absent when no realistic number would. */
  readonly missing: string;
}

/** There is a policy. */
export type ActionDecision<Types extends CacheTypes = AnyTypes> = ServedDecision<Types> | SuggestedDecision<Types>;

/** Nothing was served, and the agent decided for itself. Reporting it counts as evidence for its action. */
export interface FallbackDecision<Types extends CacheTypes = AnyTypes> extends DecisionBase {
  readonly kind: "fallback";
  /** The chance with which it was left to the agent: below 1 where a coin might have said to try an action. */
  readonly propensity: number;
  /** Hand it to `report` when the outcome is known. It carries the state and the action, so it is as long as they are. */
  readonly decisionId: string;
  readonly action: DecidedAction<Types>;
  /** What the cache said, before the fallback was asked. */
  readonly answer: SuggestedDecision<Types> | Abstention;
  /** What would serve; absent when no realistic number of successes would. */
  readonly missing?: string;
}

/** Nothing is known well enough: ask whoever decides otherwise. */
export interface Abstention extends DecisionBase {
  readonly kind: "abstain";
  /** The action that is nearest to becoming a policy; absent when none was ever tried in this state. */
  readonly nearest?: Evidence;
  /** What would serve, such as "3 more successes in a row would serve"; absent when that cannot be said. */
  readonly missing?: string;
}

/** What a cache says to do in a state. */
export type Decision<Types extends CacheTypes = AnyTypes> = ActionDecision<Types> | Abstention;

export function scoredPolicies(
  { policies, evidence }: RankStateOutput,
  totals: StateTotals,
  rules: ServingRules,
): readonly ScoredPolicy[] {
  const [only] = evidence;
  const records = evidence.length > 1 ? new Map(evidence.map((record) => [actionTypeOf(record), record])) : undefined;
  return policies.map((policy) => {
    const actionType = textField(policy.fields, "actionType", "");
    const isOnly = records === undefined && only !== undefined && actionTypeOf(only) === actionType;
    const found = isOnly ? only : records?.get(actionType);
    return scoredPolicy(policy, found ?? { id: evidenceId(actionType), fields: {} }, totals, rules);
  });
}

function scoredPolicy(
  policy: RankedPolicy,
  evidence: StoredRecord,
  totals: StateTotals,
  rules: ServingRules,
): ScoredPolicy {
  return {
    entry: decodePolicy(policy.fields, rules.defaults),
    score: policy.score,
    parts: policy.parts,
    evidence: evidenceOf(evidence, totals, rules),
  };
}
