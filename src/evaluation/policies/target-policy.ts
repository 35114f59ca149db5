import type { Half, LogSurvey, SurveyedState } from "../log/log-survey.js";

/** Probabilities by action type, which sum to 1. */
export type ActionProbabilities = ReadonlyMap<string, number>;

/** A policy whose value is to be estimated. Asked once for each state and half of the log, whatever the log's length. */
export interface TargetPolicy {
  readonly name: string;
  /** Whether it was fitted on the other half of the log, which a model to judge it by must not know then. */
  readonly isFitted?: boolean;
  /**
   * @param half - of the log: what the policy learns from it must come from the other half
   * @returns undefined where the policy leaves the decision to whoever made the logged ones
   */
  probabilities(
    state: SurveyedState,
    survey: LogSurvey,
    half: Half,
  ): ActionProbabilities | undefined | Promise<ActionProbabilities | undefined>;
}

/** Takes every action of the agent's log with equal probability. */
export function uniformPolicy(): TargetPolicy {
  return {
    name: "uniform",
    probabilities({ agentId }, survey) {
      const actionTypes = [...survey.actionTypes(agentId)];
      return new Map(actionTypes.map((actionType) => [actionType, 1 / actionTypes.length]));
    },
  };
}

/**
 * Takes the action with the highest mean reward. Fitted on one half of the log and tried on the other, both ways round: a
 * policy that is tried on what it was chosen by looks better than it is. States the other half lacks are left to the
 * logged policy.
 */
export function greedyPolicy(): TargetPolicy {
  return {
    name: "greedy",
    isFitted: true,
    probabilities({ actions }, _survey, half) {
      const other = half === 0 ? 1 : 0;
      let best: string | undefined;
      let bestMean = Number.NEGATIVE_INFINITY;
      for (const [actionType, { trials, rewardSums }] of actions) {
        const mean = rewardSums[other] / trials[other];
        if (mean > bestMean || (mean === bestMean && best !== undefined && actionType < best)) {
          best = actionType;
          bestMean = mean;
        }
      }
      return best === undefined ? undefined : new Map([[best, 1]]);
    },
  };
}
