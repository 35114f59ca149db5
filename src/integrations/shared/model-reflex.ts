import {
  type AnyTypes,
  type CacheTypes,
  type Ending,
  type PolicyCache,
  type Reflex,
  type ReflexMode,
  reflex,
  type Suggestion,
} from "../../index.js";
import type { AdapterOptions } from "./adapter-options.js";
import { combined, usualEnding } from "./endings.js";
import { RecentIds } from "./recent-ids.js";
import { misfit } from "./schema-fit.js";
import { actionOfCalls, callsOfAction, isObject } from "./tool-actions.js";
import type { DoneCall, ToolCall, Turn } from "./turn.js";

/** A model as a framework has it. */
export interface ModelOf<Situation extends Turn, Answer> {
  /** The calls that an answer asks for; undefined where the framework does not carry them out. */
  callsOf(answer: Answer): readonly ToolCall[] | undefined;
  /** The answer that asks for calls. */
  answerOf(calls: readonly ToolCall[], turn: Situation): Answer;
  /** What a tool takes, as JSON Schema; undefined where that is not known. */
  schemaOf(tool: string, turn: Situation): unknown;
  /** Why a call that the model did not ask for would break this history; undefined when it would not. */
  obstacleIn(turn: Situation): string | undefined;
}

/** An answer, which may be of any type. */
interface Given<Answer> {
  readonly answer: Answer;
}

/** One time that a model is asked. */
interface Asking<Answer> {
  readonly ask: (suggestion: Suggestion | undefined) => Promise<Answer>;
  readonly suggestion?: Suggestion;
  /** Why the cache did not act; set when that was found out. */
  refused?: string;
}

/** What came of it. */
export interface Asked<Answer> {
  readonly answer: Answer;
  /** Travels with the calls, and comes back with what became of them. Undefined when nothing is to be learned. */
  readonly id: string | undefined;
  readonly kind: "serve" | "trial" | "own";
  /** Why the cache did not act although it could have. */
  readonly refused?: string;
}

/** A decision, with those of its calls that have ended. */
export interface Heard {
  readonly id: string;
  /** Calls of the decision that are still under way, or of which nobody said how they ended. */
  readonly missing: number;
  readonly done: readonly DoneCall[];
}

/** A model that learns when it need not be asked: what all frameworks have in common. */
export class ModelReflex<Situation extends Turn, Answer> {
  readonly #reflex: Reflex<AnyTypes, [turn: Situation, asking: Asking<Answer>], Given<Answer>>;
  readonly #options: AdapterOptions<AnyTypes, Situation>;
  readonly #model: ModelOf<Situation, Answer>;
  readonly #settled = new RecentIds();
  readonly #warn: (error: unknown) => void;

  constructor(cache: PolicyCache, options: AdapterOptions<AnyTypes, Situation>, model: ModelOf<Situation, Answer>) {
    const { outcome: _outcome, onRefusal: _onRefusal, ...passed } = options;
    this.#options = options;
    this.#model = model;
    this.#warn = warningOf(options.onError);
    const askModel = (_turn: Situation, { ask, suggestion }: Asking<Answer>): Promise<Given<Answer>> =>
      ask(suggestion).then((answer) => ({ answer }));
    this.#reflex = reflex(
      cache,
      {
        ...passed,
        onError: this.#warn,
        mode: (turn: Situation, asking: Asking<Answer>) => this.#modeFor(turn, asking),
        action: ({ answer }: Given<Answer>) => {
          const calls = model.callsOf(answer);
          return calls === undefined ? undefined : actionOfCalls(calls);
        },
        answer: (action, turn, asking) => this.#answerFor(callsOfAction(action), turn, asking),
        outcome: ({ answer }: Given<Answer>) => (model.callsOf(answer)?.length === 0 ? "success" : "later"),
        suggest: (suggestion, turn, asking) => [turn, Object.assign(asking, { suggestion })],
      },
      askModel,
    );
  }

  /** How often it did what. */
  get counts(): Reflex<AnyTypes, never, never>["counts"] {
    return this.#reflex.counts;
  }

  /** Asks the model, unless the cache knows. @throws what the model throws */
  async ask(turn: Situation, ask: Asking<Answer>["ask"]): Promise<Asked<Answer>> {
    const asking: Asking<Answer> = { ask };
    const { result, id, kind } = await this.#reflex.run(turn, asking);
    const asked = { answer: result.answer, id, kind };
    return asking.refused === undefined ? asked : { ...asked, refused: asking.refused };
  }

  /** Learns how decisions ended, each once. Fails never. */
  async hear(heard: readonly Heard[]): Promise<void> {
    for (const { id, missing, done } of heard) {
      if (missing > 0 || done.length === 0 || this.#settled.has(id)) continue;
      try {
        const ending = combined(done.map((call): Ending => this.#options.outcome?.(call) ?? usualEnding(call)));
        if (ending === "later") continue;
        this.#settled.add(id);
        await this.#reflex.settle(id, ending);
      } catch (error) {
        this.#warn(error);
      }
    }
  }

  #modeFor(turn: Situation, asking: Asking<Answer>): ReflexMode {
    const { mode = "watch" } = this.#options;
    const wanted = typeof mode === "function" ? mode(turn) : mode;
    if (wanted !== "serve" && wanted !== "try") return wanted;
    const obstacle = this.#model.obstacleIn(turn);
    if (obstacle === undefined) return wanted;
    this.#refuse(obstacle, turn, asking);
    return "suggest";
  }

  #answerFor(calls: readonly ToolCall[], turn: Situation, asking: Asking<Answer>): Given<Answer> | undefined {
    if (calls.length === 0) return undefined; // the model has to find the words
    for (const { tool, input } of calls) {
      const fault = turn.tools.includes(tool)
        ? isObject(input) && misfit(input, this.#model.schemaOf(tool, turn))
        : "there is no such tool now";
      if (typeof fault === "string") {
        this.#refuse(`${tool}: ${fault}`, turn, asking);
        return undefined;
      }
    }
    return { answer: this.#model.answerOf(calls, turn) };
  }

  #refuse(reason: string, turn: Situation, asking: Asking<Answer>): void {
    asking.refused = reason;
    this.#options.onRefusal?.(reason, turn);
  }
}

/** What nobody listens to is said once; what a listener throws harms nobody. */
function warningOf(onError: ((error: unknown) => unknown) | undefined): (error: unknown) => void {
  let hasWarned = false;
  return (error) => {
    if (onError === undefined && !hasWarned) {
      hasWarned = true;
      process.emitWarning(error instanceof Error ? error : String(error));
    }
    try {
      onError?.(error);
    } catch {
      // It is about an error already.
    }
  };
}

/** Without the types of the caller. */
export function modelReflex<Types extends CacheTypes, Situation extends Turn, Answer>(
  cache: PolicyCache<Types>,
  options: AdapterOptions<Types, Situation>,
  model: ModelOf<Situation, Answer>,
): ModelReflex<Situation, Answer> {
  return new ModelReflex(
    cache as unknown as PolicyCache,
    options as unknown as AdapterOptions<AnyTypes, Situation>,
    model,
  );
}
