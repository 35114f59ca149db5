import { LATEST_UNIX_SECONDS, MILLISECONDS_HINT } from "../../common/checks.js";
import { ConfigurationError } from "../../common/errors.js";
import { entriesOf } from "../../common/given/parts.js";
import { isArray } from "../../common/given/plain-object.js";
import { LONGEST_TIMER_MS } from "../../common/timing.js";
import type { TuningConstants } from "../../common/tuning/defaults.js";
import { budgetProblem } from "../../common/tuning/error-budget.js";
import { namesOf, refuseUnknownOptions } from "../../common/unknown-names.js";
import { canonicalJson } from "../../maths/json/canonical-json.js";
import type { ActionTypeOf, AnyTypes, CacheTypes } from "../cache-types.js";
import type { GivenVersions } from "../events/outcome-event.js";
import type { Guard } from "./guard.js";
import { isStandardSchema, type StandardSchema } from "./standard-schema.js";

/** What holds for one type of action, whichever state it is taken in. */
export interface ActionTypeOptions<Types extends CacheTypes = AnyTypes> {
  /** As {@link TuningConstants.errorBudget}, for this type. A call may ask for a smaller one, never for a larger. */
  readonly errorBudget?: number | "none" | undefined;
  /** As {@link TuningConstants.budgetConfidence}, for this type. A call may ask for more, never for less. */
  readonly confidence?: number | undefined;
  /** Asked before an action of this type is served, suggested or explored. Default: nothing is asked. */
  readonly guard?: Guard<Types> | undefined;
  /** What the spec of the action must satisfy: a Zod, Valibot, ArkType or other schema. Default: anything goes. */
  readonly schema?: StandardSchema | undefined;
  /** How long the schema, and then the guard, may take. Milliseconds above 0, at most 2^31 - 1. Default 1000. */
  readonly guardTimeoutMs?: number | undefined;
  /** Unix seconds from which on no action of this type is served. Default: never. */
  readonly validUntilSeconds?: number | undefined;
  /** What actions of this type depend on, beside what their events say. Default: nothing. */
  readonly dependsOn?: GivenVersions | undefined;
  /**
   * Which parts of the spec are filled from the parameters of the situation: a path in the spec, and the path in `params`,
   * keys separated by points, such as `{ path: "file" }`. Default: found, where a part equalled a parameter more than once.
   */
  readonly slots?: Readonly<Record<string, string>> | undefined;
  /** `"none"` for what is never tried, only served once its own record proves it. Default: as for all actions. */
  readonly trials?: "none" | undefined;
  /** True for what cannot be undone: it is never explored or tried, and taken only where it is served. Default false. */
  readonly irreversible?: boolean | undefined;
}

const OPTION_NAMES = namesOf<ActionTypeOptions>({
  errorBudget: true,
  confidence: true,
  guard: true,
  schema: true,
  guardTimeoutMs: true,
  validUntilSeconds: true,
  dependsOn: true,
  slots: true,
  trials: true,
  irreversible: true,
});

/** Options by action type. A type that is not named has none. */
export type ActionTypes<Types extends CacheTypes = AnyTypes> = {
  readonly [Type in ActionTypeOf<Types>]?: ActionTypeOptions<OfType<Types, Type>> | undefined;
};

/** The types of a cache, its actions those of one type. */
interface OfType<Types extends CacheTypes, Type extends string> extends CacheTypes {
  readonly state: Types["state"];
  readonly action: string extends ActionTypeOf<Types>
    ? Types["action"]
    : Extract<Types["action"], { readonly type: Type }>;
}

/** @throws {@link ConfigurationError} naming the type and the option that is wrong */
export function checkActionTypes(actions: unknown, defaults: TuningConstants): ActionTypes {
  if (!isObject(actions)) throw new ConfigurationError("actions", actions, "an object of options by action type");
  const checked = new Map<string, ActionTypeOptions>();
  for (const [type, given] of entriesOf("actions", actions)) {
    if (given === undefined) continue;
    if (!isObject(given)) throw new ConfigurationError(`actions.${type}`, given, "an object of options");
    const options = refuseUnknownOptions(given, OPTION_NAMES, `actions.${type}`);
    checked.set(type, options);
    checkBudget(`actions.${type}`, options, defaults);
    checkGuards(`actions.${type}`, options);
    checkSlots(`actions.${type}.slots`, options.slots);
    const { irreversible = false, trials } = options;
    if (trials !== undefined && trials !== "none")
      throw new ConfigurationError(`actions.${type}.trials`, trials, `"none"`);
    if (typeof irreversible !== "boolean") {
      throw new ConfigurationError(`actions.${type}.irreversible`, irreversible, "true or false");
    }
  }
  return Object.fromEntries(checked);
}

function checkBudget(path: string, options: Readonly<Record<string, unknown>>, defaults: TuningConstants): void {
  const { errorBudget = defaults.errorBudget, confidence = defaults.budgetConfidence } = options;
  if (errorBudget === "none") return;
  const problem = budgetProblem(errorBudget, confidence);
  if (problem === undefined) return;
  const value = { errorBudget, confidence }[problem.name];
  throw new ConfigurationError(`${path}.${problem.name}`, value, problem.expected, problem);
}

function checkGuards(path: string, options: Readonly<Record<string, unknown>>): void {
  const { guard, schema, guardTimeoutMs, validUntilSeconds, dependsOn } = options;
  const refuse = (name: string, value: unknown, expected: string, hint?: string) => {
    throw new ConfigurationError(`${path}.${name}`, value, expected, hint === undefined ? {} : { hint });
  };
  if (guard !== undefined && typeof guard !== "function") refuse("guard", guard, "a function");
  if (schema !== undefined && !isStandardSchema(schema)) {
    refuse("schema", schema, "a schema by the Standard Schema interface, with ~standard.validate");
  }
  if (guardTimeoutMs !== undefined && !isBetween(guardTimeoutMs, LONGEST_TIMER_MS)) {
    refuse("guardTimeoutMs", guardTimeoutMs, `milliseconds above 0, at most ${LONGEST_TIMER_MS}`);
  }
  if (validUntilSeconds !== undefined && !isBetween(validUntilSeconds, LATEST_UNIX_SECONDS)) {
    const expected = `Unix seconds above 0, at most ${LATEST_UNIX_SECONDS}`;
    refuse("validUntilSeconds", validUntilSeconds, expected, MILLISECONDS_HINT);
  }
  if (dependsOn !== undefined && !isVersions(dependsOn)) refuse("dependsOn", dependsOn, "versions by name, as texts");
}

function checkSlots(path: string, slots: unknown): void {
  if (slots === undefined) return;
  if (!isObject(slots)) throw new ConfigurationError(path, slots, "an object of paths in params by paths in the spec");
  for (const [name, from] of entriesOf(path, slots)) {
    if (!isPath(name))
      throw new ConfigurationError(path, name, "keys that are paths in the spec, such as path or to.name");
    if (!isPath(from))
      throw new ConfigurationError(`${path}.${name}`, from, "a path in params, such as file or user.id");
  }
}

function isPath(path: unknown): path is string {
  return typeof path === "string" && path.split(".").every((key) => key !== "");
}

/** The slots that were declared for a type, as canonical JSON; undefined when they are to be found. */
export function slotsOf(actions: ActionTypes, type: string): string | undefined {
  const slots = Object.hasOwn(actions, type) ? actions[type]?.slots : undefined;
  return slots === undefined ? undefined : canonicalJson(slots);
}

function isBetween(value: unknown, most: number): boolean {
  return typeof value === "number" && value > 0 && value <= most;
}

export function isVersions(value: unknown): value is GivenVersions {
  const isVersion = (version: unknown) => version === undefined || typeof version === "string";
  return isObject(value) && entriesOf("versions", value).every(([, version]) => isVersion(version));
}

function isObject(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === "object" && value !== null && !isArray(value);
}
