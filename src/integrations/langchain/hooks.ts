import { type AnyTypes, type CacheTypes, isInterruption, type PolicyCache, type ReflexCounts } from "../../index.js";
import {
  type AdapterOptions,
  type DoneCall,
  type ModelReflex,
  modelReflex,
  suggestionText,
  type ToolCall,
} from "../shared/index.js";
import {
  type ChatMessage,
  type ChatTurn,
  callsOf,
  heardIn,
  identify,
  idOf,
  type ModelRequest,
  messageOf,
  schemaOf,
  statusOf,
  turnOf,
} from "./messages.js";
import { obstacleIn } from "./obstacles.js";

/** How the model of an agent becomes one that learns. */
export type PolicyCacheHooksOptions<Types extends CacheTypes = AnyTypes> = AdapterOptions<Types, ChatTurn>;

/** What a model said; or the calls it is to be served instead, until somebody makes a message of them. */
type Answer = { readonly message: unknown } | { readonly calls: readonly ToolCall[] };

/** A call of a tool, as the framework hands it to middleware. */
export interface ToolRequest {
  /** What is to be called. */
  readonly toolCall: { readonly id?: string | undefined; readonly name: string; readonly args: unknown };
  /** Of the agent, with its messages. */
  readonly state: unknown;
}

/** Hooks that hear of tools. */
export interface ToolHooks {
  /** As the framework shows it. */
  readonly name: string;
  /** Has the tool run, and hears how it ended. */
  wrapToolCall<Request extends ToolRequest, Result>(
    request: Request,
    handler: (request: Request) => Result | PromiseLike<Result>,
  ): Promise<Result>;
}

/** Hooks for `createMiddleware` of LangChain, and a node for LangGraph. */
export class PolicyCacheHooks {
  /** As the framework shows it. */
  readonly name = "policycache";
  readonly #reflex: ModelReflex<ChatTurn, Answer>;

  /** @internal */
  constructor(reflex: ModelReflex<ChatTurn, Answer>) {
    this.#reflex = reflex;
  }

  /** How often the cache decided, and how often the model. */
  get counts(): ReflexCounts {
    return this.#reflex.counts;
  }

  /** Answers in place of the model where the cache decides, and hears from the history how tools ended. */
  readonly wrapModelCall = async <Request extends ModelRequest, Message>(
    request: Request,
    handler: (request: Request) => Message | PromiseLike<Message>,
  ): Promise<Message> => {
    const ask = async (hint: string | undefined) => {
      if (hint === undefined) return handler(request);
      const { systemPrompt } = request;
      return handler({ ...request, systemPrompt: systemPrompt ? `${systemPrompt}\n\n${hint}` : hint });
    };
    return (await this.#answer(request, ask)) as Message;
  };

  /**
   * A node of a LangGraph graph over `messages`, in place of one that calls a model.
   *
   * @param model - with its tools bound
   * @param tools - the same
   */
  node(
    model: { invoke(messages: never[], config?: never): PromiseLike<unknown> },
    tools: readonly object[],
  ): <State extends { readonly messages: readonly object[] }>(
    state: State,
    config?: object,
  ) => Promise<{ messages: State["messages"][number][] }> {
    const invoke = model.invoke.bind(model) as unknown as (
      messages: readonly unknown[],
      config: unknown,
    ) => Promise<unknown>;
    return async <State extends { readonly messages: readonly object[] }>(state: State, config?: object) => {
      const messages = state.messages as readonly ChatMessage[];
      const ask = (hint: string | undefined) =>
        invoke(hint === undefined ? messages : [["system", hint], ...messages], config);
      const answer = await this.#answer({ messages, tools, model, runtime: config }, ask);
      return { messages: [answer as State["messages"][number]] };
    };
  }

  /**
   * For a `createMiddleware` of its own: hears at once how a tool ended, also of the last one, and of one whose error ends the run.
   * It is apart because with any `wrapToolCall` LangChain lets errors of tools end the run.
   */
  get toolHooks(): ToolHooks {
    return { name: "policycache-tools", wrapToolCall: (request, handler) => this.#hearing(request, handler) };
  }

  async #hearing<Result>(
    request: ToolRequest,
    handler: (request: never) => Result | PromiseLike<Result>,
  ): Promise<Result> {
    try {
      const result = await handler(request as never);
      const message = result as ChatMessage;
      if (message.type === "tool") await this.#heard(request, statusOf(message), message.content);
      return result;
    } catch (error) {
      await this.#heard(request, isInterruption(error) || isControlFlow(error) ? "interrupted" : "failure", error);
      throw error;
    }
  }

  async #answer(request: ModelRequest, ask: (hint: string | undefined) => Promise<unknown>): Promise<unknown> {
    await this.#reflex.hear(heardIn(request.messages));
    const turn = turnOf(request);
    const { answer, id, kind } = await this.#reflex.ask(turn, async (suggestion) => {
      return { message: await ask(suggestion === undefined ? undefined : suggestionText(suggestion)) };
    });
    const message = "calls" in answer ? await messageOf(answer.calls) : answer.message;
    identify(message as ChatMessage, { id, kind });
    return message;
  }

  /** Calls that were decided together are heard of together, from the history. */
  async #heard({ toolCall, state }: ToolRequest, status: DoneCall["status"], output: unknown): Promise<void> {
    const { messages = [] } = (state ?? {}) as { readonly messages?: readonly ChatMessage[] };
    const message = messages.findLast(({ tool_calls = [] }) => tool_calls.some(({ id }) => id === toolCall.id));
    const id = message === undefined ? undefined : idOf(message);
    if (id === undefined || message?.tool_calls?.length !== 1) return;
    const input = toolCall.args as DoneCall["input"];
    await this.#reflex.hear([{ id, missing: 0, done: [{ tool: toolCall.name, input, status, output }] }]);
  }
}

/**
 * Hooks for LangChain 1: they learn which tool is called in which state, and how that went; and in mode `"serve"` or `"try"` they
 * call what is proven without asking the model.
 *
 * @example
 * ```ts
 * import { PolicyCache } from "policycache";
 * import { policyCacheHooks } from "policycache/langchain";
 *
 * await using cache = await PolicyCache.open("memory:");
 * const { wrapModelCall, name } = policyCacheHooks(cache, { state: ({ last }) => ({ after: last?.tool ?? "nothing" }) });
 * // const agent = createAgent({ model, tools, middleware: [createMiddleware({ name, wrapModelCall })] });
 * console.log(name, typeof wrapModelCall);
 * // → policycache function
 * ```
 * @throws {@link InvalidArgumentError} naming the option that is wrong
 */
export function policyCacheHooks<Types extends CacheTypes>(
  cache: PolicyCache<Types>,
  options: PolicyCacheHooksOptions<Types>,
): PolicyCacheHooks {
  return new PolicyCacheHooks(
    modelReflex(cache, options, {
      callsOf: (answer: Answer) => ("calls" in answer ? answer.calls : callsOf(answer.message as ChatMessage)),
      answerOf: (calls): Answer => ({ calls }),
      schemaOf,
      obstacleIn,
    }),
  );
}

/** LangGraph interrupts and redirects by throwing. */
function isControlFlow(error: unknown): boolean {
  return typeof error === "object" && error !== null && Reflect.get(error, "is_bubble_up") === true;
}
