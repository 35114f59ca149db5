import { randomUUID } from "node:crypto";
import { type DoneCall, type JsonValue, parsedInput, type ToolCall, type Turn } from "../shared/index.js";

// As much of the model interface of the OpenAI Agents SDK as is needed: nothing is imported from it.

/** An item of the history, or of what a model answers. */
export interface Item {
  readonly type?: string | undefined;
  readonly role?: string;
  readonly content?: unknown;
  readonly callId?: string;
  readonly name?: string;
  /** JSON. */
  readonly arguments?: string;
  readonly output?: unknown;
}

/** What a model is called with. */
export interface ModelCallRequest {
  /** What has happened so far. */
  readonly input: unknown;
  /** Default: none. */
  readonly systemInstructions?: string;
  /** Set where the provider keeps the history. */
  readonly previousResponseId?: string;
  /** Set where the provider keeps the history. */
  readonly conversationId?: string;
  /** Such as which tool has to be called. */
  readonly modelSettings?: unknown;
  /** Default: none. */
  readonly tools?: readonly unknown[];
  /** Default: none. */
  readonly handoffs?: readonly unknown[];
}

/** What a model is about to be asked, and where the agent is. */
export interface AgentTurn extends Turn {
  /** All that the model gets. */
  readonly request: ModelCallRequest;
  /** What the user said last, as one text. */
  readonly said: string;
}

/** Where the agent is. */
export function turnOf(request: ModelCallRequest): AgentTurn {
  const items = itemsOf(request);
  const since = items.slice(items.findLastIndex(({ role }) => role === "user") + 1);
  const last = since.flatMap((item) => doneCall(item, since) ?? []).at(-1);
  const turn = {
    request,
    said: textOf(items.findLast(({ role }) => role === "user")?.content),
    step: since.filter((item, index) => isResult(item) && !isResult(since[index - 1])).length,
    tools: callables(request).map(({ name }) => name),
  };
  return last === undefined ? turn : { ...turn, last };
}

/** The calls of a history that have ended, by their ids. */
export function doneCallsIn(request: ModelCallRequest): ReadonlyMap<string, DoneCall> {
  const items = itemsOf(request);
  return new Map(
    items.flatMap((item) => {
      const done = doneCall(item, items);
      return done === undefined ? [] : [[item.callId ?? "", done]];
    }),
  );
}

/** The calls that an answer asks for; undefined where the provider carries some out by itself. */
export function callsOf(items: readonly Item[]): readonly ToolCall[] | undefined {
  if (items.some(({ type = "message" }) => !KNOWN.has(type))) return undefined;
  const calls = items.filter(({ type }) => type === "function_call");
  return calls.map((call) => ({ tool: call.name ?? "", input: parsedInput(call.arguments ?? "") ?? null }));
}

const KNOWN = new Set(["message", "reasoning", "function_call"]);

/** What a model would have answered. */
export function itemsFor(calls: readonly ToolCall[]): readonly Item[] {
  return calls.map(({ tool, input }) => ({
    type: "function_call",
    callId: `pc_${randomUUID().replaceAll("-", "")}`,
    name: tool,
    arguments: JSON.stringify(input),
    status: "completed",
  }));
}

/** What a tool takes, as JSON Schema. */
export function schemaOf(tool: string, { request }: AgentTurn): unknown {
  return callables(request).find(({ name }) => name === tool)?.schema;
}

/** Tools and handoffs: to a model both are functions. */
function callables({
  tools = [],
  handoffs = [],
}: ModelCallRequest): readonly { readonly name: string; readonly schema: unknown }[] {
  type Described = Readonly<Record<string, unknown>>;
  const functions = (tools as readonly Described[]).filter(({ type }) => type === "function");
  return [
    ...functions.map(({ name, parameters }) => ({ name: String(name), schema: parameters })),
    ...(handoffs as readonly Described[]).map((to) => ({ name: String(to.toolName), schema: to.inputJsonSchema })),
  ];
}

function itemsOf({ input }: ModelCallRequest): readonly Item[] {
  return typeof input === "string" ? [{ role: "user", content: input }] : (input as readonly Item[]);
}

function isResult(item: Item | undefined): boolean {
  return item?.type === "function_call_result";
}

function doneCall({ type, callId, name = "", ...call }: Item, items: readonly Item[]): DoneCall | undefined {
  if (type !== "function_call") return undefined;
  const result = items.find((item) => isResult(item) && item.callId === callId);
  if (result === undefined) return undefined;
  const input: JsonValue = parsedInput(call.arguments ?? "") ?? null;
  return { tool: name, input, status: statusOf(textOf(result.output)), output: result.output };
}

/** The framework hands a result and an error to the model alike, as a text. Its own texts are known. */
function statusOf(text: string): DoneCall["status"] {
  if (text === "Tool execution was not approved.") return "denied";
  return FAILURE.test(text) ? "failure" : "success";
}

const FAILURE = /^(An error occurred while running the tool\.|Tool '[^']*' timed out after )/;

function textOf(content: unknown): string {
  if (typeof content === "string") return content;
  if (Array.isArray(content)) return content.map(textOf).join("");
  const { text } = (content ?? {}) as { readonly text?: unknown };
  return typeof text === "string" ? text : "";
}
