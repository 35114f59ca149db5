import { checkNumber, checkObject } from "../common/checks.js";
import { InvalidArgumentError } from "../common/errors.js";
import { namesOf, refuseUnknownNames } from "../common/unknown-names.js";
import { seededRandom } from "../maths/learning/seeded-random.js";
import { type Decider, Deciders } from "./estimators/deciders.js";
import { DirectMethod } from "./estimators/direct-method.js";
import { DoublyRobust } from "./estimators/doubly-robust.js";
import type { Estimate, WeightedDecision } from "./estimators/estimate.js";
import { InversePropensity } from "./estimators/inverse-propensity.js";
import { Replay } from "./estimators/replay.js";
import { RunningMean } from "./estimators/running-mean.js";
import { SelfNormalized } from "./estimators/self-normalized.js";
import { Weights } from "./estimators/weights.js";
import { BOTH_HALVES, type Half, halfOf, LogSurvey, type PropensitySource, stateKeyOf } from "./log/log-survey.js";
import { type CheckedDecision, checkLoggedDecision, type LoggedDecision } from "./log/logged-decision.js";
import { type SupportWarning, supportWarnings } from "./log/support.js";
import { TargetOnLog } from "./policies/target-on-log.js";
import type { ActionProbabilities, TargetPolicy } from "./policies/target-policy.js";

/** How wide the intervals are, what replay draws from, and where propensities come from. */
export interface EvaluationOptions {
  /** Normal quantile of the intervals, > 0. Default 1.96: 95 %. */
  readonly z?: number | undefined;
  /** Uniform numbers from 0 to below 1, for replay. Default: the same numbers in every call. */
  readonly random?: (() => number) | undefined;
  /**
   * Where the chance of an action comes from that was not drawn. "estimated": in a state where the agent decided, the cache
   * served or tried, or no decision has a propensity, from how often each action was logged. "logged": such decisions of the
   * agent and trials are left out. Default "estimated". docs/evaluation.md.
   */
  readonly propensities?: PropensitySource | undefined;
}

const OPTION_NAMES = namesOf<EvaluationOptions>({ z: true, random: true, propensities: true });

/** What a policy would be worth on a log, by each estimator, and how far to trust that. */
export interface PolicyEvaluation {
  readonly policy: string;
  /** Decisions that could be weighted: those whose propensity is known, or estimated. */
  readonly decisions: number;
  /** Those of them whose propensity was estimated. */
  readonly estimated: number;
  /** Decisions left out because they have none. */
  readonly leftOut: number;
  readonly states: number;
  /** Share of the decisions that the policy leaves to whoever made the logged ones. */
  readonly leftToLog: number;
  /** Mean reward of the log itself: what there is to beat. */
  readonly logged: { readonly value: number; readonly standardError: number };
  /** The same by who decided, of those that could be weighted; only kinds that there are. */
  readonly deciders: readonly Decider[];
  readonly weights: { readonly mean: number; readonly largest: number };
  /** One for each estimator that had anything to estimate from. */
  readonly estimates: readonly Estimate[];
  /** What speaks against trusting the estimates. */
  readonly warnings: readonly SupportWarning[];
}

/** A log, or how to read it from its start: it is read twice. */
export type DecisionLog = readonly LoggedDecision[] | (() => Iterable<LoggedDecision> | AsyncIterable<LoggedDecision>);

/**
 * Estimates from a log what a policy that did not make it would be worth: by replay, IPS, SNIPS, the direct method and
 * the doubly robust estimator.
 *
 * The first reading counts states and actions, the second estimates. Memory grows with the distinct pairs of a state and
 * an action, not with the length of the log. The reward model of the last two estimators is the mean reward of the pair,
 * drawn towards the mean of the log as by one more observation, always without the decision it is used for.
 *
 * @example
 * ```ts
 * import { evaluatePolicy, type LoggedDecision, tablePolicy } from "policycache/evaluation";
 *
 * const state = { task: "refund" };
 * const log = Array.from({ length: 400 }, (_, index): LoggedDecision => {
 *   if (index % 4 === 0) return { state, action: { type: "careful" }, outcome: "success", propensity: 0.25 };
 *   return { state, action: { type: "fast" }, outcome: "failure", propensity: 0.75 };
 * });
 * const { logged, estimates } = await evaluatePolicy(log, tablePolicy({ otherwise: { careful: 1 } }));
 * console.log(logged.value.toFixed(2), estimates.find(({ estimator }) => estimator === "snips")?.value);
 * // → 0.25 1
 * ```
 * @throws {@link InvalidArgumentError} for a decision that is malformed, or when none has a propensity above 0
 * @see Dudik, Langford and Li (2011), arXiv:1103.4601; Saito, Aihara, Matsutani and Narita (2020), arXiv:2008.07146
 */
export async function evaluatePolicy(
  log: DecisionLog,
  policy: TargetPolicy,
  options: EvaluationOptions = {},
): Promise<PolicyEvaluation> {
  const open = typeof log === "function" ? log : () => log;
  async function* openChecked(): AsyncGenerator<CheckedDecision> {
    for await (const decision of open()) yield checkLoggedDecision(decision);
  }
  return evaluateChecked(openChecked, policy, options);
}

/**
 * As {@link evaluatePolicy}, for a reader that has checked each decision by itself.
 *
 * @internal
 */
export async function evaluateChecked(
  open: () => AsyncIterable<CheckedDecision>,
  policy: TargetPolicy,
  options: EvaluationOptions = {},
): Promise<PolicyEvaluation> {
  const given = refuseUnknownNames(checkObject("options", options), OPTION_NAMES);
  const z = checkNumber("z", given.z ?? 1.96, (value) => value > 0, "a number above 0");
  const survey = await surveyOf(open, checkSource(given.propensities));
  const target = await TargetOnLog.of(policy, survey);

  const weights = new Weights();
  const logged = new RunningMean();
  const deciders = new Deciders();
  const estimators = [
    new Replay(target.largestWeight, given.random ?? seededRandom(1)),
    new InversePropensity(),
    new SelfNormalized(),
    new DirectMethod(),
    new DoublyRobust(),
  ];
  let leftToLog = 0;
  let index = 0;
  for await (const decision of open()) {
    const { reward } = decision;
    const half = halfOf(decision, index);
    index += 1;
    const propensity = survey.propensityOf(decision);
    if (propensity === undefined) continue;
    const probabilities = target.probabilities(decision, half);
    if (probabilities === undefined) leftToLog += 1;
    const weighted = weigh(decision, propensity, probabilities, survey, policy.isFitted ? [half] : BOTH_HALVES);
    weights.add(weighted.weight);
    logged.add(reward);
    deciders.add(decision);
    for (const estimator of estimators) estimator.add(weighted);
  }
  const estimates = estimators.flatMap((estimator) => estimator.estimate(z) ?? []);
  const replayed = estimates.find(({ estimator }) => estimator === "replay")?.effectiveSampleSize ?? 0;
  return {
    policy: policy.name,
    decisions: survey.decisions,
    estimated: survey.estimated,
    leftOut: leftOutOf(survey),
    states: survey.stateCount,
    leftToLog: leftToLog / survey.decisions,
    logged: { value: logged.mean, standardError: logged.standardError },
    deciders: deciders.all,
    weights: { mean: weights.mean, largest: weights.largest },
    estimates,
    warnings: supportWarnings(survey, target.support, weights, replayed),
  };
}

async function surveyOf(open: () => AsyncIterable<CheckedDecision>, source: PropensitySource): Promise<LogSurvey> {
  const survey = new LogSurvey(source);
  for await (const decision of open()) survey.add(decision);
  survey.finish();
  if (survey.decisions > 0) return survey;
  const unusable = leftOutOf(survey);
  if (unusable === 0) {
    throw new InvalidArgumentError("log", "empty", "at least one decision", {
      hint: "A store logs what is recorded, and decisions once they are reported.",
    });
  }
  const expected = "at least one decision with a propensity above 0";
  throw new InvalidArgumentError("log", `${unusable} decisions without a propensity`, expected, {
    hint:
      source === "logged"
        ? 'Decisions made with `explore` carry theirs; `propensities: "estimated"` estimates those of the others.'
        : "What was done cannot have had no chance: leave the propensity out where it is not known.",
  });
}

function leftOutOf({ withoutPropensity, withZeroPropensity, withVanishingPropensity }: LogSurvey): number {
  return withoutPropensity + withZeroPropensity + withVanishingPropensity;
}

function checkSource(source: unknown = "estimated"): PropensitySource {
  if (source === "logged" || source === "estimated") return source;
  throw new InvalidArgumentError("propensities", source, `"logged" or "estimated"`);
}

function weigh(
  decision: CheckedDecision,
  propensity: number,
  probabilities: ActionProbabilities | undefined,
  survey: LogSurvey,
  halves: readonly Half[],
): WeightedDecision {
  const { actionType, reward } = decision;
  // Where the policy acts as the log did, what was observed is what it is worth.
  if (probabilities === undefined) return { weight: 1, reward, predictedReward: reward, predictedValue: reward };
  const actions = survey.state(stateKeyOf(decision))?.actions;
  const expected = (candidate: string) =>
    survey.predictedReward(actions?.get(candidate), reward, candidate === actionType, halves);
  let predictedValue = 0;
  for (const [candidate, probability] of probabilities) predictedValue += probability * expected(candidate);
  const weight = (probabilities.get(actionType) ?? 0) / propensity;
  return { weight, reward, predictedReward: expected(actionType), predictedValue };
}
