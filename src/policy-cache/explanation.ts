import type { RankingWeightConstants } from "../defaults.js";
import { storageKey } from "../model/layout.js";
import { Repository } from "../model/repository.js";
import { listRecords } from "../operations/reading.js";
import type { LinkedRecord } from "../primitives/co-occurrence-field.js";
import type { PredictionRecord } from "../primitives/prediction-ledger.js";
import type { Store } from "../store.js";
import { decideWithoutExploring, type Habits, rulesFor } from "./decide.js";
import type { DecideRequest } from "./decide-request.js";
import type { Decision, ScoredPolicy } from "./decision.js";
import { type Evidence, evidenceOfState } from "./evidence.js";
import { stateKey } from "./outcome-event.js";
import { EVIDENCE, PolicyEntry, type PolicyIdentity, RELATED_POLICIES } from "./policy-entry.js";

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
  readonly predictions: readonly PredictionRecord[];
  /** Unix seconds of the last confirmed uses, oldest first. */
  readonly usedAtSeconds: readonly number[];
  /** Policies that succeeded in the same tasks, strongest link first. */
  readonly related: readonly LinkedRecord<PolicyIdentity>[];
}

export async function explain(store: Store, request: DecideRequest, habits: Habits): Promise<Explanation> {
  const decision = await decideWithoutExploring(store, request, habits);
  const { agentId, stateFingerprint, ranked } = decision;
  const keys = { records: stateKey(agentId, stateFingerprint) };
  const records = await store.run(listRecords, { keys }, store.shardOf(agentId));
  const evidence = records.filter(({ id }) => id.startsWith(storageKey(EVIDENCE, "")));
  const entries = new Repository(store, PolicyEntry);
  const policies = await Promise.all(ranked.map((policy) => explainPolicy(store, entries, policy)));
  const weights = store.defaults.rankingWeights;
  return { decision, evidence: evidenceOfState(evidence, rulesFor(store, request, habits)), policies, weights };
}

async function explainPolicy(
  store: Store,
  policies: Repository<typeof PolicyEntry>,
  policy: ScoredPolicy,
): Promise<ExplainedPolicy> {
  const weights = store.defaults.rankingWeights;
  const { entry, parts } = policy;
  return {
    ...policy,
    contributions: {
      expectedValue: weights.expectedValue * parts.expectedValue,
      confidence: weights.confidence * parts.confidence,
      accessCount: weights.accessCount * parts.accessCount,
      coOccurrence: weights.coOccurrence * parts.coOccurrence,
    },
    predictions: await policies.predictions.predictions(entry),
    usedAtSeconds: await policies.accesses.log(entry),
    related: await policies.links(RELATED_POLICIES).getLinked(entry),
  };
}
