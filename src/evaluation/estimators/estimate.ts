/** The estimators, as docs/evaluation.md explains them. */
export type EstimatorName = "replay" | "ips" | "snips" | "direct-method" | "doubly-robust";

/** What a policy is worth per decision, by one estimator. */
export interface Estimate {
  readonly estimator: EstimatorName;
  /** Mean reward per decision. */
  readonly value: number;
  readonly standardError: number;
  /** Normal interval: `value` less and plus z standard errors. Too narrow when the effective sample is small. */
  readonly lower: number;
  readonly upper: number;
  /** How many decisions drawn from the policy itself would tell as much: (sum of weights)^2 / sum of squared weights. */
  readonly effectiveSampleSize: number;
}

/** A logged decision as estimators see it. */
export interface WeightedDecision {
  /** Probability of the logged action under the target policy over its propensity; 1 where the policy acts as logged. */
  readonly weight: number;
  readonly reward: number;
  /** Reward that a model fitted without this decision expects of the logged action. */
  readonly predictedReward: number;
  /** Reward that the model expects of the target policy in this state. */
  readonly predictedValue: number;
}

/** Estimates the value of a policy from decisions that another one made, in one pass and constant memory. */
export interface Estimator {
  add(decision: WeightedDecision): void;
  /** @param z - normal quantile of the interval. @returns undefined while there is nothing to estimate from */
  estimate(z: number): Estimate | undefined;
}

export function estimateOf(
  estimator: EstimatorName,
  { mean: value, standardError }: { readonly mean: number; readonly standardError: number },
  effectiveSampleSize: number,
  z: number,
): Estimate {
  const margin = z * standardError;
  return { estimator, value, standardError, lower: value - margin, upper: value + margin, effectiveSampleSize };
}
