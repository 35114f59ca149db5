import type { Action, JsonObject, JsonValue } from "../../index.js";
import type { ToolCall } from "./turn.js";

/** The type of what a model does that calls no tool. No tool can have this name. */
export const RESPOND = "(respond)";

/** Names of tools have none: several calls at once are one action, whose type has all of their names. */
const SEPARATOR = "+";

/** @returns undefined for calls that cannot be an action: what a tool is called with is no object */
export function actionOfCalls(calls: readonly ToolCall[]): Action | undefined {
  const [first, ...others] = calls;
  if (first === undefined) return { type: RESPOND };
  if (!calls.every(({ input }) => isObject(input))) return undefined;
  if (others.length === 0) return { type: first.tool, spec: first.input as JsonObject };
  const spec = { calls: calls.map(({ tool, input }) => ({ tool, input })) };
  return { type: calls.map(({ tool }) => tool).join(SEPARATOR), spec };
}

/** @returns no calls for what {@link RESPOND} stands for */
export function callsOfAction({ type, spec = {} }: Action): readonly ToolCall[] {
  if (type === RESPOND) return [];
  if (!type.includes(SEPARATOR)) return [{ tool: type, input: spec }];
  return spec.calls as unknown as readonly ToolCall[];
}

export function isObject(value: JsonValue | undefined): value is JsonObject {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

/** What a model wrote as arguments; undefined when that is no JSON. */
export function parsedInput(text: string): JsonValue | undefined {
  try {
    return JSON.parse(text === "" ? "{}" : text) as JsonValue;
  } catch {
    return undefined;
  }
}
