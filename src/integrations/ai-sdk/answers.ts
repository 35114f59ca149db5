import { randomUUID } from "node:crypto";
import type { Suggestion } from "../../index.js";
import { type Asked, parsedInput, suggestionText, type ToolCall } from "../shared/index.js";
import { type AnswerPart, type CallParams, withMetadata } from "./model-call.js";

type Parts = readonly AnswerPart[];

/** The calls that an answer asks for; undefined where the provider carries some out by itself. */
export function callsOf(parts: Parts): readonly ToolCall[] | undefined {
  const calls = parts.filter(({ type }) => type === "tool-call");
  if (calls.some(({ providerExecuted }) => providerExecuted === true)) return undefined;
  return calls.map(({ toolName = "", input }) => ({ tool: toolName, input: parsedInput(String(input)) ?? null }));
}

export function partsOf(calls: readonly ToolCall[]): Parts {
  return calls.map(({ tool, input }) => ({
    type: "tool-call",
    toolCallId: `pc_${randomUUID().replaceAll("-", "")}`, // what every provider takes, and nobody else gives out
    toolName: tool,
    input: JSON.stringify(input),
  }));
}

/** The parts, with the decision beside each call: it comes back with the history. */
export function identified(parts: Parts, id: string | undefined): Parts {
  if (id === undefined) return parts;
  const of = parts.filter(({ type }) => type === "tool-call").length;
  return parts.map((part) => (part.type === "tool-call" ? withMetadata(part, { id, of }) : part));
}

/** Who decided, for whoever looks at the answer. */
export function decisionMetadata({ kind, refused }: Omit<Asked<unknown>, "answer">): {
  kind: string;
  refused?: string;
} {
  return refused === undefined ? { kind } : { kind, refused };
}

const NONE = { total: 0, noCache: 0, cacheRead: 0, cacheWrite: 0 };
/** A served call has cost no token. */
export const NO_USAGE = { inputTokens: NONE, outputTokens: { total: 0, text: 0, reasoning: 0 } };

export const TO_TOOLS = { unified: "tool-calls", raw: undefined } as const;

/** The call, with what the cache suggests among the instructions of the system. */
export function paramsWith<Params extends CallParams>(params: Params, suggestion: Suggestion | undefined): Params {
  const text = suggestion === undefined ? undefined : suggestionText(suggestion);
  if (text === undefined) return params;
  const [first, ...others] = params.prompt;
  const system = { role: "system", content: text };
  if (first?.role !== "system") return { ...params, prompt: [system, ...params.prompt] };
  return { ...params, prompt: [{ ...first, content: `${String(first.content)}\n\n${text}` }, ...others] };
}
