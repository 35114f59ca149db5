import type { AnyTypes, CacheTypes, DecidedAction } from "../cache/cache-types.js";
import type { ServedDecision, SuggestedDecision } from "../cache/deciding/decision.js";
import type { GivenVersions } from "../cache/events/outcome-event.js";
import { type AskedBudget, servingRules } from "../cache/evidence/serving-rules.js";
import { type AskedTrials, checkTrials } from "../cache/evidence/trial-rules.js";
import type { AbortSignalLike } from "../common/abort.js";
import { checkNumber, checkObject } from "../common/checks.js";
import { InvalidArgumentError } from "../common/errors.js";
import { LONGEST_TIMER_MS } from "../common/timing.js";
import type { TuningConstants } from "../common/tuning/defaults.js";
import { namesOf, refuseUnknownNames } from "../common/unknown-names.js";
import type { JsonObject } from "../maths/json/json-value.js";
import type { Ending } from "./ending.js";

/**
 * What a reflex may do beside calling its function and learning from it. Each does what those before it do:
 *
 * - `"watch"`: nothing. The function decides, and what the cache would have done is counted.
 * - `"suggest"`: it tells the function, through `suggest`.
 * - `"serve"`: where an action is proven it takes it, and the function is not called.
 * - `"try"`: it also tries what the function's own record cannot prove.
 */
export type ReflexMode = "watch" | "suggest" | "serve" | "try";

/** What the cache would do: a policy that may be served, or one whose evidence does not suffice. */
export type Suggestion<Types extends CacheTypes = AnyTypes> = ServedDecision<Types> | SuggestedDecision<Types>;

type FromArguments<Args extends readonly unknown[], Value> = (...args: Args) => Value;

/**
 * How a function becomes a reflex. Each part that is a function gets the arguments of the call last.
 *
 * @typeParam Types - of the cache
 * @typeParam Args - what the function takes
 * @typeParam Answer - what it returns
 * @typeParam Result - what a call of the reflex returns: what `act` makes of the answer, or the answer
 */
export interface ReflexOptions<Types extends CacheTypes, Args extends readonly unknown[], Answer, Result = Answer>
  extends AskedBudget {
  /** Default `"watch"`. A function says it call by call. */
  readonly mode?: ReflexMode | FromArguments<Args, ReflexMode> | undefined;
  /** Whose experience it is. Default "default". */
  readonly agentId?: string | FromArguments<Args, string | undefined> | undefined;
  /** What is known before the function decides; undefined for a call that is none of the cache's business. */
  readonly state: FromArguments<Args, Types["state"] | undefined>;
  /** What the situation has beside its state: the parameters of actions are filled from it. Default: nothing. */
  readonly params?: FromArguments<Args, JsonObject | undefined> | undefined;
  /** The episode that the call is a step of. Default: none. */
  readonly episodeId?: FromArguments<Args, string | undefined> | undefined;
  /** Decisions made before in the same task. Default: none. */
  readonly context?: FromArguments<Args, readonly string[] | undefined> | undefined;
  /** Versions that are in force now. Default: those of the cache. */
  readonly versions?: GivenVersions | FromArguments<Args, GivenVersions | undefined> | undefined;
  /** Ends the call when it is aborted. Default: the call ends with its work. */
  readonly signal?: FromArguments<Args, AbortSignalLike | undefined> | undefined;
  /** Which action an answer is; undefined for one of which nothing is to be learned. Default: the answer is an action. */
  readonly action?: ((answer: Answer, ...args: Args) => Types["action"] | undefined) | undefined;
  /**
   * The answer that stands for an action, when the cache decides; undefined where it cannot be carried out, and the function is
   * called. Default: the action.
   */
  readonly answer?: ((action: DecidedAction<Types>, ...args: Args) => Answer | undefined) | undefined;
  /** Carries out an answer, whoever gave it. Default: nothing is carried out here, and the caller gets the answer. */
  readonly act?: ((answer: Answer, ...args: Args) => Result | PromiseLike<Result>) | undefined;
  /** How it ended. Default: `"success"` where `act` has returned; without `act` `"later"`, which waits for `settle`. */
  readonly outcome?: ((result: Result, ...args: Args) => Ending<Types> | PromiseLike<Ending<Types>>) | undefined;
  /** What an error of `act` counts as. Default: `"failure"`; `"neither"` where somebody interrupted it. */
  readonly thrown?: ((error: unknown, ...args: Args) => Ending<Types>) | undefined;
  /**
   * For a function that carries out what it decides: the action that it failed at when it throws, which counts as an error of
   * `act`. Default: none; when the function throws, nothing was decided and nothing is counted.
   */
  readonly failedAction?: ((error: unknown, ...args: Args) => Types["action"] | undefined) | undefined;
  /** The arguments to call the function with when the cache has something to suggest. Default: those of the call. */
  readonly suggest?: ((suggestion: Suggestion<Types>, ...args: Args) => readonly [...Args]) | undefined;
  /** How the cache tries, in mode `"try"`. Default: `defaults.trials`. */
  readonly trials?: AskedTrials | undefined;
  /** Share of what would be served that is left to the function all the same. Default: `defaults.audits`. */
  readonly audits?: number | undefined;
  /** How long a call waits for the cache, each time, in milliseconds. Default: `defaults.decideTimeoutMs`. */
  readonly timeoutMs?: number | undefined;
  /**
   * Told what went wrong with the cache, or with one of these functions: the call goes on without the cache. Default: the first
   * time, it becomes a process warning.
   */
  readonly onError?: ((error: unknown) => unknown) | undefined;
}

/** Options once the types of the caller do not matter any more. */
export type AnyReflexOptions = ReflexOptions<AnyTypes, readonly unknown[], unknown, unknown>;

const FUNCTIONS = [
  "params",
  "episodeId",
  "context",
  "signal",
  "action",
  "answer",
  "act",
  "outcome",
  "thrown",
  "failedAction",
  "suggest",
  "onError",
] as const;

const NAMES = namesOf<AnyReflexOptions>({
  mode: true,
  agentId: true,
  state: true,
  params: true,
  episodeId: true,
  context: true,
  versions: true,
  signal: true,
  action: true,
  answer: true,
  act: true,
  outcome: true,
  thrown: true,
  failedAction: true,
  suggest: true,
  trials: true,
  audits: true,
  timeoutMs: true,
  onError: true,
  errorBudget: true,
  confidence: true,
  worseThanAgent: true,
});

/** @throws {@link InvalidArgumentError} naming the option that is wrong: what a call would fail by is said at once */
export function checkReflexOptions(options: unknown, defaults: TuningConstants): AnyReflexOptions {
  const given = refuseUnknownNames(checkObject("options", options) as AnyReflexOptions, NAMES);
  if (typeof given.state !== "function") throw new InvalidArgumentError("state", given.state, "a function");
  for (const name of FUNCTIONS) {
    const part: unknown = given[name];
    if (part !== undefined && typeof part !== "function") throw new InvalidArgumentError(name, part, "a function");
  }
  if (given.mode !== undefined && typeof given.mode !== "function") checkMode(given.mode);
  servingRules(defaults, {}, given);
  if (given.trials !== undefined) checkTrials("trials", given.trials, defaults);
  const { audits = 0, timeoutMs = defaults.decideTimeoutMs } = given;
  checkNumber("audits", audits, (value) => value >= 0 && value < 1, "a number from 0 to below 1");
  const isTime = (value: number) => value > 0 && value <= LONGEST_TIMER_MS;
  checkNumber("timeoutMs", timeoutMs, isTime, `milliseconds above 0, at most ${LONGEST_TIMER_MS}`);
  return given;
}

export function checkMode(mode: unknown): ReflexMode {
  if (mode === "watch" || mode === "suggest" || mode === "serve" || mode === "try") return mode;
  throw new InvalidArgumentError("mode", mode, `"watch", "suggest", "serve" or "try"`);
}
