import type { CallParams, PromptMessage } from "./model-call.js";

type Options = Readonly<Record<string, Readonly<Record<string, unknown>> | undefined>>;

/**
 * Why a call that the model did not ask for would break this history: providers refuse, or misread, what they did not say
 * themselves.
 *
 * @returns undefined when it would not
 */
export function obstacleIn({ prompt, providerOptions, reasoning, toolChoice }: CallParams): string | undefined {
  if (toolChoice?.type === "none") return "the model may call no tool now";
  if (toolChoice?.type === "tool") return `the model has to call ${toolChoice.toolName} now`;
  const options = (providerOptions ?? {}) as Options;
  const kept = CONTINUATIONS.find((name) => Object.values(options).some((own) => own?.[name] !== undefined));
  if (kept !== undefined) return `the provider keeps the history (${kept}), and never saw a call that is served`;
  if (thinks(options, reasoning) || hasThought(prompt)) {
    return "the model thinks, and its turns have to begin with a thought of its own";
  }
  return undefined;
}

const CONTINUATIONS = ["previousResponseId", "conversation", "previousInteractionId"];

function thinks(options: Options, reasoning: string | undefined): boolean {
  if (reasoning !== undefined && reasoning !== "none" && reasoning !== "provider-default") return true;
  return Object.values(options).some((own) => isOn(own?.thinking) || isOn(own?.reasoningConfig));
}

function isOn(setting: unknown): boolean {
  const { type } = (setting ?? {}) as { readonly type?: unknown };
  return type === "enabled" || type === "adaptive";
}

/** In the turn that goes on: thoughts of earlier turns are not looked at. */
function hasThought(prompt: readonly PromptMessage[]): boolean {
  const since = prompt.slice(prompt.findLastIndex(({ role }) => role === "user") + 1);
  return since.some(({ content }) => typeof content !== "string" && content.some(({ type }) => type === "reasoning"));
}
