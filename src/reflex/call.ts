import type { Action, DecidedAction } from "../cache/cache-types.js";
import type { DecideRequestWithFallback } from "../cache/deciding/decide-request.js";
import type { FallbackDecision, ServedDecision, SuggestedDecision, TrialDecision } from "../cache/deciding/decision.js";
import type { PolicyCache } from "../cache/policy-cache.js";
import { type AbortSignalLike, checkSignal, unlessAborted } from "../common/abort.js";
import { canonicalJson } from "../maths/json/canonical-json.js";
import type { GrowingCounts } from "./counts.js";
import { type Ending, endingOfThrown } from "./ending.js";
import { type Receipt, receiptText } from "./receipt.js";
import type { AnyReflexOptions, ReflexMode } from "./reflex-options.js";

/** A function that became a reflex. */
export interface ReflexParts {
  readonly cache: PolicyCache;
  readonly options: AnyReflexOptions;
  readonly decider: (...args: readonly unknown[]) => unknown;
  readonly counts: GrowingCounts;
  /** Told what is wrong with the cache or with an option. Never throws. */
  readonly warn: (error: unknown) => void;
  /** Has the cache learn how a call ended. Never throws. */
  readonly settle: (receipt: Receipt, ending: () => Ending | PromiseLike<Ending>) => Promise<void>;
}

/** One call of a reflex, with what came of it. */
export interface ReflexRun<Result = unknown> {
  /** What the call of the reflex returns. */
  readonly result: Result;
  /** Hand it to `settle` when it is known how the call ended. Undefined for a call that went without the cache. */
  readonly id: string | undefined;
  /** Who decided: the cache (`"serve"`, `"trial"`) or the function (`"own"`). */
  readonly kind: "serve" | "trial" | "own";
}

/** What the function said; or that it threw when it carried out an action. */
type Own = { readonly answer: unknown } | { readonly error: unknown; readonly action: Action };

type Made = ServedDecision | TrialDecision | FallbackDecision;

export class ReflexCall {
  readonly #parts: ReflexParts;
  readonly #args: readonly unknown[];
  readonly #mode: ReflexMode;
  readonly #signal: AbortSignalLike | undefined;
  #own: Own | undefined;
  /** The function has thrown, and that is for the caller to deal with. */
  #hasThrown = false;
  /** The function has answered, and its answer is no action. */
  #hasNoAction = false;

  /** @throws the reason of a signal that is aborted already */
  constructor(parts: ReflexParts, mode: ReflexMode, args: readonly unknown[]) {
    this.#parts = parts;
    this.#mode = mode;
    this.#args = args;
    this.#signal = this.#attempt(() => parts.options.signal?.(...args));
    checkSignal(this.#signal);
  }

  async run(): Promise<ReflexRun> {
    const { counts } = this.#parts;
    const decision = await this.#decide();
    if (decision === undefined) counts.unaided += 1;
    if (decision !== undefined && decision.kind !== "fallback" && this.#acts()) {
      const served = this.#attempt(() => this.#answerOf(decision.action));
      if (served !== undefined) {
        counts[decision.kind === "serve" ? "served" : "tried"] += 1;
        return this.#carryOut(served, { decisionId: decision.decisionId }, decision.kind);
      }
    }
    const own = this.#own ?? (await this.#ask(decision?.kind === "serve" ? decision : undefined));
    const receipt = decision === undefined ? undefined : this.#receiptOf(decision, own);
    if ("answer" in own) return this.#carryOut(own.answer, receipt, "own");
    return this.#throw(own.error, receipt);
  }

  /** What the cache says; the function was asked where it says nothing. Undefined when the cache is not to be asked, or cannot. */
  async #decide(): Promise<Made | undefined> {
    try {
      const request = this.#request();
      return request === undefined ? undefined : await this.#parts.cache.decide(request);
    } catch (error) {
      if (this.#hasThrown || this.#signal?.aborted === true) throw error;
      if (!this.#hasNoAction) this.#parts.warn(error);
      return undefined;
    }
  }

  #request(): DecideRequestWithFallback | undefined {
    const { options, cache } = this.#parts;
    const args = this.#args;
    const state = options.state(...args);
    if (state === undefined) return undefined;
    const { agentId, versions, errorBudget, confidence, worseThanAgent, audits, timeoutMs } = options;
    const tries = this.#mode === "try" && cache.defaults.trials.rate > 0;
    return {
      state,
      agentId: typeof agentId === "function" ? agentId(...args) : agentId,
      params: options.params?.(...args),
      episodeId: options.episodeId?.(...args),
      context: options.context?.(...args),
      versions: typeof versions === "function" ? versions(...args) : versions,
      errorBudget,
      confidence,
      worseThanAgent,
      timeoutMs,
      signal: this.#signal,
      // Where nothing is taken, only one side of a coin would ever be heard of.
      audits: this.#acts() ? audits : 0,
      trials: tries ? (options.trials ?? {}) : "none",
      fallback: (suggested) => this.#ownAction(suggested.kind === "suggest" ? suggested : undefined),
    };
  }

  async #ownAction(suggested: SuggestedDecision | undefined): Promise<Action> {
    this.#own = await this.#ask(suggested);
    const action = this.#actionOf(this.#own);
    if (action !== undefined) return action;
    this.#hasNoAction = true;
    throw new Error("The answer is no action."); // so that nothing is stored
  }

  async #ask(suggested: SuggestedDecision | ServedDecision | undefined): Promise<Own> {
    const { decider, counts, options } = this.#parts;
    counts.asked += 1;
    const args = this.#argumentsWith(suggested);
    try {
      return { answer: await unlessAborted(Promise.resolve(decider(...args)), this.#signal) };
    } catch (error) {
      const action = this.#attempt(() => options.failedAction?.(error, ...args));
      if (action !== undefined) return { error, action };
      this.#hasThrown = true;
      throw error;
    }
  }

  #argumentsWith(suggested: SuggestedDecision | ServedDecision | undefined): readonly unknown[] {
    const { suggest } = this.#parts.options;
    if (suggest === undefined || suggested === undefined || this.#mode === "watch") return this.#args;
    return this.#attempt(() => suggest(suggested, ...this.#args)) ?? this.#args;
  }

  /** By what the outcome of the function's own decision is known; undefined where its action is not. */
  #receiptOf({ kind, decisionId, action }: Made, own: Own): Receipt | undefined {
    if (kind === "fallback") return { decisionId };
    const taken = this.#attempt(() => this.#actionOf(own));
    if (taken === undefined) return undefined;
    const { counts } = this.#parts;
    counts.couldServe += 1;
    if (this.#attempt(() => isSame(taken, action)) === true) counts.agreed += 1;
    return { decisionId, taken };
  }

  async #carryOut(answer: unknown, receipt: Receipt | undefined, kind: ReflexRun["kind"]): Promise<ReflexRun> {
    const { act, outcome } = this.#parts.options;
    let result = answer;
    try {
      if (act !== undefined) result = await unlessAborted(Promise.resolve(act(answer, ...this.#args)), this.#signal);
    } catch (error) {
      return this.#throw(error, receipt);
    }
    const usual = act === undefined ? "later" : "success";
    await this.#end(receipt, () => (outcome === undefined ? usual : outcome(result, ...this.#args)));
    return { result, id: receipt === undefined ? undefined : receiptText(receipt), kind };
  }

  async #throw(error: unknown, receipt: Receipt | undefined): Promise<never> {
    const { thrown } = this.#parts.options;
    await this.#end(receipt, () =>
      thrown === undefined ? endingOfThrown(error, this.#signal) : thrown(error, ...this.#args),
    );
    throw error;
  }

  async #end(receipt: Receipt | undefined, ending: () => Ending | PromiseLike<Ending>): Promise<void> {
    if (receipt !== undefined) await this.#parts.settle(receipt, ending);
  }

  #actionOf(own: Own): Action | undefined {
    if ("action" in own) return own.action;
    const { action } = this.#parts.options;
    return action === undefined ? (own.answer as Action) : action(own.answer, ...this.#args);
  }

  #answerOf(action: DecidedAction): unknown {
    const { answer } = this.#parts.options;
    return answer === undefined ? action : answer(action, ...this.#args);
  }

  #acts(): boolean {
    return this.#mode === "serve" || this.#mode === "try";
  }

  /** What a function of the options says; when it throws, the call goes on without. */
  #attempt<Value>(ask: () => Value): Value | undefined {
    try {
      return ask();
    } catch (error) {
      this.#parts.warn(error);
      return undefined;
    }
  }
}

function isSame(own: Action, decided: Action): boolean {
  return own.type === decided.type && canonicalJson(own.spec ?? {}) === canonicalJson(decided.spec ?? {});
}
