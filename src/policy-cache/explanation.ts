import type { RankingWeightConstants } from "../defaults.js";
import type { Fields } from "../keyspace/keyspace.js";
import { storageKey } from "../model/layout.js";
import { numbersField, textsField } from "../operations/fields.js";
import { getMany, listRecords } from "../operations/reading.js";
import type { Store } from "../store.js";
import { type Decision, type Evidence, evidenceOfState, type ScoredPolicy } from "./decision.js";
import { stateKey } from "./outcome-event.js";
import { EVIDENCE, policyLayout, RELATED_POLICIES } from "./policy-entry.js";

/** Why a state is answered the way it is. */
export interface Explanation {
  readonly decision: Decision;
  /** Evidence of every action ever recorded in this state, nearest to passing first. */
  readonly evidence: readonly Evidence[];
  readonly policies: readonly ExplainedPolicy[];
  readonly weights: RankingWeightConstants;
}

export interface ExplainedPolicy extends ScoredPolicy {
  /** The score as a sum: each part times its weight. */
  readonly contributions: RankingWeightConstants;
  /** The last predictions against what was observed, oldest first. */
  readonly predictions: readonly Prediction[];
  /** Unix seconds of the last confirmed uses, oldest first. */
  readonly usedAtSeconds: readonly number[];
  /** Policies that succeeded in the same tasks, strongest link first. */
  readonly related: readonly RelatedPolicy[];
}

export interface Prediction {
  readonly predicted: number;
  readonly observed: number;
  readonly error: number;
  readonly resolvedAtSeconds: number;
}

export interface RelatedPolicy {
  readonly stateFingerprint: string;
  readonly actionType: string;
  readonly weight: number;
}

export async function explain(store: Store, decision: Decision): Promise<Explanation> {
  const { agentId, stateFingerprint, ranked } = decision;
  const records = await store.run(listRecords, { keys: { records: stateKey(agentId, stateFingerprint) } });
  const evidence = records.filter(({ id }) => id.startsWith(storageKey(EVIDENCE, "")));
  const weights = store.defaults.rankingWeights;
  const policies = await Promise.all(ranked.map((policy) => explainPolicy(store, agentId, policy, weights)));
  return { decision, evidence: evidenceOfState(evidence, store.defaults), policies, weights };
}

async function explainPolicy(
  store: Store,
  agentId: string,
  policy: ScoredPolicy,
  weights: RankingWeightConstants,
): Promise<ExplainedPolicy> {
  const { stateFingerprint, actionType } = policy.entry;
  const id = storageKey(stateFingerprint, actionType);
  const keys = [
    policyLayout.ledgerKey(agentId),
    policyLayout.accessKey(agentId),
    policyLayout.edgesKey(RELATED_POLICIES, agentId),
  ];
  const [ledger = {}, access = {}, edges = {}] = await store.run(getMany, {
    records: keys.map((records) => ({ keys: { records }, id })),
  });
  return {
    ...policy,
    contributions: {
      expectedValue: weights.expectedValue * policy.parts.expectedValue,
      confidence: weights.confidence * policy.parts.confidence,
      accessCount: weights.accessCount * policy.parts.accessCount,
      coOccurrence: weights.coOccurrence * policy.parts.coOccurrence,
    },
    predictions: predictionsOf(ledger),
    usedAtSeconds: numbersField(access, "log"),
    related: relatedOf(edges),
  };
}

function predictionsOf(ledger: Fields): readonly Prediction[] {
  const [observed, errors, resolvedAt] = ["observed", "errors", "resolvedAt"].map((name) => numbersField(ledger, name));
  return numbersField(ledger, "predicted").map((predicted, index) => ({
    predicted,
    observed: observed?.[index] ?? 0,
    error: errors?.[index] ?? 0,
    resolvedAtSeconds: resolvedAt?.[index] ?? 0,
  }));
}

function relatedOf(edges: Fields): readonly RelatedPolicy[] {
  const weights = numbersField(edges, "weights");
  return textsField(edges, "targets")
    .map((name, index) => {
      const [stateFingerprint = "", actionType = ""] = policyLayout.valuesOf("", name).slice(1);
      return { stateFingerprint, actionType, weight: weights[index] ?? 0 };
    })
    .sort((left, right) => right.weight - left.weight);
}
