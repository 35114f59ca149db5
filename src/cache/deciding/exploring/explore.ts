import type { Fields } from "../../../keyspace/port/keyspace.js";
import { canonicalJson } from "../../../maths/json/canonical-json.js";
import type { JsonObject } from "../../../maths/json/json-value.js";
import { type Arm, choiceProbabilities, drawArm } from "../../../maths/learning/exploration.js";
import { numberField } from "../../../operations/records/fields.js";
import type { Store } from "../../../store/store.js";
import { bindAction } from "../../actions/bind-action.js";
import type { AnyTypes, CacheTypes, DecidedAction } from "../../cache-types.js";
import { evidenceOfState } from "../../evidence/evidence.js";
import { EVIDENCE } from "../../policy-entry.js";
import type { Question } from "../decide-request.js";
import type { Abstention, ScoredPolicy } from "../decision.js";
import type { Issue } from "../ids/issue.js";
import type { Situation } from "../situation.js";
import { uniformOf } from "../uniform-of.js";
import type { ExplorationStrategy, Exploring } from "./explore-options.js";

/** An action that was drawn among several, in order to learn about them. */
export interface ExploredDecision<Types extends CacheTypes = AnyTypes>
  extends Pick<Abstention, "agentId" | "stateFingerprint" | "reason" | "ranked"> {
  readonly kind: "explore";
  /** Hand it to `report` when the outcome is known: evidence and value are learned with or without a policy. */
  readonly decisionId: string;
  readonly action: DecidedAction<Types>;
  readonly strategy: ExplorationStrategy;
  /** The chance with which this action was chosen, above 0. It is logged with the reported outcome. */
  readonly propensity: number;
  /** Every action that could be chosen, in the order given, or else by name. */
  readonly candidates: readonly CandidateAction[];
  /** The policy of the action; absent when it has none. */
  readonly policy?: ScoredPolicy;
}

/** What the choice was based on. */
export interface CandidateAction extends Arm {
  readonly type: string;
  /** The chance of being chosen. */
  readonly propensity: number;
}

/** An action to choose among. */
export interface ExploreOption extends Arm {
  readonly type: string;
  readonly spec: JsonObject;
  /** Whether it was ever taken in this state, so that the features of the state are on record. */
  readonly isKnown: boolean;
  readonly policy: ScoredPolicy | undefined;
}

/**
 * Draws one of the actions of a state.
 *
 * @returns undefined when there is nothing to choose from
 */
export async function explore(
  store: Store,
  issue: Issue,
  question: Question,
  exploring: Exploring,
  options: readonly ExploreOption[],
  ranked: readonly ScoredPolicy[],
): Promise<ExploredDecision | undefined> {
  const probabilities = options.length === 0 ? [] : choiceProbabilities(options, exploring.exploration);
  const uniforms = options.map(({ type }) => uniformFor(store, question, exploring, type));
  const drawn = drawArm(probabilities, uniforms);
  const [option, propensity] = [options[drawn], probabilities[drawn]];
  if (option === undefined || propensity === undefined) return undefined;
  const { type, spec, value, isKnown, policy } = option;
  const { agentId, stateFingerprint, context, askedAtSeconds } = question;
  const { strategy } = exploring.exploration;
  return {
    kind: "explore",
    reason: `${strategy} chose ${type}, with probability ${propensity.toFixed(3)}, among ${countOf(options)}.`,
    decisionId: await issue({
      kind: "explore",
      agentId,
      stateFingerprint,
      actionType: type,
      actionNumbers: [],
      decidedAtSeconds: askedAtSeconds,
      isOpen: false,
      qValue: value,
      context,
      propensity,
      errorBudget: undefined,
      episodeId: question.episodeId,
      stateFeatures: isKnown ? "" : question.stateFeatures,
      actionSpec: canonicalJson(spec),
      params: question.paramsJson,
    }),
    action: { type, spec },
    strategy,
    propensity,
    candidates: options.map(({ type, value, successes, trials }, index) => {
      return { type, propensity: probabilities[index] ?? 0, value, successes, trials };
    }),
    agentId,
    stateFingerprint,
    ranked,
    ...(policy === undefined ? {} : { policy }),
  };
}

/**
 * The candidates given, with what is known of them; without any, the best-proven action of every type that the state has
 * and the parameters fill.
 */
export function optionsOf(
  exploring: Exploring,
  { params }: Question,
  { known, ranked, rules }: Pick<Situation, "known" | "ranked" | "rules">,
): readonly ExploreOption[] {
  const evidence = new Map(known.evidence.map(({ id, fields }) => [id.slice(EVIDENCE.length + 1), fields]));
  const policies = new Map(ranked.map((policy) => [policy.entry.actionType, policy]));
  if (exploring.candidates !== undefined) {
    return exploring.candidates.map(({ type, spec }) => {
      return { ...optionOf(type, evidence.get(type), policies.get(type)), spec };
    });
  }
  const best = new Map(evidenceOfState(known.evidence, rules).map((one) => [one.actionType, one]));
  const types = new Set([...evidence.keys(), ...policies.keys()]);
  return [...types].sort().flatMap((type) => {
    const option = optionOf(type, evidence.get(type), policies.get(type));
    const action = best.get(type)?.action;
    const whole =
      action === undefined ? { spec: policies.get(type)?.entry.actionSpec ?? {} } : bindAction(action, params);
    return "spec" in whole ? [{ ...option, spec: whole.spec }] : [];
  });
}

function optionOf(type: string, evidence: Fields = {}, policy: ScoredPolicy | undefined): Omit<ExploreOption, "spec"> {
  const successes = numberField(evidence, "successes", 0);
  const trials = numberField(evidence, "trials", 0);
  const withoutRewards = trials > 0 ? successes / trials : (policy?.entry.qValue ?? 0);
  return {
    type,
    value: numberField(evidence, "qValue", withoutRewards),
    successes,
    trials,
    isKnown: trials > 0,
    policy,
  };
}

/** A number from 0 to below 1: a new one, or the one that belongs to the episode. */
function uniformFor(store: Store, question: Question, { episodeId, seed }: Exploring, actionType: string): number {
  if (episodeId === undefined) return store.random();
  return uniformOf(seed, question.agentId, episodeId, question.stateFingerprint, actionType);
}

function countOf(options: readonly unknown[]): string {
  return `${options.length} ${options.length === 1 ? "action" : "actions"}`;
}
