import { joinParts } from "../../common/joined-parts.js";
import type { JsonObject } from "../../maths/json/json-value.js";
import { seededRandom } from "../../maths/learning/seeded-random.js";
import type { CheckedDecision } from "./logged-decision.js";

/** The halves of a log: what is fitted on one is tried on the other. */
export type Half = 0 | 1;

export const BOTH_HALVES: readonly Half[] = [0, 1];

/** A state of one agent's log with the actions that were taken in it. */
export interface SurveyedState {
  readonly agentId: string;
  readonly state: JsonObject;
  /** By action type; only actions that were logged in this state. */
  readonly actions: ReadonlyMap<string, SurveyedAction>;
}

/** Trials and rewards of one action in a state, by the {@link Half} of the log. */
export interface SurveyedAction {
  readonly trials: readonly [number, number];
  readonly rewardSums: readonly [number, number];
  /** Smallest propensity above 0 with which it was logged; where propensities are estimated, the estimate. */
  readonly smallestPropensity: number;
}

/**
 * Where the chance of an action comes from: as it was logged, or estimated by how often the action was logged in its state.
 * docs/evaluation.md says when each is right.
 */
export type PropensitySource = "logged" | "estimated";

interface CountedAction extends SurveyedAction {
  readonly trials: [number, number];
  readonly rewardSums: [number, number];
  smallestPropensity: number;
}

/** A state while it is counted. */
interface CountedState extends SurveyedState {
  /** What was drawn with a known chance, and once everything was counted all that is used. */
  readonly actions: Map<string, CountedAction>;
  readonly others: Map<string, CountedAction>;
  /** Whether the cache or the agent decided here in a way that has no chance of its own. */
  hasDecided: boolean;
  isEstimated: boolean;
}

/** What a log holds, by state and action. Memory grows with the distinct pairs, not with the decisions. */
export class LogSurvey {
  readonly #states = new Map<string, CountedState>();
  readonly #actionTypes = new Map<string, Set<string>>();
  readonly #source: PropensitySource;
  #read = 0;
  #decisions = 0;
  #estimated = 0;
  #rewardSum = 0;
  #withoutPropensity = 0;
  #withZeroPropensity = 0;
  #withVanishingPropensity = 0;

  /** @param source - where the chances of actions may come from */
  constructor(source: PropensitySource = "logged") {
    this.#source = source;
  }

  /** Decisions that can be weighted. */
  get decisions(): number {
    return this.#decisions;
  }

  /** Decisions weighted by how often their actions were logged in their states. */
  get estimated(): number {
    return this.#estimated;
  }

  /** Decisions left out because they have no propensity. */
  get withoutPropensity(): number {
    return this.#withoutPropensity;
  }

  /** Decisions whose propensity is so small that their weight could not be summed up. */
  get withVanishingPropensity(): number {
    return this.#withVanishingPropensity;
  }

  /** What was done cannot have had no chance: such propensities are wrong. */
  get withZeroPropensity(): number {
    return this.#withZeroPropensity;
  }

  /** Every state with the key that {@link LogSurvey.state} takes. */
  get states(): Iterable<readonly [key: string, state: SurveyedState]> {
    return this.#states;
  }

  /** How many states the log has, those of different agents apart. */
  get stateCount(): number {
    return this.#states.size;
  }

  /** What was seen of a state; undefined when it is not in the log. */
  state(key: string): SurveyedState | undefined {
    return this.#states.get(key);
  }

  /** Every action type of the agent's log, in any state. */
  actionTypes(agentId: string): ReadonlySet<string> {
    return this.#actionTypes.get(agentId) ?? new Set();
  }

  /** @internal */
  add(decision: CheckedDecision): void {
    const { propensity, decision: kind } = decision;
    const half = halfOf(decision, this.#read);
    this.#read += 1;
    if (propensity === 0) this.#withZeroPropensity += 1;
    else if (propensity !== undefined && !canBeWeighted(propensity)) this.#withVanishingPropensity += 1;
    else {
      const state = this.#countedState(decision);
      const isServed = kind === "serve";
      const isDrawn = propensity !== undefined && (!isServed || this.#source === "logged");
      count(isDrawn ? state.actions : state.others, decision, half);
      if (isServed || (kind !== undefined && propensity === undefined)) state.hasDecided = true;
    }
  }

  /**
   * Settles, once everything was added, what is used of each state. In a state where the agent decided, or the cache without
   * drawing, all chances are estimated: a drawn decision beside decisions that could only turn out one way tells of its own
   * share only.
   *
   * @internal
   */
  finish(): void {
    for (const [key, state] of this.#states) {
      state.isEstimated = this.#source === "estimated" && (state.hasDecided || state.actions.size === 0);
      if (state.isEstimated) this.#estimate(state);
      else for (const { trials } of state.others.values()) this.#withoutPropensity += trials[0] + trials[1];
      state.others.clear();
      if (state.actions.size === 0) this.#states.delete(key);
      for (const [actionType, { trials, rewardSums }] of state.actions) {
        this.#decisions += trials[0] + trials[1];
        this.#rewardSum += rewardSums[0] + rewardSums[1];
        const known = this.#actionTypes.get(state.agentId);
        if (known === undefined) this.#actionTypes.set(state.agentId, new Set([actionType]));
        else known.add(actionType);
      }
    }
  }

  /**
   * The chance of a decision's action, as logged or estimated; undefined when the decision is left out.
   *
   * @internal
   */
  propensityOf(decision: CheckedDecision): number | undefined {
    const { actionType, propensity } = decision;
    if (propensity !== undefined && !canBeWeighted(propensity)) return undefined;
    const state = this.#states.get(stateKeyOf(decision));
    return state?.isEstimated === true ? state.actions.get(actionType)?.smallestPropensity : propensity;
  }

  #estimate({ actions, others }: CountedState): void {
    let decisions = 0;
    for (const [actionType, { trials, rewardSums }] of others) {
      const action = actionIn(actions, actionType);
      for (const half of BOTH_HALVES) {
        action.trials[half] += trials[half];
        action.rewardSums[half] += rewardSums[half];
      }
    }
    for (const { trials } of actions.values()) decisions += trials[0] + trials[1];
    for (const action of actions.values())
      action.smallestPropensity = (action.trials[0] + action.trials[1]) / decisions;
    this.#estimated += decisions;
  }

  /**
   * Mean reward of an action in a state, drawn towards the mean of the whole log as by one more observation. It knows
   * nothing of the decision it is for.
   *
   * @param action - undefined when it was never logged in the state
   * @param without - the reward of the decision the prediction is for
   * @param isOwn - whether that decision took this action
   * @param halves - the parts of the log to learn from, among them the one that decision is in
   */
  predictedReward(
    action: SurveyedAction | undefined,
    without: number,
    isOwn: boolean,
    halves: readonly Half[] = BOTH_HALVES,
  ): number {
    const others = this.#decisions - 1;
    const overall = others === 0 ? 0 : (this.#rewardSum - without) / others;
    if (action === undefined) return overall;
    let trials = isOwn ? -1 : 0;
    let sum = isOwn ? -without : 0;
    for (const half of halves) {
      trials += action.trials[half];
      sum += action.rewardSums[half];
    }
    return (sum + overall) / (trials + 1);
  }

  #countedState({ agentId, state, ...decision }: CheckedDecision): CountedState {
    const key = stateKeyOf({ agentId, ...decision });
    let counted = this.#states.get(key);
    if (counted === undefined) {
      const none = { actions: new Map(), others: new Map(), hasDecided: false, isEstimated: false };
      counted = { agentId, state, ...none };
      this.#states.set(key, counted);
    }
    return counted;
  }
}

function count(
  actions: Map<string, CountedAction>,
  { actionType, reward, propensity = 1 }: CheckedDecision,
  half: Half,
): void {
  const action = actionIn(actions, actionType);
  action.trials[half] += 1;
  action.rewardSums[half] += reward;
  action.smallestPropensity = Math.min(action.smallestPropensity, propensity);
}

function actionIn(actions: Map<string, CountedAction>, actionType: string): CountedAction {
  let action = actions.get(actionType);
  if (action === undefined) {
    action = { trials: [0, 0], rewardSums: [0, 0], smallestPropensity: 1 };
    actions.set(actionType, action);
  }
  return action;
}

/** The squares of a weight and of a reward, multiplied and summed up, have to stay finite. */
const LEAST_PROPENSITY = 1e-50;

/** Whether a decision with this propensity can be weighted. */
export function canBeWeighted(propensity: number | undefined): propensity is number {
  return propensity !== undefined && propensity >= LEAST_PROPENSITY;
}

export function stateKeyOf({
  agentId,
  stateFingerprint,
}: Pick<CheckedDecision, "agentId" | "stateFingerprint">): string {
  return joinParts(agentId, stateFingerprint);
}

/** @param index - position in the log */
export function halfOf({ episodeId }: Pick<CheckedDecision, "episodeId">, index: number): Half {
  // By chance: every other decision may be every other state.
  if (episodeId === undefined) return seededRandom(index)() < 0.5 ? 0 : 1;
  let sum = 0;
  for (let position = 0; position < episodeId.length; position += 1)
    sum += (position + 1) * episodeId.charCodeAt(position);
  return sum % 2 === 0 ? 0 : 1;
}
