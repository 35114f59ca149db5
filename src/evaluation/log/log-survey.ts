import { joinParts } from "../../common/joined-parts.js";
import type { JsonObject } from "../../maths/json/json-value.js";
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
  /** Smallest propensity above 0 with which it was logged. */
  readonly smallestPropensity: number;
}

interface CountedAction extends SurveyedAction {
  readonly trials: [number, number];
  readonly rewardSums: [number, number];
  smallestPropensity: number;
}

interface CountedState extends SurveyedState {
  readonly actions: Map<string, CountedAction>;
}

/** What a log holds, by state and action. Memory grows with the distinct pairs, not with the decisions. */
export class LogSurvey {
  readonly #states = new Map<string, CountedState>();
  readonly #actionTypes = new Map<string, Set<string>>();
  #decisions = 0;
  #rewardSum = 0;
  #withoutPropensity = 0;
  #withZeroPropensity = 0;
  #withVanishingPropensity = 0;

  /** Decisions that can be weighted. */
  get decisions(): number {
    return this.#decisions;
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
    const { agentId, actionType, reward, propensity } = decision;
    if (propensity === undefined) this.#withoutPropensity += 1;
    else if (propensity === 0) this.#withZeroPropensity += 1;
    else if (!canBeWeighted(propensity)) this.#withVanishingPropensity += 1;
    else {
      const half = halfOf(decision, this.#decisions);
      const action = this.#countedAction(decision);
      action.trials[half] += 1;
      action.rewardSums[half] += reward;
      action.smallestPropensity = Math.min(action.smallestPropensity, propensity);
      const known = this.#actionTypes.get(agentId);
      if (known === undefined) this.#actionTypes.set(agentId, new Set([actionType]));
      else known.add(actionType);
      this.#decisions += 1;
      this.#rewardSum += reward;
    }
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

  #countedAction({ agentId, state, actionType, ...decision }: CheckedDecision): CountedAction {
    const key = stateKeyOf({ agentId, ...decision });
    let counted = this.#states.get(key);
    if (counted === undefined) {
      counted = { agentId, state, actions: new Map() };
      this.#states.set(key, counted);
    }
    let action = counted.actions.get(actionType);
    if (action === undefined) {
      action = { trials: [0, 0], rewardSums: [0, 0], smallestPropensity: 1 };
      counted.actions.set(actionType, action);
    }
    return action;
  }
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

/** @param index - position among the decisions that can be weighted */
export function halfOf({ episodeId }: Pick<CheckedDecision, "episodeId">, index: number): Half {
  if (episodeId === undefined) return index % 2 === 0 ? 0 : 1;
  let sum = 0;
  for (let position = 0; position < episodeId.length; position += 1)
    sum += (position + 1) * episodeId.charCodeAt(position);
  return sum % 2 === 0 ? 0 : 1;
}
