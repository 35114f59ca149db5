import { ReadableStream } from "node:stream/web";
import {
  type AnyTypes,
  type CacheTypes,
  isInterruption,
  type PolicyCache,
  type ReflexCounts,
  type Suggestion,
} from "../../index.js";
import { type AdapterOptions, type Asked, type DoneCall, type ModelReflex, modelReflex } from "../shared/index.js";
import { callsOf, decisionMetadata, identified, NO_USAGE, paramsWith, partsOf, TO_TOOLS } from "./answers.js";
import { HeldCalls } from "./held-calls.js";
import { heardIn, turnOf } from "./history.js";
import { type AnswerPart, type CallParams, type ModelTurn, OURS, ownMetadata } from "./model-call.js";
import { obstacleIn } from "./obstacles.js";

/** How the model of an agent becomes one that learns. */
export type PolicyCacheMiddlewareOptions<Types extends CacheTypes = AnyTypes> = AdapterOptions<Types, ModelTurn>;

/** A call of the model, as the AI SDK hands it to middleware. */
interface ModelCall<Params, Generated, Streamed> {
  readonly doGenerate: () => PromiseLike<Generated>;
  readonly doStream: () => PromiseLike<Streamed>;
  readonly params: Params;
  readonly model: {
    doGenerate(params: Params): PromiseLike<Generated>;
    doStream(params: Params): PromiseLike<Streamed>;
  };
}

/** What the AI SDK tells of a call of a tool that has ended, in version 7 and in version 6. */
export interface ToolExecution {
  readonly toolCall: { readonly toolName: string; readonly input: unknown; readonly providerMetadata?: unknown };
  /** Of version 7. */
  readonly toolOutput?: { readonly type: string; readonly output?: unknown; readonly error?: unknown };
  /** Of version 6. */
  readonly success?: boolean;
  readonly output?: unknown;
  readonly error?: unknown;
}

/** What the AI SDK tells of every tool. */
export interface ToolTelemetry {
  /** Of version 7. */
  readonly onToolExecutionEnd: (event: ToolExecution) => Promise<void>;
  /** Of version 6. */
  readonly onToolCallFinish: (event: ToolExecution) => Promise<void>;
}

/** Middleware for `wrapLanguageModel` of the AI SDK, and what else hears of tools. */
export class PolicyCacheMiddleware {
  /** The AI SDK asks for it. It is the same in its version 7. */
  readonly specificationVersion = "v3";
  /** For `registerTelemetry` of version 7 and `registerTelemetryIntegration` of version 6: it hears of every tool at once. */
  readonly telemetry: ToolTelemetry;
  readonly #reflex: ModelReflex<ModelTurn, readonly AnswerPart[]>;

  /** @internal */
  constructor(reflex: ModelReflex<ModelTurn, readonly AnswerPart[]>) {
    this.#reflex = reflex;
    this.telemetry = { onToolExecutionEnd: this.onToolExecutionEnd, onToolCallFinish: this.onToolExecutionEnd };
  }

  /** How often the cache decided, and how often the model. */
  get counts(): ReflexCounts {
    return this.#reflex.counts;
  }

  /** Answers in place of the model where the cache decides. */
  readonly wrapGenerate = async <Params extends CallParams, Generated extends { readonly content: readonly object[] }>({
    doGenerate,
    params,
    model,
  }: ModelCall<Params, Generated, unknown>): Promise<Generated> => {
    let own: Generated | undefined;
    const asked = await this.#ask(params, async (suggestion) => {
      own = await (suggestion === undefined ? doGenerate() : model.doGenerate(paramsWith(params, suggestion)));
      return own.content as readonly AnswerPart[];
    });
    const content = identified(asked.answer, asked.id);
    const ours = { [OURS]: decisionMetadata(asked) };
    if (own === undefined) return { ...served(), content, providerMetadata: ours } as unknown as Generated;
    const { providerMetadata } = own as { readonly providerMetadata?: object };
    return { ...own, content, providerMetadata: { ...providerMetadata, ...ours } };
  };

  /** As {@link wrapGenerate}, streaming. */
  readonly wrapStream = async <Params extends CallParams, Streamed extends { readonly stream: unknown }>({
    doStream,
    params,
    model,
  }: ModelCall<Params, unknown, Streamed>): Promise<Streamed> => {
    let open: (opened: { readonly streamed: Streamed; readonly held: HeldCalls }) => void = () => {};
    const opening = new Promise<Parameters<typeof open>[0]>((resolve) => {
      open = resolve;
    });
    const asking = this.#ask(params, async (suggestion) => {
      const streamed = await (suggestion === undefined ? doStream() : model.doStream(paramsWith(params, suggestion)));
      const held = new HeldCalls(streamed.stream as ReadableStream<AnswerPart>);
      open({ streamed, held });
      return held.calls;
    });
    const first = await Promise.race([opening, asking]);
    if ("answer" in first) return { stream: servedStream(first) } as unknown as Streamed;
    const identity = asking.then((asked) => ({ id: asked.id, metadata: decisionMetadata(asked) }));
    identity.catch(() => {}); // who reads the stream is told
    return { ...first.streamed, stream: first.held.through(identity) };
  };

  /**
   * For `onToolExecutionEnd` of version 7 and `experimental_onToolCallFinish` of version 6. The middleware hears of a tool when the
   * model is next called; this hears at once, also of the last one.
   */
  readonly onToolExecutionEnd = async (event: ToolExecution): Promise<void> => {
    const { id, of } = ownMetadata(event.toolCall.providerMetadata);
    if (typeof id !== "string" || of !== 1) return; // calls that were decided together are heard of together
    await this.#reflex.hear([{ id, missing: 0, done: [doneCall(event)] }]);
  };

  async #ask(
    params: CallParams,
    ask: (suggestion: Suggestion | undefined) => Promise<readonly AnswerPart[]>,
  ): Promise<Asked<readonly AnswerPart[]>> {
    await this.#reflex.hear(heardIn(params.prompt));
    return this.#reflex.ask(turnOf(params), ask);
  }
}

/**
 * Middleware for the AI SDK, versions 6 and 7: it learns which tool is called in which state, and how that went; and in mode
 * `"serve"` or `"try"` it calls what is proven without asking the model. It decides nothing about approvals: what it serves passes
 * them like any call.
 *
 * @example
 * ```ts
 * import { PolicyCache } from "policycache";
 * import { policyCacheMiddleware } from "policycache/ai-sdk";
 *
 * await using cache = await PolicyCache.open("memory:");
 * const middleware = policyCacheMiddleware(cache, { state: ({ last }) => ({ after: last?.tool ?? "nothing" }) });
 * // const model = wrapLanguageModel({ model: anthropic("claude-sonnet-4-5"), middleware });
 * console.log(middleware.counts.served);
 * // → 0
 * ```
 * @throws {@link InvalidArgumentError} naming the option that is wrong
 */
export function policyCacheMiddleware<Types extends CacheTypes>(
  cache: PolicyCache<Types>,
  options: PolicyCacheMiddlewareOptions<Types>,
): PolicyCacheMiddleware {
  return new PolicyCacheMiddleware(
    modelReflex(cache, options, {
      callsOf,
      answerOf: partsOf,
      schemaOf: (tool, { params }) => params.tools?.find(({ name }) => name === tool)?.inputSchema,
      obstacleIn: ({ params }) => obstacleIn(params),
    }),
  );
}

function served() {
  return { finishReason: TO_TOOLS, usage: NO_USAGE, warnings: [], response: { modelId: OURS, timestamp: new Date() } };
}

function servedStream({ answer, id, ...decided }: Asked<readonly AnswerPart[]>): ReadableStream<object> {
  const finish = { type: "finish", finishReason: TO_TOOLS, usage: NO_USAGE };
  return ReadableStream.from<object>([
    { type: "stream-start", warnings: [] },
    ...identified(answer, id),
    { ...finish, providerMetadata: { [OURS]: decisionMetadata({ id, ...decided }) } },
  ]);
}

function doneCall({ toolCall, toolOutput, success, output, error }: ToolExecution): DoneCall {
  const call = { tool: toolCall.toolName, input: toolCall.input as DoneCall["input"] };
  const hasFailed = toolOutput === undefined ? success === false : toolOutput.type === "tool-error";
  if (!hasFailed) return { ...call, status: "success", output: toolOutput?.output ?? output };
  const thrown = toolOutput?.error ?? error;
  return { ...call, status: isInterruption(thrown) ? "interrupted" : "failure", output: thrown };
}
