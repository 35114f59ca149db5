import type { DoneCall, Heard, JsonValue } from "../shared/index.js";
import { type CallParams, type ModelTurn, ownMetadata, type PromptMessage, type PromptPart } from "./model-call.js";

/** How many decisions of a history are looked at: who goes on with an old one has told of those before. */
const MOST_HEARD = 16;

/** Where the agent is, by what the model gets. */
export function turnOf(params: CallParams): ModelTurn {
  const { prompt, tools = [] } = params;
  const lastSaid = prompt.findLastIndex(({ role }) => role === "user");
  const since = prompt.slice(lastSaid + 1);
  const last = doneCallsOf(since).at(-1);
  const turn = {
    params,
    said: textOf(prompt[lastSaid]),
    step: since.filter(({ role }) => role === "tool").length,
    tools: tools.flatMap(({ type, name }) => (type === "function" ? [name] : [])),
  };
  return last === undefined ? turn : { ...turn, last };
}

/** The decisions of a history that ours are, with what became of their calls. */
export function heardIn(prompt: readonly PromptMessage[]): readonly Heard[] {
  const results = resultsIn(prompt);
  return prompt
    .flatMap((message) => (message.role === "assistant" ? heardOf(partsOf(message), results) : []))
    .slice(-MOST_HEARD);
}

function heardOf(parts: readonly PromptPart[], results: ReadonlyMap<string, PromptPart>): readonly Heard[] {
  const byId = new Map<string, (DoneCall | undefined)[]>();
  for (const part of parts) {
    const { id } = part.type === "tool-call" ? ownMetadata(part.providerOptions) : {};
    if (typeof id !== "string") continue;
    byId.set(id, [...(byId.get(id) ?? []), doneCall(part, results)]);
  }
  return [...byId].map(([id, calls]) => {
    const done = calls.filter((call) => call !== undefined);
    return { id, done, missing: calls.length - done.length };
  });
}

function doneCallsOf(messages: readonly PromptMessage[]): readonly DoneCall[] {
  const results = resultsIn(messages);
  const calls = messages.flatMap((message) => partsOf(message).filter(({ type }) => type === "tool-call"));
  return calls.map((call) => doneCall(call, results)).filter((done) => done !== undefined);
}

function resultsIn(messages: readonly PromptMessage[]): ReadonlyMap<string, PromptPart> {
  const results = messages.flatMap((message) => partsOf(message).filter(({ type }) => type === "tool-result"));
  return new Map(results.map((part) => [part.toolCallId ?? "", part]));
}

function doneCall(call: PromptPart, results: ReadonlyMap<string, PromptPart>): DoneCall | undefined {
  const result = results.get(call.toolCallId ?? "");
  if (result === undefined) return undefined;
  const { type, value } = result.output as { readonly type: string; readonly value?: unknown };
  return { tool: call.toolName ?? "", input: call.input as JsonValue, status: statusOf(type), output: value };
}

function statusOf(type: string): DoneCall["status"] {
  if (type === "execution-denied") return "denied";
  return type.startsWith("error-") ? "failure" : "success";
}

function partsOf({ content }: PromptMessage): readonly PromptPart[] {
  return typeof content === "string" ? [] : content;
}

function textOf(message: PromptMessage | undefined): string {
  if (message === undefined) return "";
  if (typeof message.content === "string") return message.content;
  return message.content
    .map((part) => (part.type === "text" ? (part as { readonly text?: string }).text : ""))
    .join("");
}
