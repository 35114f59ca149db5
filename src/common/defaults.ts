import { isTimeZone } from "../maths/rhythm/local-time.js";
import { budgetProblem } from "../maths/statistics/error-budget.js";
import { ConfigurationError } from "./errors.js";

/**
 * Every tuning constant, in one place. Override any of them per store or cache (`defaults: { ciThreshold: 0.7 }`), some
 * also per call. Values are read when used and checked when given.
 */
export interface TuningConstants {
  /** Power-law decay exponent of recency. > 0; useful 0.1 to 1. */
  readonly decayRate: number;
  /** How strongly confidence bends the decay exponent. >= 0; 0 switches it off; useful 0.3 to 0.7. */
  readonly decayConfidenceStrength: number;
  /** Whether confidence bends the decay at all. */
  readonly decayConfidenceEnabled: boolean;
  /** Confidence before any evidence. 0 to 1. */
  readonly initialConfidence: number;
  /** From this many observations on, confidence follows the last ones only. Integer >= 1. */
  readonly evidenceCap: number;
  /** Guard against rounding when confidence is compared with a threshold. >= 0. */
  readonly confidenceEpsilon: number;
  /** Confidence signal of a success. 0.5 to 1. */
  readonly actedConfidenceSignal: number;
  /** Confidence signal of a failure. 0 to 0.5. */
  readonly contradictedConfidenceSignal: number;
  /** Cycle amplitudes grow by this on success. >= 1: below, ranking quality falls off a cliff. */
  readonly actedCycleFactor: number;
  /** Cycle amplitudes shrink by this when dismissed. 0 to 1. */
  readonly dismissedCycleFactor: number;
  /** Cycle amplitudes shrink by this on failure. 0 to 1. */
  readonly contradictedCycleFactor: number;
  /** Below this confidence a contradiction releases pressure. Must exceed `contradictedConfidenceSignal`. */
  readonly autoDischargeThreshold: number;
  /** Weight of a new link. Above 0, at most the cap; useful 0.01 to 0.5. */
  readonly coOccurrenceInitialWeight: number;
  /** What weakening links multiplies by. 0 to below 1; useful 0.5 to 0.99. */
  readonly coOccurrenceDecayFactor: number;
  /** What every hop of propagation multiplies by. Above 0; times the weight cap below 1. */
  readonly coOccurrenceDecayPerHop: number;
  /** Weight added to the link between two policies that succeeded in one task. > 0; useful 0.01 to 0.2. */
  readonly coOccurrenceDelta: number;
  /** Largest weight of a link. > 0. */
  readonly coOccurrenceWeightCap: number;
  /** Write filter: below this score a record is not saved. */
  readonly writeFilterMin: number;
  /** Write filter: from this score on a record is listed by priority. At least `writeFilterMin`. */
  readonly writeFilterPriority: number;
  /** A prediction error above it lowers confidence. 0 to 1. */
  readonly ledgerErrorThreshold: number;
  /** The confidence signal of a prediction error above the threshold. 0 to 1. */
  readonly ledgerLowSignal: number;
  /** Prediction errors that outcomes stand for when no reward was predicted. Each 0 to 1. */
  readonly ledgerErrors: LedgerErrorConstants;
  /** Outcomes a pair needs before it can become a policy. Integer >= 1; useful 1 to 10. */
  readonly minEvents: number;
  /** The Wilson lower bound must exceed this for a pair to become a policy. 0 to below 1; useful 0.3 to 0.8. */
  readonly ciThreshold: number;
  /** Normal quantile of the Wilson bound. > 0; 1.96 is the two-sided 95 % interval. */
  readonly wilsonZ: number;
  /**
   * A policy whose outcomes have turned bad is retired; this many retirements per outcome are accepted, at most, although
   * nothing has changed. 0 to below 1; 0 never retires; useful 0.0001 to 0.01.
   */
  readonly retirementFalseAlarmRate: number;
  /**
   * Serve only what fails at most this often, as far as the evidence shows: above 0, below 1; useful 0.01 to 0.3. "none":
   * serve what passes the threshold of crystallization.
   */
  readonly errorBudget: number | "none";
  /** How sure the error budget must be kept, however often it is asked. Above 0, below 1; useful 0.9 to 0.99. */
  readonly budgetConfidence: number;
  /**
   * What counts as one trial: every event, or the first visit of each episode to a state and action. Fixed when a store is
   * first used. "stored": as the store counts already, by event when it is new.
   */
  readonly evidence: "stored" | "event" | "episode";
  /** The Q-value a new policy starts from: its bound, its pair's learned value, the mean of its rewards, or a number. */
  readonly initialQ: "bound" | "learned" | "meanReward" | number;
  /** Start a new policy's confidence from its evidence instead of from `initialConfidence`. */
  readonly seedConfidence: boolean;
  /** Q-value learning rate. Above 0 to 1; useful 0.01 to 0.5. */
  readonly tdAlpha: number;
  /** Q-value discount factor. 0 to below 1, or 1 when `tdEpisodic`; useful 0.8 to below 0.99. */
  readonly tdGamma: number;
  /** Rewards of an episode that a return adds up before it goes on with a learned value. Integer from 1 to 64. */
  readonly tdSteps: number;
  /** Weight of the later ones of these rewards against values learned in between. 0 to 1; 1 is the n-step return. */
  readonly tdLambda: number;
  /** Every task ends, so that a discount factor of 1 is sound. */
  readonly tdEpisodic: boolean;
  /** `epsilon-greedy`: chance of any action instead of the best. 0 to 1; useful 0.01 to 0.3. */
  readonly explorationEpsilon: number;
  /** `softmax`: on the scale of the values; the smaller, the greedier. > 0. */
  readonly softmaxTemperature: number;
  /** `ucb1`: width of the confidence bound. > 0; useful 0.2 to 1.5. */
  readonly ucbCoefficient: number;
  /** `thompson`: successes every action is believed to have had before any evidence. >= 1. */
  readonly thompsonPriorSuccesses: number;
  /** `thompson`: failures every action is believed to have had before any evidence. >= 1. */
  readonly thompsonPriorFailures: number;
  /** Of the rhythms found, the expected share of false ones. Above 0 to below 1. */
  readonly pThreshold: number;
  /** Distinct weeks a policy must have been used in before it is tested for a rhythm. Integer >= 1. */
  readonly minPeriods: number;
  /** Weeks of use that rhythms are looked for in; older use is forgotten. Integer >= 4; a year covers all seasons. */
  readonly rhythmWindowWeeks: number;
  /** IANA name of the time zone whose weekdays and hours rhythms are looked for in. */
  readonly timeZone: string;
  /** Amplitude of a discovered cycle. 0 to 100. */
  readonly initialCycleAmplitude: number;
  /** Weights of the four parts of a policy's score. Each >= 0. */
  readonly rankingWeights: RankingWeightConstants;
  /** A decision counts as used only when reported within this many seconds. > 0. */
  readonly stagedTtlSeconds: number;
  /** A decision can be reported for this many seconds. > 0. */
  readonly reportTtlSeconds: number;
  /** Times of use kept per policy. Integer >= 1. */
  readonly maxAccessLog: number;
  /** Predictions kept per policy. Integer >= 1. */
  readonly maxLedger: number;
  /** Outcomes kept per state and action for `explain`. Integer from 0 to 1000; 0 keeps none. */
  readonly historyLength: number;
  /** Entries kept in the stream of outcomes, about. Never one that is not yet counted. Integer >= 1. */
  readonly streamMaxLength: number;
}

/** Constants in place of those that hold otherwise; what is undefined is left as it is. */
export type TuningOverrides = { readonly [Name in keyof TuningConstants]?: TuningConstants[Name] | undefined };

export interface RankingWeightConstants {
  readonly expectedValue: number;
  readonly confidence: number;
  readonly accessCount: number;
  readonly coOccurrence: number;
}

export interface LedgerErrorConstants {
  readonly acted: number;
  readonly used: number;
  readonly dismissed: number;
  readonly contradicted: number;
}

/** The library's own values; sources and sensitivity in docs/tuning.md. */
export const Defaults: TuningConstants = Object.freeze({
  decayRate: 0.1,
  decayConfidenceStrength: 0.5,
  decayConfidenceEnabled: true,
  initialConfidence: 0.5,
  evidenceCap: 20,
  confidenceEpsilon: 1e-9,
  actedConfidenceSignal: 0.9,
  contradictedConfidenceSignal: 0.1,
  actedCycleFactor: 1.2,
  dismissedCycleFactor: 0.8,
  contradictedCycleFactor: 0.5,
  autoDischargeThreshold: 0.15,
  coOccurrenceInitialWeight: 0.1,
  coOccurrenceDecayFactor: 0.95,
  coOccurrenceDecayPerHop: 0.5,
  coOccurrenceDelta: 0.05,
  coOccurrenceWeightCap: 1,
  writeFilterMin: 0.1,
  writeFilterPriority: 0.7,
  ledgerErrorThreshold: 0.7,
  ledgerLowSignal: 0.2,
  ledgerErrors: Object.freeze({ acted: 0.1, used: 0.3, dismissed: 0.5, contradicted: 0.9 }),
  minEvents: 3,
  ciThreshold: 0.6,
  wilsonZ: 1.96,
  retirementFalseAlarmRate: 0.001,
  errorBudget: "none",
  budgetConfidence: 0.95,
  evidence: "stored",
  initialQ: "bound",
  seedConfidence: false,
  tdAlpha: 0.1,
  tdGamma: 0.95,
  tdSteps: 1,
  tdLambda: 1,
  tdEpisodic: false,
  explorationEpsilon: 0.1,
  softmaxTemperature: 0.1,
  ucbCoefficient: Math.SQRT2,
  thompsonPriorSuccesses: 1,
  thompsonPriorFailures: 1,
  pThreshold: 0.05,
  minPeriods: 4,
  rhythmWindowWeeks: 52,
  timeZone: "UTC",
  initialCycleAmplitude: 0.5,
  rankingWeights: Object.freeze({ expectedValue: 0.6, confidence: 0.2, accessCount: 0.1, coOccurrence: 0.1 }),
  stagedTtlSeconds: 86_400,
  reportTtlSeconds: 2_592_000,
  maxAccessLog: 100,
  maxLedger: 20,
  historyLength: 20,
  streamMaxLength: 10_000,
});

/**
 * Largest size of a reward or a learned value: sums and discounted products of any number of them that can be observed
 * stay finite, and a stored value that is not finite could not be read back.
 */
export const MAX_LEARNED_VALUE = 1e100;

interface Range {
  readonly expected: string;
  readonly accepts: (value: number) => boolean;
}

const positive: Range = { expected: "a number above 0", accepts: (value) => value > 0 };
const notNegative: Range = { expected: "a number of at least 0", accepts: (value) => value >= 0 };
const proportion: Range = { expected: "a number from 0 to 1", accepts: (value) => value >= 0 && value <= 1 };
const count: Range = {
  expected: "an integer of at least 1",
  accepts: (value) => Number.isInteger(value) && value >= 1,
};
const inside = (low: number, high: number): Range => ({
  expected: `a number from ${low} to ${high}`,
  accepts: (value) => value >= low && value <= high,
});

const RANGES: { readonly [Name in NumericConstant]: Range } = {
  decayRate: positive,
  decayConfidenceStrength: notNegative,
  initialConfidence: proportion,
  evidenceCap: count,
  confidenceEpsilon: notNegative,
  actedConfidenceSignal: inside(0.5, 1),
  contradictedConfidenceSignal: inside(0, 0.5),
  actedCycleFactor: { expected: "a number of at least 1", accepts: (value) => value >= 1 },
  dismissedCycleFactor: proportion,
  contradictedCycleFactor: proportion,
  autoDischargeThreshold: proportion,
  coOccurrenceInitialWeight: positive,
  coOccurrenceDecayFactor: { expected: "a number from 0 to below 1", accepts: (value) => value >= 0 && value < 1 },
  coOccurrenceDecayPerHop: positive,
  coOccurrenceDelta: positive,
  coOccurrenceWeightCap: positive,
  writeFilterMin: { expected: "a finite number", accepts: () => true },
  writeFilterPriority: { expected: "a finite number", accepts: () => true },
  ledgerErrorThreshold: proportion,
  ledgerLowSignal: proportion,
  minEvents: count,
  ciThreshold: { expected: "a number from 0 to below 1", accepts: (value) => value >= 0 && value < 1 },
  wilsonZ: positive,
  retirementFalseAlarmRate: {
    expected: "a number from 0 to below 1",
    accepts: (value) => value >= 0 && value < 1,
  },
  budgetConfidence: { expected: "a number above 0 and below 1", accepts: (value) => value > 0 && value < 1 },
  tdAlpha: { expected: "a number above 0, at most 1", accepts: (value) => value > 0 && value <= 1 },
  tdGamma: proportion,
  tdSteps: {
    expected: "an integer from 1 to 64",
    accepts: (value) => Number.isInteger(value) && value >= 1 && value <= 64,
  },
  tdLambda: proportion,
  explorationEpsilon: proportion,
  softmaxTemperature: positive,
  ucbCoefficient: positive,
  thompsonPriorSuccesses: { expected: "a number of at least 1", accepts: (value) => value >= 1 },
  thompsonPriorFailures: { expected: "a number of at least 1", accepts: (value) => value >= 1 },
  pThreshold: { expected: "a number above 0 and below 1", accepts: (value) => value > 0 && value < 1 },
  minPeriods: count,
  rhythmWindowWeeks: {
    expected: "an integer of at least 4",
    accepts: (value) => Number.isInteger(value) && value >= 4,
  },
  initialCycleAmplitude: inside(0, 100),
  stagedTtlSeconds: positive,
  reportTtlSeconds: positive,
  maxAccessLog: count,
  maxLedger: count,
  historyLength: {
    expected: "an integer from 0 to 1000",
    accepts: (value) => Number.isInteger(value) && value >= 0 && value <= 1000,
  },
  streamMaxLength: count,
};

type NumericConstant = {
  [Name in keyof TuningConstants]: TuningConstants[Name] extends number ? Name : never;
}[keyof TuningConstants];

const SWITCHES = ["decayConfidenceEnabled", "seedConfidence", "tdEpisodic"] as const;

/**
 * Puts overrides over a base and checks the result.
 *
 * @throws {@link ConfigurationError} naming the constant, its value and the valid range
 */
export function resolveDefaults(overrides: TuningOverrides = {}, base = Defaults): TuningConstants {
  if (typeof overrides !== "object" || overrides === null) {
    throw new ConfigurationError("defaults", overrides, "an object of constants");
  }
  for (const name of Object.keys(overrides)) {
    if (!Object.hasOwn(Defaults, name)) {
      throw new ConfigurationError(`defaults.${name}`, Reflect.get(overrides, name), "one of the documented constants");
    }
  }
  const given = Object.fromEntries(Object.entries(overrides).filter(([, value]) => value !== undefined));
  const rankingWeights = { ...base.rankingWeights, ...checkGroup("rankingWeights", overrides.rankingWeights) };
  const ledgerErrors = { ...base.ledgerErrors, ...checkGroup("ledgerErrors", overrides.ledgerErrors) };
  const resolved: TuningConstants = { ...base, ...given, rankingWeights, ledgerErrors };
  for (const [name, range] of Object.entries(RANGES)) checkNumber(name, Reflect.get(resolved, name), range);
  for (const [name, weight] of Object.entries(rankingWeights))
    checkNumber(`rankingWeights.${name}`, weight, notNegative);
  for (const [name, error] of Object.entries(ledgerErrors)) checkNumber(`ledgerErrors.${name}`, error, proportion);
  for (const name of SWITCHES) {
    if (typeof resolved[name] !== "boolean") {
      throw new ConfigurationError(`defaults.${name}`, resolved[name], "true or false");
    }
  }
  checkInitialQ(resolved.initialQ);
  checkErrorBudget(resolved);
  if (resolved.evidence !== "stored" && resolved.evidence !== "event" && resolved.evidence !== "episode") {
    throw new ConfigurationError("defaults.evidence", resolved.evidence, `"event", "episode" or "stored"`);
  }
  if (!isTimeZone(resolved.timeZone)) {
    throw new ConfigurationError("defaults.timeZone", resolved.timeZone, "an IANA time zone, such as Europe/Berlin");
  }
  if (resolved.autoDischargeThreshold <= resolved.contradictedConfidenceSignal) {
    throw new ConfigurationError(
      "defaults.autoDischargeThreshold",
      resolved.autoDischargeThreshold,
      `more than contradictedConfidenceSignal (${resolved.contradictedConfidenceSignal})`,
      { hint: "Contradictions bring confidence down to their own signal and no lower." },
    );
  }
  checkTogether(resolved);
  return resolved;
}

/** Checks the names of constants that come as a group. */
function checkGroup<Name extends "rankingWeights" | "ledgerErrors">(
  group: Name,
  constants: Partial<TuningConstants[Name]> = {},
): Partial<TuningConstants[Name]> {
  if (typeof constants !== "object" || constants === null) {
    throw new ConfigurationError(`defaults.${group}`, constants, "an object of numbers");
  }
  for (const [name, value] of Object.entries(constants)) {
    if (!Object.hasOwn(Defaults[group], name)) {
      const known = Object.keys(Defaults[group]).join(", ");
      throw new ConfigurationError(`defaults.${group}.${name}`, value, `one of ${known}`);
    }
  }
  return constants;
}

/** Constants that are only valid together. */
function checkTogether(constants: TuningConstants): void {
  const { coOccurrenceWeightCap: cap, coOccurrenceDecayPerHop: perHop, coOccurrenceInitialWeight: initial } = constants;
  if (cap * perHop >= 1) {
    throw new ConfigurationError("defaults.coOccurrenceDecayPerHop", perHop, `below ${1 / cap}`, {
      hint: "Times the weight cap it must stay below 1, or activation would grow with every hop.",
    });
  }
  if (initial > cap) {
    throw new ConfigurationError("defaults.coOccurrenceInitialWeight", initial, `at most the weight cap, ${cap}`);
  }
  if (constants.tdGamma === 1 && !constants.tdEpisodic) {
    throw new ConfigurationError("defaults.tdGamma", 1, "a number from 0 to below 1", {
      hint: "Where every task ends, set tdEpisodic: true and 1 is allowed.",
    });
  }
  const { writeFilterMin, writeFilterPriority } = constants;
  if (writeFilterMin > writeFilterPriority) {
    throw new ConfigurationError("defaults.writeFilterMin", writeFilterMin, `at most ${writeFilterPriority}`);
  }
}

function checkNumber(name: string, value: unknown, range: Range): void {
  if (typeof value !== "number" || !Number.isFinite(value) || !range.accepts(value)) {
    throw new ConfigurationError(`defaults.${name}`, value, range.expected);
  }
}

function checkInitialQ(value: unknown): void {
  if (value === "bound" || value === "learned" || value === "meanReward") return;
  if (typeof value === "number" && Math.abs(value) <= MAX_LEARNED_VALUE) return;
  throw new ConfigurationError(
    "defaults.initialQ",
    value,
    `"bound", "learned", "meanReward" or a finite number of at most ${MAX_LEARNED_VALUE} either way`,
  );
}

function checkErrorBudget({ errorBudget, budgetConfidence: confidence }: TuningConstants): void {
  const problem = errorBudget === "none" ? undefined : budgetProblem(errorBudget, confidence);
  if (problem !== undefined) {
    throw new ConfigurationError("defaults.errorBudget", errorBudget, `${problem.expected}, or "none"`, problem);
  }
}
