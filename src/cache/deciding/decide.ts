import { ConfigurationError, InvalidArgumentError } from "../../common/errors.js";
import { joinParts } from "../../common/joined-parts.js";
import type { Mutable } from "../../common/mutable.js";
import { type RankingWeightConstants, resolveDefaults, type TuningConstants } from "../../common/tuning/defaults.js";
import { RETIRED_BY_OUTCOMES } from "../../operations/evidence/retirement.js";
import { type RankStateOutput, rankState, rankStateInContext } from "../../operations/policies/rank-state.js";
import { countRefusals } from "../../operations/policies/refusals.js";
import { edgesKey } from "../../primitives/co-occurrence-field.js";
import type { Store } from "../../store/store.js";
import { type ActionTypes, checkActionTypes, isVersions } from "../actions/action-types.js";
import type { Versions } from "../events/outcome-event.js";
import { type Evidence, evidenceOfState, validityOf } from "../evidence/evidence.js";
import { type AskedBudget, type ServingRules, servingRules } from "../evidence/serving-rules.js";
import { type Circumstances, type Refusal, refusalOf } from "../guarding/refusal.js";
import { type Scoring, scoring } from "../inspecting/ranking.js";
import { stateKey } from "../outcome-keys.js";
import { evidenceId, policyLayout, RELATED_POLICIES } from "../policy-entry.js";
import {
  checkRequest,
  type DecideRequest,
  type DecideRequestWithFallback,
  type ExploreRequest,
  type Question,
} from "./decide-request.js";
import {
  type ActionDecision,
  type Decision,
  type FallbackDecision,
  type ScoredPolicy,
  scoredPolicies,
} from "./decision.js";
import { encodeDecisionId } from "./decision-id.js";
import { type ExploredDecision, type ExploreOption, explore, optionsOf } from "./exploring/explore.js";
import type { Exploring } from "./exploring/explore-options.js";
import { fallBack } from "./fall-back.js";
import { type Choice, type Judgement, judge } from "./judgement.js";
import { missingText, reasonFor, reasonOfRefusals, reasonOfRetirement, reasonToAbstain } from "./reasons.js";

/** What holds for every decision of a cache, unless a request says otherwise. Made once. */
export interface Habits {
  readonly scoring: Scoring;
  readonly rules: ServingRules;
  readonly actions: ActionTypes;
  readonly versions: Versions;
}

/** @throws {@link ConfigurationError} for action types whose options are wrong, and versions that are none */
export function habits(defaults: TuningConstants, actionTypes: ActionTypes = {}, versions: Versions = {}): Habits {
  const actions = checkActionTypes(actionTypes, defaults);
  if (!isVersions(versions)) throw new ConfigurationError("versions", versions, "versions by name, as texts");
  return { scoring: scoring(defaults), rules: servingRules(defaults, actions), actions, versions };
}

/** What a decision is made of: the policies of the state, best first, and the one that was chosen. */
interface Situation {
  readonly known: RankStateOutput;
  readonly rules: ServingRules;
  readonly ranked: readonly ScoredPolicy[];
  readonly judgement: Judgement;
  readonly habits: Habits;
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
  if (question.exploring !== undefined) {
    const explored = await exploreWhereAllowed(store, question, question.exploring, situation, habits);
    if (explored !== undefined) return explored;
  }
  const { refusals } = situation.judgement;
  if (refusals.length > 0) await countRefused(store, question, refusals);
  const decision = answer(store, question, situation);
  if (fallback === undefined || decision.kind === "serve") return decision;
  return fallBack(store, question, decision, fallback);
}

/** Nothing is explored that was retired by name or cannot be undone, and nothing where that is served. */
async function exploreWhereAllowed(
  store: Store,
  question: Question,
  exploring: Exploring,
  situation: Situation,
  { actions }: Habits,
): Promise<ExploredDecision | undefined> {
  const { choice, refusals } = situation.judgement;
  const isReversible = (actionType: string) => actions[actionType]?.irreversible !== true;
  const isServed = choice?.kind === "serve";
  if (isServed && (exploring.unlessServed || !isReversible(choice.policy.entry.actionType))) return undefined;
  const { options, refused } = await explorable(exploring, question, situation, isReversible);
  const explored = explore(store, question, exploring, options, situation.ranked);
  const known = [...refusals, ...refused];
  if (explored !== undefined && known.length > 0) await countRefused(store, question, known);
  return explored;
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
  const judging = judge(ranked, ({ entry, evidence }) => {
    if (isUnchecked(entry.actionType, evidence, habits)) return undefined;
    const action = { type: entry.actionType, spec: entry.actionSpec };
    return refusalOf(action, evidence, circumstancesOf(question, habits));
  });
  const judgement = judging instanceof Promise ? await judging : judging;
  return { known, rules, ranked, judgement, habits };
}

function circumstancesOf({ stateFeatures, versions, askedAtSeconds }: Question, habits: Habits): Circumstances {
  const { actions } = habits;
  return { stateFeatures, versions: { ...habits.versions, ...versions }, nowSeconds: askedAtSeconds, actions };
}

/** Whether no check can speak against an action: most have none, and `decide` is to cost little. */
function isUnchecked(
  type: string,
  { validUntil, dependsOn }: Pick<Evidence, "validUntil" | "dependsOn">,
  { actions }: Habits,
): boolean {
  return validUntil === undefined && dependsOn === undefined && !Object.hasOwn(actions, type);
}

/** What may be explored: nothing that was retired by name or is refused. */
async function explorable(
  exploring: Exploring,
  question: Question,
  { known, ranked, habits }: Situation,
  isReversible: (actionType: string) => boolean,
) {
  const circumstances = circumstancesOf(question, habits);
  const isAllowed = mayBeTried(ranked);
  const options = optionsOf(exploring, known, ranked).filter(({ type }) => isAllowed(type) && isReversible(type));
  const records = new Map(known.evidence.map((record) => [record.id, record]));
  const refused: Refusal[] = [];
  const passing: ExploreOption[] = [];
  for (const option of options) {
    const record = records.get(evidenceId(option.type));
    const evidence = record === undefined ? undefined : validityOf(record.fields);
    const refusal = isUnchecked(option.type, evidence ?? {}, habits)
      ? undefined
      : await refusalOf(option, evidence, circumstances);
    if (refusal === undefined) passing.push(option);
    else refused.push(refusal);
  }
  return { options: passing, refused };
}

/** Counts each refused action once. The only thing that deciding ever writes. */
async function countRefused(store: Store, question: Question, refusals: readonly Refusal[]): Promise<void> {
  const { agentId, stateFingerprint, askedAtSeconds: nowSeconds } = question;
  const reasons = new Map(refusals.map(({ actionType, reason }) => [actionType, reason]));
  const counted = [...reasons].map(([type, reason]) => ({ evidenceId: evidenceId(type), reason }));
  const input = { keys: { state: stateKey(agentId, stateFingerprint) }, refusals: counted, nowSeconds };
  await store.run(countRefusals, input, store.shardOf(agentId));
}

function answer(store: Store, question: Question, { known, rules, ranked, judgement }: Situation): Decision {
  const { choice, refusals } = judgement;
  if (choice !== undefined) return act(store, question, ranked, choice, refusals);
  return abstain(question, evidenceOfState(known.evidence, rules)[0], ranked, refusals);
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
  const used = weights === undefined ? usualScoring : scoring(withWeights(store.defaults, weights));
  const input = {
    clock: used.clock,
    clockFields: used.clockFields,
    weights: used.weights,
    keys: { state: stateKey(agentId, stateFingerprint), edges: edgesKey(policyLayout, RELATED_POLICIES, agentId) },
    namePrefix: joinParts(stateFingerprint, ""),
    context,
    nowSeconds: askedAtSeconds,
  };
  return store.run(context.length === 0 ? rankState : rankStateInContext, input, store.shardOf(agentId));
}

/** @param ranked - the policies of the state, each of which is retired or refused */
function abstain(
  { agentId, stateFingerprint }: Question,
  nearest: Evidence | undefined,
  ranked: readonly ScoredPolicy[],
  refused: readonly Refusal[],
): Decision {
  if (refused.length > 0) {
    const answer = { kind: "abstain", reason: reasonOfRefusals(refused), agentId, stateFingerprint, ranked } as const;
    return nearest === undefined ? { ...answer, refused } : { ...answer, nearest, refused };
  }
  const best = ranked[0]?.evidence;
  const reason = best === undefined ? reasonToAbstain(nearest) : reasonOfRetirement(best);
  const answer = { kind: "abstain", reason, agentId, stateFingerprint, ranked } as const;
  return nearest === undefined ? answer : { ...answer, nearest, missing: missingText(best ?? nearest) };
}

function act(
  store: Store,
  question: Question,
  ranked: readonly ScoredPolicy[],
  choice: Choice,
  refused: readonly Refusal[],
): Decision {
  const { kind, policy } = choice;
  const { agentId, stateFingerprint, context, episodeId, askedAtSeconds: decidedAtSeconds } = question;
  const { actionType, actionSpec, qValue } = policy.entry;
  const nonce = store.createId();
  const record = { agentId, stateFingerprint, actionType, decidedAtSeconds, qValue, nonce, context };
  const extras = { propensity: 0, stateFeatures: "", actionSpec: "", episodeId };
  const decision: Mutable<ActionDecision> = {
    kind,
    reason: reasonFor(choice),
    decisionId: encodeDecisionId(episodeId === "" ? record : { ...record, extras }),
    action: { type: actionType, spec: actionSpec },
    policy,
    agentId,
    stateFingerprint,
    ranked,
  };
  const runnerUp = ranked[0] === policy ? ranked[1] : ranked[0];
  if (runnerUp !== undefined) decision.runnerUp = runnerUp;
  if (refused.length > 0) decision.refused = refused;
  if (kind !== "serve") decision.missing = missingText(policy.evidence);
  return decision;
}

function withWeights(defaults: TuningConstants, weights: Partial<RankingWeightConstants>): TuningConstants {
  return resolveDefaults({ rankingWeights: { ...defaults.rankingWeights, ...weights } }, defaults);
}
