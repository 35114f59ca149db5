import { isThenable } from "../../common/given/thenable.js";
import { joinParts } from "../../common/joined-parts.js";
import { type RankingWeightOverrides, resolveDefaults, type TuningConstants } from "../../common/tuning/defaults.js";
import { canonicalJson } from "../../maths/json/canonical-json.js";
import { digestOfCanonical } from "../../maths/json/fingerprint.js";
import { type RankStateOutput, rankState, rankStateInContext } from "../../operations/policies/rank-state.js";
import { textField } from "../../operations/records/fields.js";
import { edgesKey } from "../../primitives/co-occurrence-field.js";
import type { Store } from "../../store/store.js";
import { type Limits, type StateTotals, totalsOf } from "../evidence/evidence.js";
import type { ServingRules } from "../evidence/serving-rules.js";
import { type Circumstances, refusalOf } from "../guarding/refusal.js";
import { stateKey } from "../outcome-keys.js";
import { evidenceId, policyLayout, RELATED_POLICIES } from "../policy-entry.js";
import type { Question } from "./decide-request.js";
import { type ScoredPolicy, scoredPolicies } from "./decision.js";
import type { Habits } from "./habits.js";
import { type Bench, type Judgement, judge } from "./judging/judgement.js";
import { trialsIn, uniformFor } from "./judging/trials.js";
import { type Scoring, scoring } from "./scoring.js";

/** What a decision is made of: the policies of the state, best first, and the one that was chosen. */
export interface Situation {
  readonly known: RankStateOutput;
  readonly rules: ServingRules;
  readonly ranked: readonly ScoredPolicy[];
  readonly judgement: Judgement;
  readonly totals: StateTotals;
  /** Whether what is on record is of another state with the same fingerprint: then nothing is known of this one. */
  readonly isAnotherState: boolean;
  readonly habits: Habits;
}

/** Ranks the policies of the asked state, judges each and chooses one. */
export async function assess(
  store: Store,
  question: Question,
  rules: ServingRules,
  habits: Habits,
): Promise<Situation> {
  const found = await rank(store, question, habits.scoring);
  const isAnotherState = isOfAnother(found, question);
  const known = isAnotherState ? NOTHING_KNOWN : found;
  const totals = totalsOf(known.evidence);
  const ranked = scoredPolicies(known, totals, rules);
  const bench: Bench = {
    params: question.params,
    countsCoins: question.episodeId === "",
    isUnchecked: ({ entry, evidence }) => isUnchecked(entry.actionType, evidence, habits),
    check: ({ evidence }, action) => refusalOf(action, evidence, circumstancesOf(question, habits)),
    audits:
      question.audits === 0 ? undefined : { share: question.audits, toss: () => uniformFor(store, question, "audit") },
    trials: () => {
      const rulesOf = (type: string) => (mayBeTried(habits, type) ? question.trials : undefined);
      return trialsIn(store, question, ranked, totals, rulesOf);
    },
  };
  const judging = judge(ranked, bench);
  const judgement = isThenable(judging) ? await judging : judging;
  return { known, rules, ranked, judgement, totals, isAnotherState, habits };
}

const NOTHING_KNOWN: RankStateOutput = { policies: [], evidence: [] };

/** What is served rests on the whole state, not on the 64 bits of its fingerprint. */
function isOfAnother({ policies, evidence }: RankStateOutput, { stateFeatures }: Question): boolean {
  const digest = digestOfCanonical(stateFeatures);
  for (const { fields } of evidence) {
    if (fields.stateDigest !== undefined) return fields.stateDigest !== digest;
  }
  // A policy that was created by hand may have no features.
  const stored = textField(policies[0]?.fields ?? {}, "stateFeatures", "{}");
  return stored !== "{}" && canonicalJson(JSON.parse(stored)) !== stateFeatures;
}

function mayBeTried({ actions }: Habits, type: string): boolean {
  const options = Object.hasOwn(actions, type) ? actions[type] : undefined;
  return options?.irreversible !== true && options?.trials !== "none";
}

export function circumstancesOf(question: Question, habits: Habits): Circumstances {
  const { stateFeatures, params, askedAtSeconds: nowSeconds } = question;
  const versions = { ...habits.versions, ...question.versions };
  return { stateFeatures, params, versions, nowSeconds, actions: habits.actions };
}

/** Whether no check can speak against an action: most have none, and `decide` is to cost little. */
export function isUnchecked(
  type: string,
  { validUntilSeconds, dependsOn, blocks }: Limits,
  { actions }: Habits,
): boolean {
  const isLimited = validUntilSeconds !== undefined || dependsOn !== undefined || blocks !== undefined;
  return !isLimited && !Object.hasOwn(actions, type);
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
    evidencePrefix: EVIDENCE_PREFIX,
    context,
    nowSeconds: askedAtSeconds,
  };
  return store.run(context.length === 0 ? rankState : rankStateInContext, input, store.shardOf(agentId));
}

const EVIDENCE_PREFIX = evidenceId("");

function withWeights(defaults: TuningConstants, rankingWeights: RankingWeightOverrides): TuningConstants {
  return resolveDefaults({ rankingWeights }, defaults);
}
