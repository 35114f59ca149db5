import { MAX_LEARNED_VALUE } from "../checks.js";
import {
  anyNumber,
  atLeast,
  atMostOne,
  belowOne,
  between,
  constant,
  either,
  flag,
  integerFrom,
  oneOf,
  positive,
  properProportion,
  proportion,
  type Range,
} from "./constant.js";
import { isTimeZone } from "./time-zone.js";

/** What is wrong with a budget depends on the confidence too: they are checked together. */
const BUDGET: Range<number | "none"> = { expected: 'a number above 0 and below 1, or "none"', accepts: () => true };

const LEARNABLE: Range<number> = {
  ...between(-MAX_LEARNED_VALUE, MAX_LEARNED_VALUE),
  expected: `a finite number of at most ${MAX_LEARNED_VALUE} either way`,
};

const TIME_ZONE: Range<string> = { expected: "an IANA time zone, such as Europe/Berlin", accepts: isTimeZone };

/**
 * Every tuning constant. The types, the library's own values, the checks of what callers give and the table in
 * docs/tuning.md, whose effects are the comments here, all follow from this table.
 */
export const CONSTANTS = {
  /** Outcomes a pair needs before it can become a policy; with the default threshold its bound needs 6 anyway. */
  minEvents: constant(3, integerFrom(1), { useful: "1 to 10" }),
  /**
   * The Wilson lower bound must exceed this for a pair to become a policy. Histories of successes alone pass 0.3, 0.5, 0.6,
   * 0.7, 0.8, 0.9 after 2, 4, 6, 9, 16, 35 events.
   */
  ciThreshold: constant(0.6, belowOne, { useful: "0.3 to 0.8" }),
  /** Normal quantile of the Wilson bound; 1.96 is the two-sided 95 % interval. */
  wilsonZ: constant(1.96, positive),
  /**
   * Serve only what fails at most this often, as far as the evidence shows. `"none"`: serve what passes the threshold of
   * crystallization.
   */
  errorBudget: constant<number | "none">("none", BUDGET, { useful: "0.01 to 0.3", page: "trust.md" }),
  /** Confidence level of the error budget: how sure it must be that the budget is kept, however often `decide` is asked. */
  budgetConfidence: constant(0.95, properProportion, { useful: "0.9 to 0.99" }),
  /**
   * Serve only what is proven to fail at most this much more often than the agent's own way. `"none"`: do not compare. Beside an
   * error budget both must hold.
   */
  worseThanAgent: constant<number | "none">("none", either(oneOf("none"), properProportion), {
    useful: "0.02 to 0.2",
    page: "trust.md#worse-than-my-agent",
  }),
  /** Share of what would be served that is left to the fallback, to compare both further; 0 for none. */
  audits: constant(0, belowOne, { useful: "0.02 to 0.1", page: "trust.md#worse-than-my-agent" }),
  /** Trials of actions that their own record cannot prove, where `decide` is given a fallback and there is an error budget. */
  trials: {
    /** The chance of a trial, where one may be made; 0 tries nothing. */
    rate: constant(0.5, proportion, { page: "trust.md#trials" }),
    /** Trials that may fail in any state. */
    failures: constant(3, integerFrom(0), { page: "trust.md#trials" }),
    /** Further ones that may fail, as a share of the decisions of the state. */
    share: constant(0.01, proportion, { useful: "0 to 0.05", page: "trust.md#trials" }),
  },
  /**
   * Which decisions are counted as soon as they are made, where there is an error budget: those that are not served, or
   * `"all"`, for a write each. Until its outcome is known such a decision counts as a failure.
   */
  openDecisions: constant<"unserved" | "all" | "none">("unserved", oneOf("unserved", "all", "none"), {
    page: "trust.md#open-decisions",
  }),
  /** A decision whose outcome is not known after this time, at the latest after twice of it, has failed. */
  openTimeoutSeconds: constant(86_400, positive, { page: "trust.md#open-decisions" }),
  /**
   * What counts as one trial: every event, or the first visit of each episode to a state and action. Fixed when a store is
   * first used. `"stored"`: what the store has, and `"event"` for a new one.
   */
  evidence: constant<"stored" | "event" | "episode">("stored", oneOf("event", "episode", "stored"), {
    page: "trust.md#evidence-by-episode",
  }),
  /**
   * A policy whose outcomes have turned bad is retired. This many false retirements per outcome are accepted at most. 0
   * never retires.
   */
  retirementFalseAlarmRate: constant(0.001, belowOne, { useful: "0.0001 to 0.01", page: "retirement.md" }),
  /** The Q-value a new policy starts from: its bound, its pair's learned value, the mean of its rewards, or a number. */
  initialQ: constant<"bound" | "learned" | "meanReward" | number>(
    "bound",
    either(oneOf("bound", "learned", "meanReward"), LEARNABLE),
    { page: "learning.md" },
  ),
  /** Start a new policy's confidence from its evidence instead of from `initialConfidence`. */
  seedConfidence: constant(false, flag),
  /** Q-value learning rate. */
  tdAlpha: constant(0.1, atMostOne, { useful: "0.01 to 0.5" }),
  /** Q-value discount factor; 1 only when `tdEpisodic`. */
  tdGamma: constant(0.95, proportion, { useful: "0.8 to below 0.99" }),
  /** Rewards of an episode that a return adds up before it goes on with a learned value. */
  tdSteps: constant(1, integerFrom(1, 64), { useful: "1 to 10" }),
  /** Weight of the later ones of these rewards against values learned in between; 1 is the n-step return. */
  tdLambda: constant(1, proportion, { useful: "0.8 to 1" }),
  /** Every task ends, so that a discount factor of 1 is sound. */
  tdEpisodic: constant(false, flag),
  /** `epsilon-greedy`: chance of any action instead of the best. */
  explorationEpsilon: constant(0.1, proportion, { useful: "0.01 to 0.3" }),
  /** `softmax`: on the scale of the values; the smaller, the greedier. */
  softmaxTemperature: constant(0.1, positive),
  /** `ucb1`: width of the confidence bound; the published one is √2. */
  ucbCoefficient: constant(Math.SQRT2, positive, { useful: "0.2 to 1.5" }),
  /** `thompson`: successes every action is believed to have had before any evidence. */
  thompsonPriorSuccesses: constant(1, atLeast(1)),
  /** `thompson`: failures every action is believed to have had before any evidence. */
  thompsonPriorFailures: constant(1, atLeast(1)),
  /** Weights of the four parts of a policy's score. */
  rankingWeights: {
    /** Weight of the decayed Q-value in a policy's score. */
    expectedValue: constant(0.6, atLeast(0)),
    /** Weight of confidence in a policy's score. */
    confidence: constant(0.2, atLeast(0)),
    /** Weight of use in a policy's score. */
    accessCount: constant(0.1, atLeast(0)),
    /** Weight of links to the policies of the context in a policy's score. */
    coOccurrence: constant(0.1, atLeast(0)),
  },
  /** Power-law decay exponent of recency. */
  decayRate: constant(0.1, positive, { useful: "0.1 to 1" }),
  /** How strongly confidence bends the decay exponent; 0 switches it off. */
  decayConfidenceStrength: constant(0.5, atLeast(0), { useful: "0.3 to 0.7" }),
  /** Whether confidence bends the decay at all. */
  decayConfidenceEnabled: constant(true, flag),
  /** Confidence before any evidence. */
  initialConfidence: constant(0.5, proportion, { useful: "0.1 to 0.9" }),
  /** From this many observations on, confidence follows the last ones only. */
  evidenceCap: constant(20, integerFrom(1), { unit: "observations" }),
  /** Guard against rounding when confidence is compared with a threshold. */
  confidenceEpsilon: constant(1e-9, atLeast(0)),
  /** Confidence signal of a success. */
  actedConfidenceSignal: constant(0.9, between(0.5, 1)),
  /** Confidence signal of a failure. */
  contradictedConfidenceSignal: constant(0.1, between(0, 0.5), { useful: "0.05 to 0.3" }),
  /** Below this confidence a contradiction releases pressure. Must exceed `contradictedConfidenceSignal`. */
  autoDischargeThreshold: constant(0.15, proportion),
  /** Cycle amplitudes grow by this on success. Values below 1 would cost much ranking quality. */
  actedCycleFactor: constant(1.2, atLeast(1), { useful: "1 to 2" }),
  /** Cycle amplitudes shrink by this when dismissed. */
  dismissedCycleFactor: constant(0.8, proportion),
  /** Cycle amplitudes shrink by this on failure. */
  contradictedCycleFactor: constant(0.5, proportion, { useful: "0.3 to 0.8" }),
  /** Weight of a new link; at most the cap. */
  coOccurrenceInitialWeight: constant(0.1, positive, { useful: "0.01 to 0.5" }),
  /** Weight added to the link between two policies that succeeded in one task. */
  coOccurrenceDelta: constant(0.05, positive, { useful: "0.01 to 0.2" }),
  /** Largest weight of a link. */
  coOccurrenceWeightCap: constant(1, positive),
  /** What weakening links multiplies by. */
  coOccurrenceDecayFactor: constant(0.95, belowOne, { useful: "0.5 to 0.99" }),
  /** What every hop of propagation multiplies by; times the weight cap below 1. */
  coOccurrenceDecayPerHop: constant(0.5, positive),
  /** Write filter: below this score a record is not saved. */
  writeFilterMin: constant(0.1, anyNumber),
  /** Write filter: from this score on a record is listed by priority. At least `writeFilterMin`. */
  writeFilterPriority: constant(0.7, anyNumber),
  /** A prediction error above it lowers confidence. */
  ledgerErrorThreshold: constant(0.7, proportion),
  /** The confidence signal of a prediction error above the threshold. */
  ledgerLowSignal: constant(0.2, proportion),
  /** Prediction errors that outcomes stand for when no reward was predicted. */
  ledgerErrors: {
    /** Prediction error that an acted outcome stands for when no reward was predicted. */
    acted: constant(0.1, proportion),
    /** Prediction error that a used outcome stands for when no reward was predicted. */
    used: constant(0.3, proportion),
    /** Prediction error that a dismissed outcome stands for when no reward was predicted. */
    dismissed: constant(0.5, proportion),
    /** Prediction error that a contradicted outcome stands for when no reward was predicted. */
    contradicted: constant(0.9, proportion),
  },
  /** Expected share of false ones among the rhythms found. */
  pThreshold: constant(0.05, properProportion, { useful: "0.001 to 0.1", page: "rhythms.md" }),
  /** Distinct weeks in which the action must have been taken before its policy is tested for a rhythm. */
  minPeriods: constant(4, integerFrom(1), { unit: "weeks" }),
  /** Weeks that rhythms are looked for in; older ones are forgotten. A year covers all seasons. */
  rhythmWindowWeeks: constant(52, integerFrom(4)),
  /** Time zone whose weekdays and hours rhythms are looked for in. */
  timeZone: constant("UTC", TIME_ZONE),
  /** Amplitude of a discovered cycle. */
  initialCycleAmplitude: constant(0.5, between(0, 100)),
  /** A decision counts as used only when its success is reported within this time. */
  stagedTtlSeconds: constant(86_400, positive),
  /** With a fallback, `decide` waits for the store this long, and asks the fallback then. */
  decideTimeoutMs: constant(1000, between(1, 2 ** 31 - 1), {
    useful: "50 to 5000",
    page: "trust.md#when-the-store-is-away",
  }),
  /** A decision can be reported for this long. */
  reportTtlSeconds: constant(2_592_000, positive),
  /** Times of uses kept per policy. */
  maxAccessLog: constant(100, integerFrom(1)),
  /** Predictions kept per policy. */
  maxLedger: constant(20, integerFrom(1)),
  /** Outcomes kept per state and action for `explain`; 0 keeps none. */
  historyLength: constant(20, integerFrom(0, 1000), { unit: "outcomes", page: "trust.md#why-explain" }),
  /** About how many outcomes the stream keeps for other consumers. Outcomes that are not counted yet always stay. */
  streamMaxLength: constant(10_000, integerFrom(1), { unit: "outcomes" }),
  /** An event that is not counted for so long is a warning to `health`, and ten times as long a failure. */
  uncountedSeconds: constant(30, positive, { useful: "1 to 600", page: "health.md" }),
  /** Another group of the outcome stream that is behind for so long is a warning to `health`. */
  behindSeconds: constant(300, positive, { useful: "10 to 86 400", page: "health.md" }),
};
