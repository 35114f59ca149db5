import type { TuningConstants } from "../defaults.js";
import { ConfigurationError } from "../errors.js";
import { budgetProblem } from "../learning/error-budget.js";

/** What holds for one type of action, whichever state it is taken in. */
export interface ActionTypeOptions {
  /** As {@link TuningConstants.errorBudget}, for this type. */
  readonly errorBudget?: number | "none";
  /** As {@link TuningConstants.budgetConfidence}, for this type. */
  readonly confidence?: number;
  /** True for what cannot be undone: it is never explored, and taken only where it is served. Default false. */
  readonly irreversible?: boolean;
}

/** Options by action type. A type that is not named has none. */
export type ActionTypes = Readonly<Record<string, ActionTypeOptions>>;

/** @throws {@link ConfigurationError} naming the type and the option that is wrong */
export function checkActionTypes(actions: unknown, defaults: TuningConstants): ActionTypes {
  if (!isObject(actions)) throw new ConfigurationError("actions", actions, "an object of options by action type");
  for (const [type, options] of Object.entries(actions)) {
    if (!isObject(options)) throw new ConfigurationError(`actions.${type}`, options, "an object of options");
    checkBudget(`actions.${type}`, options, defaults);
    const { irreversible = false } = options;
    if (typeof irreversible !== "boolean") {
      throw new ConfigurationError(`actions.${type}.irreversible`, irreversible, "true or false");
    }
  }
  return actions as ActionTypes;
}

function checkBudget(path: string, options: Readonly<Record<string, unknown>>, defaults: TuningConstants): void {
  const { errorBudget = defaults.errorBudget, confidence = defaults.budgetConfidence } = options;
  if (errorBudget === "none") return;
  const problem = budgetProblem(errorBudget, confidence);
  if (problem === undefined) return;
  const value = { errorBudget, confidence }[problem.name];
  throw new ConfigurationError(`${path}.${problem.name}`, value, problem.expected, problem);
}

function isObject(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}
