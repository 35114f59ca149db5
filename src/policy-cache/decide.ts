import { type RankingWeightConstants, resolveDefaults, type TuningConstants } from "../defaults.js";
import { storageKey } from "../model/layout.js";
import { type RankStateOutput, rankState, rankStateInContext } from "../operations/rank-state.js";
import { RETIRED_BY_OUTCOMES } from "../operations/retirement.js";
import type { Store } from "../store.js";
import { checkRequest, type DecideRequest, type ExploreRequest, type Question } from "./decide-request.js";
import { type Decision, type ScoredPolicy, scoredPolicies } from "./decision.js";
import { encodeDecisionId } from "./decision-id.js";
import { evidenceOfState } from "./evidence.js";
import { type ExploredDecision, explore } from "./explore.js";
import { type Choice, choose, judge } from "./judgement.js";
import { stateKey } from "./outcome-event.js";
import { policyLayout, RELATED_POLICIES } from "./policy-entry.js";
import { type Scoring, scoring } from "./ranking.js";
import { reasonFor, reasonOfRetirement, reasonToAbstain } from "./reasons.js";

/**
 * Ranks the policies of the asked state, judges each, chooses one and answers.
 *
 * @param usualScoring - the scoring under the store's own constants, made once
 */
export async function decide(
  store: Store,
  request: DecideRequest & Partial<ExploreRequest>,
  usualScoring: Scoring,
): Promise<Decision | ExploredDecision> {
  const question = checkRequest(request, store.defaults, store.nowSeconds());
  const known = await rank(store, question, usualScoring);
  const ranked = scoredPolicies(known, store.defaults);
  const choice = choose(ranked.map(judge));
  const { exploring } = question;
  if (exploring !== undefined && !(exploring.unlessServed && choice?.kind === "serve")) {
    const explored = explore(store, question, exploring, known, ranked, mayBeTried(ranked));
    if (explored !== undefined) return explored;
  }
  return choice === undefined ? abstain(store, question, known, ranked) : act(store, question, ranked, choice);
}

/** What was retired by name must not be tried. What outcomes have retired may be: exploring is how it can come back. */
function mayBeTried(ranked: readonly ScoredPolicy[]): (actionType: string) => boolean {
  const withdrawn = ranked.filter(
    ({ evidence }) => (evidence.retired?.reason ?? RETIRED_BY_OUTCOMES) !== RETIRED_BY_OUTCOMES,
  );
  return (actionType) => !withdrawn.some(({ entry }) => entry.actionType === actionType);
}

function rank(store: Store, question: Question, usualScoring: Scoring): Promise<RankStateOutput> {
  const { agentId, stateFingerprint, context, weights, askedAtSeconds } = question;
  const isUsual = Object.keys(weights).length === 0;
  const input = {
    keys: { state: stateKey(agentId, stateFingerprint), edges: policyLayout.edgesKey(RELATED_POLICIES, agentId) },
    namePrefix: storageKey(stateFingerprint, ""),
    context,
    nowSeconds: askedAtSeconds,
    ...(isUsual ? usualScoring : scoring(withWeights(store.defaults, weights))),
  };
  return store.run(context.length === 0 ? rankState : rankStateInContext, input, store.shardOf(agentId));
}

function abstain(
  store: Store,
  { agentId, stateFingerprint }: Question,
  known: RankStateOutput,
  retired: readonly ScoredPolicy[],
): Decision {
  const nearest = evidenceOfState(known.evidence, store.defaults)[0];
  const best = retired[0];
  const reason = best === undefined ? reasonToAbstain(nearest) : reasonOfRetirement(best.evidence);
  const answer = { kind: "abstain", reason, agentId, stateFingerprint, ranked: retired } as const;
  return nearest === undefined ? answer : { ...answer, nearest };
}

function act(store: Store, question: Question, ranked: readonly ScoredPolicy[], choice: Choice): Decision {
  const { kind, policy } = choice;
  const { agentId, stateFingerprint, context, askedAtSeconds: decidedAtSeconds } = question;
  const { actionType, actionSpec, qValue } = policy.entry;
  const nonce = store.createId();
  const record = { agentId, stateFingerprint, actionType, decidedAtSeconds, qValue, nonce, context };
  return {
    kind,
    reason: reasonFor(choice),
    decisionId: encodeDecisionId(record),
    action: { type: actionType, spec: actionSpec },
    policy,
    agentId,
    stateFingerprint,
    ranked,
  };
}

function withWeights(defaults: TuningConstants, weights: Partial<RankingWeightConstants>): TuningConstants {
  return resolveDefaults({ rankingWeights: { ...defaults.rankingWeights, ...weights } }, defaults);
}
