import { randomUUID } from "node:crypto";
import {
  type DoneCall,
  type Heard,
  isObject,
  type JsonObject,
  type JsonValue,
  type ToolCall,
  type Turn,
} from "../shared/index.js";

// As much of the messages of LangChain 1 as is needed: nothing is imported from it but, when it is needed, the class of a served
// message.

/** A message of the history. */
export interface ChatMessage {
  /** "human", "ai", "tool", "system". */
  readonly type: string;
  readonly content: unknown;
  readonly tool_calls?: readonly { readonly id?: string | undefined; readonly name: string; readonly args: unknown }[];
  readonly tool_call_id?: string;
  readonly status?: string | undefined;
  readonly response_metadata?: Record<string, unknown>;
}

/** What a model is about to be asked, and where the agent is. */
export interface ChatTurn extends Turn {
  readonly messages: readonly ChatMessage[];
  /** What the user said last, as one text. */
  readonly said: string;
  /** The thread of the run; absent where it has none. */
  readonly threadId?: string;
  /** What the model is called with, as far as the framework says. */
  readonly request: ModelRequest;
}

/** What the framework calls a model with. */
export interface ModelRequest {
  /** Without the instructions of the system. */
  readonly messages: readonly ChatMessage[];
  /** Default: none. */
  readonly tools?: readonly unknown[];
  /** Default: the model chooses. */
  readonly toolChoice?: unknown;
  /** Default: not known. */
  readonly model?: unknown;
  /** Default: none. */
  readonly modelSettings?: unknown;
  /** Default: none. */
  readonly systemPrompt?: string;
  /** Where the run is at. Default: not known. */
  readonly runtime?: unknown;
}

const OURS = "policycache";
const MOST_HEARD = 16;

/** Where the agent is. */
export function turnOf(request: ModelRequest): ChatTurn {
  const { messages } = request;
  const lastSaid = messages.findLastIndex(({ type }) => type === "human");
  const since = messages.slice(lastSaid + 1);
  const last = doneCallsOf(since).at(-1);
  const threadId = threadOf(request.runtime);
  return {
    request,
    messages,
    said: textOf(messages[lastSaid]?.content),
    step: since.filter(({ type }, index) => type === "tool" && since[index - 1]?.type !== "tool").length,
    tools: (request.tools ?? []).flatMap((tool) => nameOf(tool) ?? []),
    ...(last === undefined ? {} : { last }),
    ...(threadId === undefined ? {} : { threadId }),
  };
}

/** The decisions of a history, with what became of their calls. */
export function heardIn(messages: readonly ChatMessage[]): readonly Heard[] {
  const results = resultsIn(messages);
  const heard = messages.flatMap((message): readonly Heard[] => {
    const id = idOf(message);
    if (id === undefined) return [];
    const calls = message.tool_calls ?? [];
    const done = calls.flatMap((call) => doneCall(call, results) ?? []);
    return [{ id, done, missing: calls.length - done.length }];
  });
  return heard.slice(-MOST_HEARD);
}

/** The decision that a message came of; undefined for others. */
export function idOf({ response_metadata = {} }: ChatMessage): string | undefined {
  const ours = response_metadata[OURS] as { readonly id?: unknown } | undefined;
  return typeof ours?.id === "string" ? ours.id : undefined;
}

/** Puts the decision beside the message: it comes back with the history. */
export function identify(message: ChatMessage, ours: { readonly id: string | undefined; readonly kind: string }): void {
  if (message.response_metadata !== undefined) message.response_metadata[OURS] = ours;
}

/** A message, as it is made of what it consists of. */
type MessageClass = new (fields: object) => ChatMessage;

/** Whoever uses this has it installed. By a name, so that nobody else needs it. */
const MESSAGES: string = "@langchain/core/messages";

/** What a model would have said. */
export async function messageOf(calls: readonly ToolCall[]): Promise<ChatMessage> {
  const { AIMessage } = (await import(MESSAGES)) as { readonly AIMessage: MessageClass };
  const tool_calls = calls.map(({ tool, input }) => {
    return { type: "tool_call", id: `pc_${randomUUID().replaceAll("-", "")}`, name: tool, args: input };
  });
  return new AIMessage({ content: "", tool_calls, response_metadata: {} });
}

/** The calls that a message asks for; undefined for what is no message of a model. */
export function callsOf({ type, tool_calls = [] }: ChatMessage): readonly ToolCall[] | undefined {
  if (type !== "ai") return undefined;
  return tool_calls.map(({ name, args }) => ({ tool: name, input: args as JsonValue }));
}

/** What a tool takes, where it says so in JSON Schema. */
export function schemaOf(name: string, { request }: ChatTurn): unknown {
  const tool = request.tools?.find((other) => nameOf(other) === name) as JsonObject | undefined;
  const schema = tool?.schema ?? (tool?.function as JsonObject | undefined)?.parameters;
  return isObject(schema) && isObject(schema.properties) ? schema : undefined;
}

/** How a call ended, by the message of its tool. */
export function statusOf({ status, content }: ChatMessage): DoneCall["status"] {
  if (status !== "error") return "success";
  return textOf(content).startsWith(REJECTED) ? "denied" : "failure";
}

/** What `humanInTheLoopMiddleware` writes, unless whoever rejects says something else. */
const REJECTED = "User rejected the tool call for ";

function doneCallsOf(messages: readonly ChatMessage[]): readonly DoneCall[] {
  const results = resultsIn(messages);
  return messages.flatMap(({ tool_calls = [] }) => tool_calls.flatMap((call) => doneCall(call, results) ?? []));
}

function resultsIn(messages: readonly ChatMessage[]): ReadonlyMap<string, ChatMessage> {
  return new Map(
    messages.flatMap((message) => (message.type === "tool" ? [[message.tool_call_id ?? "", message]] : [])),
  );
}

function doneCall(
  { id, name, args }: { readonly id?: string | undefined; readonly name: string; readonly args: unknown },
  results: ReadonlyMap<string, ChatMessage>,
): DoneCall | undefined {
  const result = results.get(id ?? "");
  if (result === undefined) return undefined;
  return { tool: name, input: args as JsonValue, status: statusOf(result), output: result.content };
}

function nameOf(tool: unknown): string | undefined {
  const { name, function: described } = (tool ?? {}) as { readonly name?: unknown; readonly function?: unknown };
  if (typeof name === "string") return name;
  return described === undefined ? undefined : nameOf(described);
}

function threadOf(runtime: unknown): string | undefined {
  const { configurable } = (runtime ?? {}) as { readonly configurable?: { readonly thread_id?: unknown } };
  return typeof configurable?.thread_id === "string" ? configurable.thread_id : undefined;
}

function textOf(content: unknown): string {
  if (typeof content === "string") return content;
  if (!Array.isArray(content)) return "";
  return content
    .map((block: { readonly text?: unknown }) => (typeof block.text === "string" ? block.text : ""))
    .join("");
}
