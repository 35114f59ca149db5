import type { Weights } from "../estimators/weights.js";
import type { TargetSupport } from "../policies/target-on-log.js";
import type { LogSurvey } from "./log-survey.js";

/** A reason not to trust the estimates, for programs and in words. */
export interface SupportWarning {
  readonly code:
    | "ESTIMATED_PROPENSITIES"
    | "NO_PROPENSITY"
    | "ZERO_PROPENSITY"
    | "VANISHING_PROPENSITY"
    | "UNSUPPORTED_ACTIONS"
    | "SMALL_PROPENSITIES"
    | "FEW_EFFECTIVE_DECISIONS"
    | "FEW_REPLAYED"
    | "WEIGHTS_OFF";
  readonly message: string;
}

/** Below this, a single decision may outweigh a thousand others. */
const SMALL_PROPENSITY = 0.001;
/** Below this many, means are far from normally distributed. */
const FEW_DECISIONS = 100;
/** Mean weights this many standard errors from 1 are hardly chance. */
const STANDARD_ERRORS_OFF = 3;

/**
 * What speaks against trusting estimates from this log: missing support, and propensities that cannot be right.
 *
 * @param replayed - decisions that replay kept
 */
export function supportWarnings(
  survey: LogSurvey,
  support: TargetSupport,
  weights: Weights,
  replayed: number,
): readonly SupportWarning[] {
  const warnings: SupportWarning[] = [];
  const warn = (code: SupportWarning["code"], message: string) => warnings.push({ code, message });
  if (survey.estimated > 0) {
    warn(
      "ESTIMATED_PROPENSITIES",
      `${survey.estimated} of ${survey.decisions} decisions are weighted by how often their actions were logged in their ` +
        "states, because how the agent chose is not known. That is right only if it chose by what the state holds: where it " +
        "saw more, no estimate from its own choices is.",
    );
  }
  if (survey.withoutPropensity > 0) {
    warn("NO_PROPENSITY", `${survey.withoutPropensity} decisions without a propensity were left out.`);
  }
  if (survey.withZeroPropensity > 0) {
    const wrong = "what was done cannot have had no chance, so the log's propensities are wrong";
    warn("ZERO_PROPENSITY", `${survey.withZeroPropensity} decisions with a propensity of 0 were left out: ${wrong}.`);
  }
  if (survey.withVanishingPropensity > 0) {
    const left = `${survey.withVanishingPropensity} decisions with a propensity below 1e-50 were left out`;
    warn("VANISHING_PROPENSITY", `${left}: no sum could hold their weights, and no log shows such a choice.`);
  }
  const { unsupportedShare, unsupportedStates, unsupportedExample } = support;
  if (unsupportedExample !== undefined) {
    const { actionType, state } = unsupportedExample;
    const share = `${percent(unsupportedShare)} of the policy's choices`;
    const example = `for instance ${actionType} in ${JSON.stringify(state)}`;
    warn(
      "UNSUPPORTED_ACTIONS",
      `${share} were never logged in their state (${unsupportedStates} of ${survey.stateCount} states, ${example}): ` +
        "the log says nothing of them, IPS and doubly robust take their reward or its correction as 0.",
    );
  }
  if (support.smallestPropensity < SMALL_PROPENSITY) {
    warn(
      "SMALL_PROPENSITIES",
      `Actions the policy takes were logged with probabilities down to ${support.smallestPropensity}: a single decision ` +
        `weighs up to ${weights.largest.toFixed(1)} times its share.`,
    );
  }
  if (weights.effectiveSampleSize < FEW_DECISIONS) {
    warn(
      "FEW_EFFECTIVE_DECISIONS",
      `The weighted decisions tell as much as ${weights.effectiveSampleSize.toFixed(1)} would; with fewer than ` +
        `${FEW_DECISIONS} the intervals are too narrow.`,
    );
  }
  if (replayed < FEW_DECISIONS) {
    warn("FEW_REPLAYED", `Replay kept ${replayed} of ${survey.decisions} decisions: its interval is too narrow.`);
  }
  if (Math.abs(weights.mean - 1) > STANDARD_ERRORS_OFF * weights.standardError + Number.EPSILON) {
    warn(
      "WEIGHTS_OFF",
      `The weights average ${weights.mean.toFixed(3)} where 1 is expected: propensities are wrong, or actions of the ` +
        "policy could not be logged. Prefer SNIPS to IPS.",
    );
  }
  return warnings;
}

function percent(share: number): string {
  return `${(100 * share).toFixed(1)} %`;
}
