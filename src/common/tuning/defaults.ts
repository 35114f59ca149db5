import { ConfigurationError } from "../errors.js";
import { memoized } from "../maps/memoized.js";
import { type KnownNames, refuseUnknownOptions } from "../unknown-names.js";
import { Constant } from "./constant.js";
import { CONSTANTS } from "./constants.js";
import { budgetProblem } from "./error-budget.js";

/** Constants and groups of them, by name. */
interface Table {
  readonly [name: string]: Constant<unknown> | Table;
}

type ValueOf<Entry> = Entry extends Constant<infer Value> ? Value : ValuesOf<Entry>;

/** Mapped over the names of the table, so that editors show the comments in it. */
type ValuesOf<Entries> = { readonly [Name in keyof Entries]: ValueOf<Entries[Name]> };

/**
 * Every tuning constant. Override any of them per store or cache (`defaults: { ciThreshold: 0.7 }`), some also per call.
 * Values are read when used and checked when given; docs/tuning.md lists them with their ranges.
 */
export interface TuningConstants extends ValuesOf<typeof CONSTANTS> {}

/** The four weights of a policy's score, each >= 0. */
export type RankingWeightConstants = TuningConstants["rankingWeights"];

/** Constants in place of those that hold otherwise; what is undefined is left as it is. */
export type TuningOverrides = {
  readonly [Name in keyof TuningConstants]?:
    | (TuningConstants[Name] extends object ? Overrides<TuningConstants[Name]> : TuningConstants[Name])
    | undefined;
};

type Overrides<Constants> = { readonly [Name in keyof Constants]?: Constants[Name] | undefined };

/** Some of the weights; what is undefined is left as it is. */
export type RankingWeightOverrides = Overrides<RankingWeightConstants>;

/** The library's own values; sources and sensitivity in docs/tuning.md. */
export const Defaults = valuesOf(CONSTANTS) as TuningConstants;

function valuesOf(table: Table): object {
  const values = Object.entries(table).map(([name, entry]) => [
    name,
    entry instanceof Constant ? entry.value : valuesOf(entry),
  ]);
  return Object.freeze(Object.fromEntries(values));
}

/**
 * Puts overrides over a base and checks the result.
 *
 * @throws {@link ConfigurationError} naming the constant, its value and the valid range
 */
export function resolveDefaults(overrides: TuningOverrides = {}, base = Defaults): TuningConstants {
  const resolved = overridden(CONSTANTS, base, overrides, "defaults") as TuningConstants;
  checkTogether(resolved);
  return resolved;
}

function overridden(table: Table, base: object, overrides: object, path: string): object {
  if (typeof overrides !== "object" || overrides === null) {
    throw new ConfigurationError(path, overrides, "an object of constants");
  }
  const values: Record<string, unknown> = { ...base };
  for (const [name, given] of Object.entries(refuseUnknownOptions(overrides, namesIn(table), path))) {
    const entry = Object.hasOwn(table, name) ? table[name] : undefined;
    if (given === undefined || entry === undefined) continue;
    if (!(entry instanceof Constant)) {
      values[name] = overridden(entry, Reflect.get(base, name), given, `${path}.${name}`);
    } else if (entry.range.accepts(given)) {
      values[name] = given;
    } else {
      throw new ConfigurationError(`${path}.${name}`, given, entry.range.expected);
    }
  }
  return values;
}

const namesIn = memoized((table: Table): KnownNames => new Set(Object.keys(table)));

/** Constants that are only valid together. */
function checkTogether(constants: TuningConstants): void {
  checkErrorBudget(constants);
  if (constants.autoDischargeThreshold <= constants.contradictedConfidenceSignal) {
    throw new ConfigurationError(
      "defaults.autoDischargeThreshold",
      constants.autoDischargeThreshold,
      `more than contradictedConfidenceSignal (${constants.contradictedConfidenceSignal})`,
      { hint: "Contradictions bring confidence down to their own signal and no lower." },
    );
  }
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

function checkErrorBudget({ errorBudget, budgetConfidence: confidence }: TuningConstants): void {
  const problem = errorBudget === "none" ? undefined : budgetProblem(errorBudget, confidence);
  if (problem !== undefined) {
    throw new ConfigurationError("defaults.errorBudget", errorBudget, `${problem.expected}, or "none"`, problem);
  }
}
