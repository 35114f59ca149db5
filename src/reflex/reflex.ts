import type { AnyTypes, CacheTypes } from "../cache/cache-types.js";
import { inTime } from "../cache/guarding/unavailable.js";
import { type PolicyCache, requireCache } from "../cache/policy-cache.js";
import type { ReportResult } from "../cache/reporting/report.js";
import { InvalidArgumentError } from "../common/errors.js";
import { tell, warn as warnOfProcess } from "../common/given/tell.js";
import { ReflexCall, type ReflexParts, type ReflexRun } from "./call.js";
import { noCounts, type ReflexCounts } from "./counts.js";
import { checkEnding, type Ending } from "./ending.js";
import { type Receipt, readReceipt } from "./receipt.js";
import {
  type AnyReflexOptions,
  checkMode,
  checkReflexOptions,
  type ReflexMode,
  type ReflexOptions,
} from "./reflex-options.js";

/** A function that learns: called like the one it was made of. */
export interface Reflex<Types extends CacheTypes, Args extends readonly unknown[], Result> {
  /** Decides, and carries out where there is something to carry out. Throws what the function or `act` throws. */
  (...args: Args): Promise<Result>;
  /** As a call, and says who decided and by which id its outcome may be told later. */
  run(...args: Args): Promise<ReflexRun<Result>>;
  /**
   * Tells how a call ended whose outcome was not known at once. The id is all it takes: any process with a reflex on the same
   * store may call it.
   *
   * @returns undefined where there is nothing to learn: `"neither"`
   */
  settle(id: string, ending: Exclude<Ending<Types>, "later">): Promise<ReportResult | undefined>;
  /** How often it did what. */
  readonly counts: ReflexCounts;
}

/** A function whose answer is of a type, at once or later. */
type Decider<Answer = unknown> = (...args: never[]) => Answer | PromiseLike<Answer>;

type AnswerOf<Decide extends Decider> = Awaited<ReturnType<Decide>>;

/** What a function has to say of its answers when they are no actions of the cache. */
type Translated<Types extends CacheTypes, Args extends readonly unknown[], Answer, Result> = ReflexOptions<
  Types,
  Args,
  Answer,
  Result
> & {
  readonly [Name in "action" | "answer"]-?: NonNullable<ReflexOptions<Types, Args, Answer, Result>[Name]>;
};

/**
 * Makes a function that decides, such as one that asks a model, into one that learns when it need not be called.
 *
 * The cache never keeps the function from its work: what fails in the cache is told to `onError`, and the function is called.
 *
 * @example
 * ```ts
 * import { PolicyCache, reflex } from "policycache";
 *
 * await using cache = await PolicyCache.open("memory:", { workers: "inline" });
 * const askModel = async (_ticket: { readonly subject: string; readonly text: string }) => ({ type: "refund" });
 *
 * const route = reflex(cache, { mode: "serve", state: ({ subject }) => ({ subject }), act: async ({ type }) => type }, askModel);
 * for (let ticket = 0; ticket < 8; ticket++) await route({ subject: "broken", text: `Ticket ${ticket}` });
 * console.log(route.counts.asked, route.counts.served);
 * // → 6 2
 * ```
 * @param decide - the function; its answer is an action, or `action` and `answer` translate
 * @throws {@link InvalidArgumentError} naming the option that is wrong
 */
export function reflex<Types extends CacheTypes, Decide extends Decider<Types["action"]>, Result = AnswerOf<Decide>>(
  cache: PolicyCache<Types>,
  options: ReflexOptions<NoInfer<Types>, Parameters<Decide>, AnswerOf<Decide>, Result>,
  decide: Decide,
): Reflex<Types, Parameters<Decide>, Result>;
export function reflex<Types extends CacheTypes, Decide extends Decider, Result = AnswerOf<Decide>>(
  cache: PolicyCache<Types>,
  options: Translated<NoInfer<Types>, Parameters<Decide>, AnswerOf<Decide>, Result>,
  decide: Decide,
): Reflex<Types, Parameters<Decide>, Result>;
export function reflex(
  given: unknown,
  options: unknown,
  decide: unknown,
): Reflex<AnyTypes, readonly unknown[], unknown> {
  const cache = requireCache(given);
  const checked = checkReflexOptions(options, cache.defaults);
  if (typeof decide !== "function") throw new InvalidArgumentError("decide", decide, "a function");
  const warn = warning(checked);
  const counts = noCounts();
  const parts: ReflexParts = {
    cache,
    options: checked,
    decider: decide as ReflexParts["decider"],
    counts,
    warn,
    settle: async (receipt, ending) => {
      try {
        const known = checkEnding("outcome", await ending());
        if (known === "later") return;
        await inTime(settle(cache, receipt, known), checked.timeoutMs ?? cache.defaults.decideTimeoutMs);
      } catch (error) {
        warn(error);
      }
    },
  };
  const run = async (...args: readonly unknown[]) => new ReflexCall(parts, modeOf(parts, args), args).run();
  return Object.assign(async (...args: readonly unknown[]) => (await run(...args)).result, {
    run,
    counts,
    settle: async (id: string, ending: unknown) => {
      const known = checkEnding("ending", ending);
      if (known === "later") throw new InvalidArgumentError("ending", ending, `"success", "failure" or "neither"`);
      return settle(cache, readReceipt(id), known);
    },
  });
}

async function settle(
  cache: PolicyCache,
  { decisionId, taken }: Receipt,
  ending: Exclude<ReturnType<typeof checkEnding>, "later">,
): Promise<ReportResult | undefined> {
  if (ending === "neither") return undefined;
  return cache.report(decisionId, taken === undefined ? ending : { ...ending, taken });
}

/** A mode that is none, or cannot be had, is no reason not to call the function. */
function modeOf({ options: { mode = "watch" }, warn }: ReflexParts, args: readonly unknown[]): ReflexMode {
  if (typeof mode !== "function") return mode;
  try {
    return checkMode(mode(...args));
  } catch (error) {
    warn(error);
    return "watch";
  }
}

function warning({ onError = warnOnce() }: AnyReflexOptions): (error: unknown) => void {
  return (error) => tell(onError, error, "onError of a reflex");
}

/** What nobody listens to is said once: it may go wrong with every call. */
function warnOnce(): (error: unknown) => void {
  let hasWarned = false;
  return (error) => {
    if (hasWarned) return;
    hasWarned = true;
    warnOfProcess(error);
  };
}
