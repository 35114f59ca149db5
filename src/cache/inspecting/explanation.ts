import { checkKeyText, checkNumber, checkObject } from "../../common/checks.js";
import { InvalidArgumentError } from "../../common/errors.js";
import type { RankingWeightConstants } from "../../common/tuning/defaults.js";
import { namesOf, refuseUnknownNames } from "../../common/unknown-names.js";
import type { JsonObject } from "../../maths/json/json-value.js";
import { cycleTerm } from "../../maths/rhythm/cycles.js";
import { listMany, listRecords } from "../../operations/records/reading.js";
import type { LinkedRecord } from "../../primitives/co-occurrence-field.js";
import type { Cycle } from "../../primitives/decay-clock.js";
import type { PredictionRecord } from "../../primitives/prediction-ledger.js";
import { Repository } from "../../repository/repository.js";
import type { Store } from "../../store/store.js";
import type { AnyTypes, CacheTypes } from "../cache-types.js";
import { decideWithoutExploring } from "../deciding/decide.js";
import type { DecideRequest } from "../deciding/decide-request.js";
import type { Decision, ScoredPolicy } from "../deciding/decision.js";
import { type Habits, rulesFor } from "../deciding/habits.js";
import { checkState } from "../events/check-event.js";
import { DEFAULT_AGENT } from "../events/outcome-event.js";
import { type Evidence, evidenceOfState } from "../evidence/evidence.js";
import { type ActionGuards, guardsOf } from "../guarding/action-guards.js";
import { stateKey } from "../outcome-keys.js";
import {
  EXPECTED_VALUE,
  isEvidenceId,
  PolicyEntry,
  type PolicyIdentity,
  policyLayout,
  RELATED_POLICIES,
} from "../policy-entry.js";
import { type EvidenceHistory, evidenceHistory } from "./evidence-history.js";
import { featuresOfState } from "./state-features.js";

/** What to explain: a state, or the fingerprint of one that is on record. */
export type ExplainRequest<Types extends CacheTypes = AnyTypes> = ExplainRules &
  (
    | { readonly state: Types["state"]; readonly stateFingerprint?: undefined }
    | { readonly stateFingerprint: string; readonly state?: undefined }
  );

/** By which rules to explain a state, and how much of it. */
export interface ExplainRules
  extends Pick<DecideRequest, "agentId" | "params" | "errorBudget" | "confidence" | "worseThanAgent" | "versions"> {
  /** How many of the last outcomes of each action to show, at most. Integer from 0 to 1000. Default: `historyLength`. */
  readonly events?: number | undefined;
}

const REQUEST_NAMES = namesOf<ExplainRequest>({
  agentId: true,
  state: true,
  stateFingerprint: true,
  params: true,
  errorBudget: true,
  worseThanAgent: true,
  confidence: true,
  versions: true,
  events: true,
});

/** Why a state is answered the way it is. */
export interface Explanation<Types extends CacheTypes = AnyTypes> {
  readonly decision: Decision<Types>;
  /** Of the explained state. */
  readonly stateFeatures: Types["state"];
  /** Evidence of every action ever recorded in this state, nearest to passing first, and how it came about. */
  readonly evidence: readonly ExplainedEvidence[];
  readonly policies: readonly ExplainedPolicy[];
  readonly weights: RankingWeightConstants;
  /** What is checked before the actions of this state are acted on. */
  readonly guards: readonly ActionGuards[];
}

/** The evidence of one action in the explained state, with its history. */
export interface ExplainedEvidence extends Evidence, EvidenceHistory {}

/** A policy of the explained state, with how its score comes about. */
export interface ExplainedPolicy extends ScoredPolicy {
  /** The score as a sum: each part times its weight. */
  readonly contributions: RankingWeightConstants;
  /** When it is at its best, and what that changes now. */
  readonly cycles: readonly ExplainedCycle[];
  /** The last predictions against what was observed, oldest first. */
  readonly predictions: readonly PredictionRecord[];
  /** Unix seconds of the last confirmed uses, oldest first. */
  readonly usedAtSeconds: readonly number[];
  /** Policies that succeeded in the same tasks, strongest link first. */
  readonly related: readonly LinkedRecord<PolicyIdentity>[];
}

/** A cycle of a policy, with its effect at the time of the call. */
export interface ExplainedCycle extends Cycle {
  /** What it adds to the expected value now; may be negative. */
  readonly termNow: number;
  /** Unix seconds of its next peak. */
  readonly nextPeakSeconds: number;
}

const MOST_EVENTS = 1000;

export async function explain(store: Store, given: ExplainRequest, habits: Habits): Promise<Explanation> {
  const { defaults } = store;
  const request = refuseUnknownNames(checkObject("request", given), REQUEST_NAMES);
  const { events: most = defaults.historyLength, stateFingerprint: named, ...asked } = request;
  const events = checkEvents(most);
  const state = named === undefined ? asked.state : await stateNamed(store, named, request);
  const { stateFeatures } = checkState("state", state);
  const decision = await decideWithoutExploring(store, { ...asked, state } as DecideRequest, habits);
  const rules = rulesFor(store.defaults, request, habits);
  const { agentId, stateFingerprint, ranked } = decision;
  const shard = store.shardOf(agentId);
  const keys = { records: stateKey(agentId, stateFingerprint) };
  const records = (await store.run(listRecords, { keys }, shard)).filter(({ id }) => isEvidenceId(id));
  const evidence = evidenceOfState(records, rules);
  const groups = evidence.map(({ actionType }) => ({
    keys: { records: policyLayout.historyKey([agentId, stateFingerprint, actionType]) },
  }));
  const histories = await store.run(listMany, { groups }, shard);
  const entries = new Repository(store, PolicyEntry);
  const actionTypes = new Set([
    ...ranked.map(({ entry }) => entry.actionType),
    ...evidence.map((one) => one.actionType),
  ]);
  return {
    decision,
    stateFeatures: JSON.parse(stateFeatures),
    evidence: evidence.map((one, index) => {
      const confidence = one.confidence ?? defaults.budgetConfidence;
      const levels = { wilsonZ: defaults.wilsonZ, confidence };
      return { ...one, ...evidenceHistory(histories[index] ?? [], events, levels) };
    }),
    policies: await Promise.all(ranked.map((policy) => explainPolicy(store, entries, policy))),
    weights: defaults.rankingWeights,
    guards: [...actionTypes].map((type) => {
      return guardsOf(type, evidence.find(({ actionType }) => actionType === type) ?? {}, habits.actions);
    }),
  };
}

/** The features of the state with a fingerprint. */
async function stateNamed(store: Store, given: string, { state, agentId: whose }: ExplainRequest): Promise<JsonObject> {
  const stateFingerprint = checkKeyText("stateFingerprint", given);
  if (state !== undefined) throw new InvalidArgumentError("stateFingerprint", given, "either this or a state");
  const agentId = whose === undefined ? DEFAULT_AGENT : checkKeyText("agentId", whose);
  const keys = { records: stateKey(agentId, stateFingerprint) };
  const features = featuresOfState(stateFingerprint, await store.run(listRecords, { keys }, store.shardOf(agentId)));
  if (features !== undefined) return features;
  throw new InvalidArgumentError("stateFingerprint", given, `that of a state on record of agent ${agentId}`, {
    hint: "`values` and `policycache states` list them.",
  });
}

function checkEvents(events: number): number {
  const isCount = (value: number) => Number.isInteger(value) && value >= 0 && value <= MOST_EVENTS;
  return checkNumber("events", events, isCount, `an integer from 0 to ${MOST_EVENTS}`);
}

async function explainPolicy(
  store: Store,
  policies: Repository<typeof PolicyEntry>,
  policy: ScoredPolicy,
): Promise<ExplainedPolicy> {
  const weights = store.defaults.rankingWeights;
  const { entry, parts } = policy;
  const nowSeconds = store.nowSeconds();
  return {
    ...policy,
    contributions: {
      expectedValue: weights.expectedValue * parts.expectedValue,
      confidence: weights.confidence * parts.confidence,
      accessCount: weights.accessCount * parts.accessCount,
      coOccurrence: weights.coOccurrence * parts.coOccurrence,
    },
    cycles: entry[EXPECTED_VALUE].cycles.map((cycle) => explainCycle(cycle, nowSeconds)),
    predictions: await policies.predictions.predictions(entry),
    usedAtSeconds: await policies.accesses.log(entry),
    related: await policies.links(RELATED_POLICIES).getLinked(entry),
  };
}

function explainCycle(cycle: Cycle, nowSeconds: number): ExplainedCycle {
  const { periodSeconds, amplitude, phaseSeconds } = cycle;
  const peaksPassed = Math.ceil((nowSeconds - phaseSeconds) / periodSeconds);
  return {
    ...cycle,
    termNow: cycleTerm([periodSeconds, amplitude, phaseSeconds, 0, 0], nowSeconds),
    nextPeakSeconds: phaseSeconds + peaksPassed * periodSeconds,
  };
}
