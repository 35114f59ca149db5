import type { AgentTurn } from "./items.js";

interface Settings {
  readonly toolChoice?: unknown;
  readonly providerData?: { readonly thinking?: { readonly type?: unknown } };
}

const FREE_CHOICES = new Set<unknown>([undefined, "auto", "required"]);

/**
 * Why a call that the model did not ask for would break this history.
 *
 * @returns undefined when it would not
 */
export function obstacleIn({ request }: AgentTurn): string | undefined {
  const { previousResponseId, conversationId } = request;
  if (previousResponseId !== undefined || conversationId !== undefined) {
    const kept = previousResponseId === undefined ? "conversationId" : "previousResponseId";
    return `the provider keeps the history (${kept}), and never saw a call that is served`;
  }
  const { toolChoice, providerData } = (request.modelSettings ?? {}) as Settings;
  if (!FREE_CHOICES.has(toolChoice)) return `the model has no choice of a tool now (${String(toolChoice)})`;
  const thinking = providerData?.thinking?.type;
  if (thinking === "enabled" || thinking === "adaptive") {
    return "the model thinks, and its turns have to begin with a thought of its own";
  }
  return undefined;
}
