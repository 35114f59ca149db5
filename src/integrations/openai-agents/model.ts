import type { AnyTypes, CacheTypes, PolicyCache, ReflexCounts, Suggestion } from "../../index.js";
import {
  type AdapterOptions,
  type Asked,
  type Heard,
  type ModelReflex,
  modelReflex,
  suggestionText,
} from "../shared/index.js";
import {
  type AgentTurn,
  callsOf,
  doneCallsIn,
  type Item,
  itemsFor,
  type ModelCallRequest,
  schemaOf,
  turnOf,
} from "./items.js";
import { obstacleIn } from "./obstacles.js";
import { OpenCalls } from "./open-calls.js";
import { throughToEnd } from "./streams.js";

/** How a model becomes one that learns. */
export type PolicyCacheModelOptions<Types extends CacheTypes = AnyTypes> = AdapterOptions<Types, AgentTurn>;

/** A model of the OpenAI Agents SDK. */
export interface AgentModel {
  /** Answers. */
  getResponse(request: never): Promise<{ readonly output: readonly object[] }>;
  /** Answers in pieces. */
  getStreamedResponse(request: never): AsyncIterable<object>;
}

/** What a model that learns has beside. */
export interface PolicyCacheModel {
  /** How often the cache decided, and how often the model. */
  readonly counts: ReflexCounts;
}

interface Response {
  readonly output: readonly Item[];
}

/** With the methods of a model, as they are called here. */
interface CallableModel {
  getResponse(request: ModelCallRequest): Promise<Response>;
  getStreamedResponse(request: ModelCallRequest): AsyncIterable<Item>;
}

/**
 * Makes a model of the OpenAI Agents SDK one that learns which tool is called in which state and how that went, and that in mode
 * `"serve"` or `"try"` is not asked where that is proven.
 *
 * @example
 * ```ts
 * import { PolicyCache } from "policycache";
 * import { policyCacheModel } from "policycache/openai-agents";
 *
 * await using cache = await PolicyCache.open("memory:");
 * const plain = { getResponse: async () => ({ output: [] }), getStreamedResponse: async function* () {} };
 * const model = policyCacheModel(cache, plain, { state: ({ said }) => ({ task: said }) });
 * // const agent = new Agent({ name: "Deployer", model, tools });
 * console.log(model.counts.served);
 * // → 0
 * ```
 * @throws {@link InvalidArgumentError} naming the option that is wrong
 */
export function policyCacheModel<Types extends CacheTypes, Model extends AgentModel>(
  cache: PolicyCache<Types>,
  model: Model,
  options: PolicyCacheModelOptions<Types>,
): Model & PolicyCacheModel {
  const reflex = modelReflex(cache, options, { callsOf, answerOf: itemsFor, schemaOf, obstacleIn });
  const learning = new LearningModel(model as unknown as CallableModel, reflex);
  const own: Readonly<Record<PropertyKey, unknown>> = {
    getResponse: (request: ModelCallRequest) => learning.getResponse(request),
    getStreamedResponse: (request: ModelCallRequest) => learning.getStreamedResponse(request),
  };
  return new Proxy(model, {
    get: (target, name) => {
      if (name === "counts") return reflex.counts;
      const value: unknown = own[name] ?? Reflect.get(target, name);
      return typeof value === "function" ? value.bind(target) : value;
    },
    has: (target, name) => name === "counts" || Reflect.has(target, name),
  }) as Model & PolicyCacheModel;
}

class LearningModel {
  readonly #model: CallableModel;
  readonly #reflex: ModelReflex<AgentTurn, readonly Item[]>;
  readonly #open = new OpenCalls();

  constructor(model: CallableModel, reflex: ModelReflex<AgentTurn, readonly Item[]>) {
    this.#model = model;
    this.#reflex = reflex;
  }

  async getResponse(request: ModelCallRequest): Promise<Response> {
    let own: Response | undefined;
    const asked = await this.#ask(request, async (suggestion) => {
      own = await this.#model.getResponse(requestWith(request, suggestion));
      return own.output;
    });
    return own ?? ({ usage: NO_USAGE, output: asked.answer } as Response);
  }

  async *getStreamedResponse(request: ModelCallRequest): AsyncGenerator<Item> {
    let open: (events: AsyncIterable<Item>) => void = () => {};
    const opening = new Promise<{ readonly events: AsyncIterable<Item> }>((resolve) => {
      open = (events) => resolve({ events });
    });
    let known: (items: readonly Item[]) => void = () => {};
    let failed: (error: unknown) => void = () => {};
    const asking = this.#ask(request, (suggestion) => {
      open(this.#model.getStreamedResponse(requestWith(request, suggestion)));
      return new Promise((resolve, reject) => {
        known = resolve;
        failed = reject;
      });
    });
    const first = await Promise.race([opening, asking]);
    if ("events" in first) {
      asking.catch(() => {}); // who reads the stream is told
      yield* throughToEnd(
        first.events,
        (items) => {
          known(items);
          return asking;
        },
        failed,
      );
      return;
    }
    yield { type: "response_started" };
    const response = { id: first.answer[0]?.callId, usage: NO_USAGE, output: first.answer };
    yield { type: "response_done", response } as Item;
  }

  async #ask(
    request: ModelCallRequest,
    ask: (suggestion: Suggestion | undefined) => Promise<readonly Item[]>,
  ): Promise<Asked<readonly Item[]>> {
    await this.#reflex.hear(this.#heardIn(request));
    const asked = await this.#reflex.ask(turnOf(request), ask);
    const callIds = asked.answer.flatMap(({ type, callId }) => (type === "function_call" ? (callId ?? []) : []));
    if (asked.id !== undefined) this.#open.add(asked.id, callIds);
    return asked;
  }

  #heardIn(request: ModelCallRequest): readonly Heard[] {
    const done = doneCallsIn(request);
    return this.#open.among([...done.keys()]).map(({ id, callIds }) => {
      const ended = callIds.flatMap((callId) => done.get(callId) ?? []);
      return { id, done: ended, missing: callIds.length - ended.length };
    });
  }
}

const NO_USAGE = {
  requests: 0,
  inputTokens: 0,
  outputTokens: 0,
  totalTokens: 0,
  inputTokensDetails: [],
  outputTokensDetails: [],
};

/** The call, with what the cache suggests among the instructions of the system. */
function requestWith(request: ModelCallRequest, suggestion: Suggestion | undefined): ModelCallRequest {
  const text = suggestion === undefined ? undefined : suggestionText(suggestion);
  if (text === undefined) return request;
  const { systemInstructions } = request;
  return { ...request, systemInstructions: systemInstructions ? `${systemInstructions}\n\n${text}` : text };
}
