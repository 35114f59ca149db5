import type { RankingWeightConstants, TuningConstants } from "../defaults.js";
import type { StoredRecord } from "../keyspace/keyspace.js";
import { successesNeeded, wilsonLowerBound } from "../learning/wilson-bound.js";
import type { JsonObject } from "../model/fields.js";
import { numberField, textField } from "../operations/fields.js";
import type { RankedPolicy, RankStateOutput } from "../operations/rank-state.js";
import { EVIDENCE, type PolicyEntry, policyLayout } from "./policy-entry.js";

/** The cumulative evidence of one action in one state. */
export interface Evidence {
  readonly actionType: string;
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
  readonly firstSeenSeconds: number;
  readonly lastSeenSeconds: number;
}

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

/** Beyond this many successes in a row, "keep trying" is no advice. */
const MOST_SUCCESSES_WORTH_NAMING = 10_000;

export function evidenceOf(record: StoredRecord, defaults: TuningConstants): Evidence {
  const successes = numberField(record.fields, "successes", 0);
  const trials = numberField(record.fields, "trials", 0);
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
    passes: trials >= minEvents && bound > threshold,
    firstSeenSeconds: numberField(record.fields, "firstSeen", 0),
    lastSeenSeconds: numberField(record.fields, "lastSeen", 0),
    ...(missing < 0 ? {} : { successesMissing: missing }),
  };
}

/** Evidence of every action of a state, nearest to passing first. */
export function evidenceOfState(records: readonly StoredRecord[], defaults: TuningConstants): readonly Evidence[] {
  const missing = ({ successesMissing = Number.POSITIVE_INFINITY }: Evidence) => successesMissing;
  return records
    .map((record) => evidenceOf(record, defaults))
    .sort((left, right) => missing(left) - missing(right) || right.bound - left.bound || 0);
}

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

/** Serves the best policy that passes now, suggests the best one that once did, abstains when there is none. */
export function choose(
  ranked: readonly ScoredPolicy[],
): { readonly kind: "serve" | "suggest"; readonly policy: ScoredPolicy } | undefined {
  const passing = ranked.find((policy) => policy.evidence.passes);
  if (passing !== undefined) return { kind: "serve", policy: passing };
  const best = ranked[0];
  return best === undefined ? undefined : { kind: "suggest", policy: best };
}

export function reasonFor(kind: "serve" | "suggest", { evidence }: ScoredPolicy): string {
  const counts = `${evidence.successes} of ${evidence.trials} outcomes were successes, lower bound ${format(evidence.bound)}`;
  if (kind === "serve") return `${counts} exceeds ${format(evidence.threshold)}.`;
  return `${counts} no longer exceeds ${format(evidence.threshold)}; ${missingText(evidence)}.`;
}

export function reasonToAbstain(nearest: Evidence | undefined): string {
  if (nearest === undefined) return "No outcome was ever recorded in this state.";
  if (nearest.passes) return `${nearest.actionType} has passed, and its policy was not created yet or was deleted.`;
  const counts = `${nearest.actionType} succeeded ${nearest.successes} of ${nearest.trials} times`;
  return `No policy for this state yet: ${counts}, ${missingText(nearest)}.`;
}

function missingText({ successesMissing }: Evidence): string {
  if (successesMissing === undefined) return "too far from the threshold for any realistic run of successes";
  return `${successesMissing} more ${successesMissing === 1 ? "success" : "successes in a row"} would serve`;
}

function format(proportion: number): string {
  return proportion.toFixed(3);
}
