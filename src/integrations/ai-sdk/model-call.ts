import type { JsonObject, JsonValue, Turn } from "../shared/index.js";

// As much of the model interface of the AI SDK as is needed, the same in versions 6 and 7 of `ai`: nothing is imported from it.

/** What providers and middleware keep beside a part, by their names. */
type Metadata = Readonly<Record<string, Readonly<Record<string, unknown>> | undefined>>;

/** A part of a message. */
export interface PromptPart {
  readonly type: string;
  readonly toolCallId?: string;
  readonly toolName?: string;
  readonly input?: unknown;
  readonly output?: unknown;
  readonly providerExecuted?: boolean;
  readonly providerOptions?: unknown;
}

/** A message of the history. */
export interface PromptMessage {
  readonly role: string;
  readonly content: string | readonly PromptPart[];
}

/** What a model is called with. */
export interface CallParams {
  readonly prompt: readonly PromptMessage[];
  readonly tools?:
    | readonly { readonly type: string; readonly name: string; readonly inputSchema?: unknown }[]
    | undefined;
  readonly toolChoice?: { readonly type: string; readonly toolName?: string } | undefined;
  readonly providerOptions?: unknown;
  readonly reasoning?: string | undefined;
}

/** What a model is about to be asked, and where the agent is. */
export interface ModelTurn extends Turn {
  /** All that the model gets: messages, tools, options of the provider. */
  readonly params: CallParams;
  /** What the user said last, as one text. */
  readonly said: string;
}

/** A part of what a model answers. */
export interface AnswerPart {
  readonly type: string;
  readonly toolCallId?: string;
  readonly toolName?: string;
  /** JSON. */
  readonly input?: unknown;
  readonly providerExecuted?: boolean;
  readonly providerMetadata?: Metadata | undefined;
}

/** Under which name ours is kept. */
export const OURS = "policycache";

/** What we keep beside a part. */
export function ownMetadata(metadata: unknown): JsonObject {
  return ((metadata as Metadata | undefined)?.[OURS] ?? {}) as JsonObject;
}

/** A part with ours beside it. */
export function withMetadata<Part extends { readonly providerMetadata?: Metadata | undefined }>(
  part: Part,
  ours: JsonObject,
): Part {
  return { ...part, providerMetadata: { ...part.providerMetadata, [OURS]: ours } };
}

/** As JSON that may be learned from, or undefined. */
export function jsonOf(value: unknown): JsonValue {
  return (value ?? {}) as JsonValue;
}
