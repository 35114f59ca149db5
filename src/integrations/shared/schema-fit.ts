import type { JsonObject, JsonValue } from "../../index.js";
import { isObject } from "./tool-actions.js";

/**
 * Why arguments that were learned do not fit what a tool takes today: a part that it must have, does not know, or takes of
 * another type. The framework validates the rest when the tool is called.
 *
 * @param schema - JSON Schema of an object
 * @returns undefined when nothing speaks against them
 */
export function misfit(input: JsonObject, schema: unknown): string | undefined {
  const { required, properties, additionalProperties } = (schema ?? {}) as JsonObject;
  const known = isObject(properties) ? properties : {};
  for (const name of Array.isArray(required) ? required : []) {
    if (typeof name === "string" && input[name] === undefined) return `${name} is missing`;
  }
  for (const [name, value] of Object.entries(input)) {
    const part = known[name];
    if (part === undefined && additionalProperties === false) return `${name} is not known`;
    if (value !== undefined && isObject(part) && !accepts(part, value)) return `${name} is of another kind`;
  }
  return undefined;
}

function accepts({ type, enum: choices }: JsonObject, value: JsonValue): boolean {
  if (Array.isArray(choices) && typeof value !== "object" && !choices.includes(value)) return false;
  const types = Array.isArray(type) ? type : type === undefined ? [] : [type];
  return types.length === 0 || types.some((name) => isOfType(name, value));
}

function isOfType(name: JsonValue, value: JsonValue): boolean {
  switch (name) {
    case "null":
      return value === null;
    case "array":
      return Array.isArray(value);
    case "object":
      return isObject(value);
    case "integer":
      return Number.isInteger(value);
    default:
      return typeof value === name;
  }
}
