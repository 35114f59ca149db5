import type { ChatMessage, ChatTurn } from "./messages.js";

type Settings = Readonly<Record<string, unknown>>;

/**
 * Why a call that the model did not ask for would break this history.
 *
 * @returns undefined when it would not
 */
export function obstacleIn({ request, messages }: ChatTurn): string | undefined {
  const { toolChoice } = request;
  if (toolChoice === "none") return "the model may call no tool now";
  if (typeof toolChoice === "object" && toolChoice !== null) return "the model has to call a certain tool now";
  const settings = [request.model, request.modelSettings].map((given) => (given ?? {}) as Settings);
  const kept = KEPT.find((name) => settings.some((own) => own[name] !== undefined));
  if (kept !== undefined) return `the provider keeps the history (${kept}), and never saw a call that is served`;
  if (settings.some(({ thinking }) => isOn(thinking)) || hasThought(messages)) {
    return "the model thinks, and its turns have to begin with a thought of its own";
  }
  return undefined;
}

const KEPT = ["previous_response_id", "previousResponseId", "conversation"];

function isOn(setting: unknown): boolean {
  const { type } = (setting ?? {}) as { readonly type?: unknown };
  return type === "enabled" || type === "adaptive";
}

/** In the turn that goes on. */
function hasThought(messages: readonly ChatMessage[]): boolean {
  return messages.slice(messages.findLastIndex(({ type }) => type === "human") + 1).some(({ content }) => {
    return Array.isArray(content) && content.some(({ type }: { readonly type?: unknown }) => THOUGHTS.has(type));
  });
}

const THOUGHTS = new Set<unknown>(["thinking", "redacted_thinking", "reasoning"]);
