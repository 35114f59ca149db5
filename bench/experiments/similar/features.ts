import type { FeatureGain } from "../../../src/maths/levels/feature-order.js";
import { ObservedAgent } from "./agent.js";
import type { Step } from "./events.js";

export interface LearnedFeatures {
  readonly chosen: readonly FeatureGain[];
  readonly others: readonly FeatureGain[];
  readonly levels: readonly (readonly string[])[];
}

/** What is learned of features from all of the decisions, in the order of the file. */
export function learnedFeatures(steps: readonly Step[]): LearnedFeatures {
  const agent = new ObservedAgent("types");
  for (const step of steps) agent.learn(step);
  const { order, levels = [] } = agent.learner.found ?? {};
  return { chosen: order?.chosen ?? [], others: order?.others ?? [], levels };
}
