import { InvalidArgumentError } from "../../common/errors.js";
import type { JsonObject } from "../../maths/json/json-value.js";
import { BOTH_HALVES, type Half, type LogSurvey, type SurveyedState, stateKeyOf } from "../log/log-survey.js";
import type { CheckedDecision } from "../log/logged-decision.js";
import type { ActionProbabilities, TargetPolicy } from "./target-policy.js";

/** How far a log can say what a policy would do. */
export interface TargetSupport {
  /** Share of the policy's choices, over the decisions of the log, that were never logged in their state. */
  readonly unsupportedShare: number;
  readonly unsupportedStates: number;
  readonly unsupportedExample: { readonly actionType: string; readonly state: JsonObject } | undefined;
  /** Smallest propensity of an action that the policy takes; 1 when it takes none. */
  readonly smallestPropensity: number;
}

type HalfProbabilities = readonly [ActionProbabilities | undefined, ActionProbabilities | undefined];

const TOLERANCE = 1e-6;

/** A target policy asked once for every state and half of a log. */
export class TargetOnLog {
  readonly #probabilities: ReadonlyMap<string, HalfProbabilities>;
  readonly support: TargetSupport;
  /** No decision of the log weighs more. */
  readonly largestWeight: number;

  private constructor(
    probabilities: ReadonlyMap<string, HalfProbabilities>,
    support: TargetSupport,
    largestWeight: number,
  ) {
    this.#probabilities = probabilities;
    this.support = support;
    this.largestWeight = largestWeight;
  }

  static async of(policy: TargetPolicy, survey: LogSurvey): Promise<TargetOnLog> {
    const probabilities = new Map<string, HalfProbabilities>();
    const tally = new SupportTally();
    for (const [key, state] of survey.states) {
      const both: HalfProbabilities = [
        checkDistribution(policy, await policy.probabilities(state, survey, 0)),
        checkDistribution(policy, await policy.probabilities(state, survey, 1)),
      ];
      probabilities.set(key, both);
      for (const half of BOTH_HALVES) tally.add(state, half, both[half]);
    }
    return new TargetOnLog(probabilities, tally.support(survey.decisions), tally.largestWeight);
  }

  /** @returns undefined where the policy acts as the log did */
  probabilities(decision: CheckedDecision, half: Half): ActionProbabilities | undefined {
    return this.#probabilities.get(stateKeyOf(decision))?.[half];
  }
}

class SupportTally {
  largestWeight = 0;
  #unsupported = 0;
  #smallestPropensity = 1;
  #example: TargetSupport["unsupportedExample"];
  readonly #unsupportedStates = new Set<SurveyedState>();

  add(surveyed: SurveyedState, half: Half, probabilities: ActionProbabilities | undefined): void {
    const { actions, state } = surveyed;
    if (probabilities === undefined) {
      this.largestWeight = Math.max(this.largestWeight, 1);
      return;
    }
    let decisions = 0;
    for (const { trials } of actions.values()) decisions += trials[half];
    if (decisions === 0) return;
    for (const [actionType, probability] of probabilities) {
      if (probability === 0) continue;
      const action = actions.get(actionType);
      if (action === undefined) {
        this.#unsupported += probability * decisions;
        this.#unsupportedStates.add(surveyed);
        this.#example ??= { actionType, state };
      } else {
        this.#smallestPropensity = Math.min(this.#smallestPropensity, action.smallestPropensity);
        this.largestWeight = Math.max(this.largestWeight, probability / action.smallestPropensity);
      }
    }
  }

  support(decisions: number): TargetSupport {
    return {
      unsupportedShare: this.#unsupported / decisions,
      unsupportedStates: this.#unsupportedStates.size,
      unsupportedExample: this.#example,
      smallestPropensity: this.#smallestPropensity,
    };
  }
}

function checkDistribution(
  { name }: TargetPolicy,
  probabilities: ActionProbabilities | undefined,
): ActionProbabilities | undefined {
  if (probabilities === undefined) return undefined;
  let sum = 0;
  for (const probability of probabilities.values()) sum += probability >= 0 ? probability : Number.NaN;
  if (!(Math.abs(sum - 1) <= TOLERANCE)) {
    throw new InvalidArgumentError(`policy ${name}`, sum, "probabilities of at least 0 that sum to 1 in every state");
  }
  return probabilities;
}
