import { joinParts } from "../../common/joined-parts.js";
import { type RankingWeightOverrides, resolveDefaults, type TuningConstants } from "../../common/tuning/defaults.js";
import { type RankStateOutput, rankState, rankStateInContext } from "../../operations/policies/rank-state.js";
import { edgesKey } from "../../primitives/co-occurrence-field.js";
import type { Store } from "../../store/store.js";
import type { Evidence } from "../evidence/evidence.js";
import type { AskedBudget, ServingRules } from "../evidence/serving-rules.js";
import { type Circumstances, refusalOf } from "../guarding/refusal.js";
import { stateKey } from "../outcome-keys.js";
import { policyLayout, RELATED_POLICIES } from "../policy-entry.js";
import type { Question } from "./decide-request.js";
import { type ScoredPolicy, scoredPolicies } from "./decision.js";
import { type Habits, rulesFor } from "./habits.js";
import { type Judgement, judge } from "./judgement.js";
import { type Scoring, scoring } from "./scoring.js";

/** What a decision is made of: the policies of the state, best first, and the one that was chosen. */
export interface Situation {
  readonly known: RankStateOutput;
  readonly rules: ServingRules;
  readonly ranked: readonly ScoredPolicy[];
  readonly judgement: Judgement;
  readonly habits: Habits;
}

/** Ranks the policies of the asked state, judges each and chooses one. */
export async function assess(store: Store, question: Question, asked: AskedBudget, habits: Habits): Promise<Situation> {
  const rules = rulesFor(store.defaults, asked, habits);
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

export function circumstancesOf({ stateFeatures, versions, askedAtSeconds }: Question, habits: Habits): Circumstances {
  const { actions } = habits;
  return { stateFeatures, versions: { ...habits.versions, ...versions }, nowSeconds: askedAtSeconds, actions };
}

/** Whether no check can speak against an action: most have none, and `decide` is to cost little. */
export function isUnchecked(
  type: string,
  { validUntilSeconds, dependsOn }: Pick<Evidence, "validUntilSeconds" | "dependsOn">,
  { actions }: Habits,
): boolean {
  return validUntilSeconds === undefined && dependsOn === undefined && !Object.hasOwn(actions, type);
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

function withWeights(defaults: TuningConstants, rankingWeights: RankingWeightOverrides): TuningConstants {
  return resolveDefaults({ rankingWeights }, defaults);
}
