import { type RankingWeightConstants, resolveDefaults, type TuningConstants } from "../defaults.js";
import { InvalidArgumentError } from "../errors.js";
import { storageKey } from "../model/layout.js";
import { type RankStateOutput, rankState, rankStateInContext } from "../operations/rank-state.js";
import { RETIRED_BY_OUTCOMES } from "../operations/retirement.js";
import type { Store } from "../store.js";
import { type ActionTypes, checkActionTypes } from "./action-types.js";
import {
  checkRequest,
  type DecideRequest,
  type DecideRequestWithFallback,
  type ExploreRequest,
  type Question,
} from "./decide-request.js";
import { type Decision, type FallbackDecision, type ScoredPolicy, scoredPolicies } from "./decision.js";
import { encodeDecisionId } from "./decision-id.js";
import { type Evidence, evidenceOfState } from "./evidence.js";
import { type ExploredDecision, explore } from "./explore.js";
import { fallBack } from "./fall-back.js";
import { type Choice, choose, judge } from "./judgement.js";
import { stateKey } from "./outcome-event.js";
import { policyLayout, RELATED_POLICIES } from "./policy-entry.js";
import { type Scoring, scoring } from "./ranking.js";
import { missingText, reasonFor, reasonOfRetirement, reasonToAbstain } from "./reasons.js";
import { type AskedBudget, type ServingRules, servingRules } from "./serving-rules.js";

/** What holds for every decision of a cache, unless a request says otherwise. Made once. */
export interface Habits {
  readonly scoring: Scoring;
  readonly rules: ServingRules;
  readonly actions: ActionTypes;
}

/** @throws {@link ConfigurationError} for action types whose options are wrong */
export function habits(defaults: TuningConstants, actionTypes: ActionTypes = {}): Habits {
  const actions = checkActionTypes(actionTypes, defaults);
  return { scoring: scoring(defaults), rules: servingRules(defaults, actions), actions };
}

/** What a decision is made of: the policies of the state, best first, and the one that was chosen. */
interface Situation {
  readonly known: RankStateOutput;
  readonly rules: ServingRules;
  readonly ranked: readonly ScoredPolicy[];
  readonly choice: Choice | undefined;
}

/**
 * Ranks the policies of the asked state, judges each, chooses one and answers. Explores an action instead when asked to, and
 * lets the fallback decide when nothing is served.
 */
export async function decide(
  store: Store,
  request: DecideRequest & Partial<ExploreRequest> & Partial<DecideRequestWithFallback>,
  habits: Habits,
): Promise<Decision | ExploredDecision | FallbackDecision> {
  const question = checkRequest(request, store.defaults, store.nowSeconds());
  const { fallback } = request;
  if (fallback !== undefined && typeof fallback !== "function") {
    throw new InvalidArgumentError("fallback", fallback, "a function");
  }
  const situation = await assess(store, question, request, habits);
  const explored = exploreWhereAllowed(store, question, situation, habits);
  if (explored !== undefined) return explored;
  const decision = answer(store, question, situation);
  if (fallback === undefined || decision.kind === "serve") return decision;
  return fallBack(store, question, decision, fallback);
}

/** Nothing is explored unless asked for, nor what was retired by name or cannot be undone, nor where that is served. */
function exploreWhereAllowed(
  store: Store,
  question: Question,
  { known, ranked, choice }: Situation,
  { actions }: Habits,
): ExploredDecision | undefined {
  const { exploring } = question;
  if (exploring === undefined) return undefined;
  const isReversible = (actionType: string) => actions[actionType]?.irreversible !== true;
  const isServed = choice?.kind === "serve";
  if (isServed && (exploring.unlessServed || !isReversible(choice.policy.entry.actionType))) return undefined;
  const mayTry = mayBeTried(ranked);
  return explore(store, question, exploring, known, ranked, (type) => isReversible(type) && mayTry(type));
}

/** As {@link decide}, never exploring. */
export async function decideWithoutExploring(store: Store, request: DecideRequest, habits: Habits): Promise<Decision> {
  const question = checkRequest(request, store.defaults, store.nowSeconds());
  return answer(store, question, await assess(store, question, request, habits));
}

async function assess(store: Store, question: Question, asked: AskedBudget, habits: Habits): Promise<Situation> {
  const rules = rulesFor(store, asked, habits);
  const known = await rank(store, question, habits.scoring);
  const ranked = scoredPolicies(known, rules);
  return { known, rules, ranked, choice: choose(ranked.map(judge)) };
}

function answer(store: Store, question: Question, { known, rules, ranked, choice }: Situation): Decision {
  if (choice === undefined) return abstain(question, evidenceOfState(known.evidence, rules)[0], ranked);
  return act(store, question, ranked, choice);
}

/** The usual rules, or those for the budget that was asked for. */
export function rulesFor(store: Store, asked: AskedBudget, { rules, actions }: Habits): ServingRules {
  const isUsual = asked.errorBudget === undefined && asked.confidence === undefined;
  return isUsual ? rules : servingRules(store.defaults, actions, asked);
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

/** @param retired - the policies of the state, none of which is in service */
function abstain(
  { agentId, stateFingerprint }: Question,
  nearest: Evidence | undefined,
  retired: readonly ScoredPolicy[],
): Decision {
  const best = retired[0]?.evidence;
  const reason = best === undefined ? reasonToAbstain(nearest) : reasonOfRetirement(best);
  const answer = { kind: "abstain", reason, agentId, stateFingerprint, ranked: retired } as const;
  return nearest === undefined ? answer : { ...answer, nearest, missing: missingText(best ?? nearest) };
}

function act(store: Store, question: Question, ranked: readonly ScoredPolicy[], choice: Choice): Decision {
  const { kind, policy } = choice;
  const { agentId, stateFingerprint, context, episodeId, askedAtSeconds: decidedAtSeconds } = question;
  const { actionType, actionSpec, qValue } = policy.entry;
  const nonce = store.createId();
  const record = { agentId, stateFingerprint, actionType, decidedAtSeconds, qValue, nonce, context };
  const extras = { propensity: 0, stateJson: "", actionSpecJson: "", episodeId };
  const runnerUp = ranked[0] === policy ? ranked[1] : ranked[0];
  return {
    kind,
    reason: reasonFor(choice),
    decisionId: encodeDecisionId(episodeId === "" ? record : { ...record, extras }),
    action: { type: actionType, spec: actionSpec },
    policy,
    agentId,
    stateFingerprint,
    ranked,
    ...(runnerUp === undefined ? {} : { runnerUp }),
    ...(kind === "serve" ? {} : { missing: missingText(policy.evidence) }),
  };
}

function withWeights(defaults: TuningConstants, weights: Partial<RankingWeightConstants>): TuningConstants {
  return resolveDefaults({ rankingWeights: { ...defaults.rankingWeights, ...weights } }, defaults);
}
