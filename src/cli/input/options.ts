import { type Command, Option } from "commander";
import type { AskedBudget } from "../../cache/evidence/serving-rules.js";
import { InvalidArgumentError } from "../../common/errors.js";
import type { TuningConstants, TuningOverrides } from "../../common/tuning/defaults.js";

/** A decimal number as people write it; `Number` alone would also take "", "0x10" and "Infinity". */
const DECIMAL = /^[+-]?(\d+\.?\d*|\.\d+)(e[+-]?\d+)?$/i;

export interface NumberRange {
  readonly min?: number;
  readonly max?: number;
  /** The first number that is too large. */
  readonly below?: number;
}

/**
 * Parser for the value of a numeric option.
 *
 * @param name - the option as the caller types it, such as `--reward`
 * @throws {@link InvalidArgumentError} for anything but a finite decimal number in the range
 */
export function numberOption(name: string, range: NumberRange = {}): (text: string) => number {
  return numberParser(name, "a number", range, Number.isFinite);
}

/** As {@link numberOption}, for integers that are exact. */
export function integerOption(name: string, range: NumberRange = {}): (text: string) => number {
  return numberParser(name, "an integer", range, Number.isSafeInteger);
}

/** Parser for the value of an option that is one of a few words. */
export function choiceOption<Choice extends string>(
  name: string,
  choices: readonly Choice[],
): (text: string) => Choice {
  const parse = (text: string) => {
    const choice = choices.find((candidate) => candidate === text);
    if (choice === undefined) throw new InvalidArgumentError(name, text, choices.join(" or "));
    return choice;
  };
  return Object.assign(parse, { choices });
}

/** The words that a parser made by {@link choiceOption} takes; undefined for any other. */
export function choicesOf(parser: unknown): readonly string[] | undefined {
  return typeof parser === "function" && "choices" in parser ? (parser.choices as readonly string[]) : undefined;
}

/** Parser for a moment. @returns Unix seconds */
export function timeOption(name: string): (text: string) => number {
  return (text) => {
    const seconds = DECIMAL.test(text) ? Number(text) : Date.parse(text) / 1000;
    if (Number.isNaN(seconds)) throw new InvalidArgumentError(name, text, "a time in ISO 8601 or Unix seconds");
    return seconds;
  };
}

function numberParser(
  name: string,
  kind: string,
  range: NumberRange,
  isOfKind: (value: number) => boolean,
): (text: string) => number {
  return (text) => {
    const value = DECIMAL.test(text) ? Number(text) : Number.NaN;
    const { min = Number.NEGATIVE_INFINITY, max = Number.POSITIVE_INFINITY, below = Number.POSITIVE_INFINITY } = range;
    if (!isOfKind(value) || value < min || value > max || value >= below) {
      throw new InvalidArgumentError(name, text, kind + rangeText(range));
    }
    return value;
  };
}

function rangeText({ min, max, below }: NumberRange): string {
  if (max !== undefined && min !== undefined) return ` from ${min} to ${max}`;
  if (below !== undefined && min !== undefined) return ` from ${min} to below ${below}`;
  return min === undefined ? "" : ` of at least ${min}`;
}

export interface StoreOptionValue {
  readonly store: string;
}

export const DEFAULT_STORE = "./policies.db";

/** Adds `--store`, for every command that opens one. */
export function addStoreOption(command: Command): Command {
  const option = new Option("--store <location>", "path, file: URL or redis: URL of the store");
  return command.addOption(option.env("POLICYCACHE_STORE").default(DEFAULT_STORE));
}

/** Rules that are not given are those of the program that uses the store, and where none did the library's own. */
const IN_FORCE = "as in force in the store";

export interface ThresholdOptionValues {
  readonly ciThreshold?: number;
  readonly minEvents?: number;
}

/** Adds `--ci-threshold` and `--min-events`: when evidence passes. */
export function addThresholdOptions(command: Command): Command {
  return command
    .option(
      "--ci-threshold <x>",
      `lower bound of the success rate to exceed, 0 to below 1 (default: ${IN_FORCE})`,
      numberOption("--ci-threshold", { min: 0, below: 1 }),
    )
    .option(
      "--min-events <n>",
      `outcomes a state and action need, at least 1 (default: ${IN_FORCE})`,
      integerOption("--min-events", { min: 1 }),
    );
}

/** The thresholds that were given, as overrides of the library's own. */
export function thresholds({ ciThreshold, minEvents }: ThresholdOptionValues): Partial<TuningConstants> {
  return {
    ...(ciThreshold === undefined ? {} : { ciThreshold }),
    ...(minEvents === undefined ? {} : { minEvents }),
  };
}

export interface BudgetOptionValues {
  readonly budget?: number;
  readonly confidence?: number;
  readonly worseThanAgent?: number;
}

/** Adds `--budget`, `--confidence` and `--worse-than-agent`: how rarely what is served may fail. What can never serve is refused by the library. */
export function addBudgetOptions(command: Command): Command {
  return command
    .option(
      "--budget <x>",
      "serve only what fails at most this often, above 0 and below 1 (default: as in force in the store)",
      numberOption("--budget", { min: 0, max: 1 }),
    )
    .option(
      "--confidence <x>",
      `confidence level of the budget, above 0 and below 1 (default: ${IN_FORCE})`,
      numberOption("--confidence", { min: 0, max: 1 }),
    )
    .option(
      "--worse-than-agent <x>",
      "serve only what fails at most this much more often than the agent, above 0 and below 1",
      numberOption("--worse-than-agent", { min: 0, max: 1 }),
    );
}

export interface RuleOptionValues extends ThresholdOptionValues, BudgetOptionValues {}

/** Adds the options that say when evidence suffices, for commands that judge much of it. */
export function addRuleOptions(command: Command): Command {
  return addBudgetOptions(addThresholdOptions(command));
}

/** The rules that were given, as overrides of those in force. */
export function rulesGiven(options: RuleOptionValues): TuningOverrides {
  const { budget, confidence, worseThanAgent } = options;
  return {
    ...thresholds(options),
    ...(budget === undefined ? {} : { errorBudget: budget }),
    ...(confidence === undefined ? {} : { budgetConfidence: confidence }),
    ...(worseThanAgent === undefined ? {} : { worseThanAgent }),
  };
}

/** The budget that was given, as the library takes it. */
export function budgetAsked({ budget, confidence, worseThanAgent }: BudgetOptionValues): AskedBudget {
  return {
    ...(budget === undefined ? {} : { errorBudget: budget }),
    ...(confidence === undefined ? {} : { confidence }),
    ...(worseThanAgent === undefined ? {} : { worseThanAgent }),
  };
}
