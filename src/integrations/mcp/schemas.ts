import type { JsonObject } from "../shared/index.js";

/** What a tool takes or gives: a Standard Schema that also says itself as JSON Schema. */
export interface ObjectSchema {
  readonly "~standard": {
    readonly version: 1;
    readonly vendor: "policycache";
    validate(
      value: unknown,
    ): { readonly value: JsonObject } | { readonly issues: readonly { readonly message: string }[] };
    readonly jsonSchema: { input(): Record<string, unknown>; output(): Record<string, unknown> };
  };
}

/**
 * A schema of an object. Only that it is one, with no other names, is checked here: what is wrong with its parts the cache says
 * better.
 */
export function objectSchema(
  properties: JsonObject,
  required: readonly string[],
  additionalProperties = false,
): ObjectSchema {
  const schema = () => ({ type: "object", properties, required: [...required], additionalProperties });
  const faultOf = (value: unknown) => {
    if (typeof value !== "object" || value === null || Array.isArray(value)) return "an object is expected";
    const missing = required.find((name) => !(name in value));
    if (missing !== undefined) return `${missing} is missing`;
    const unknown = additionalProperties ? undefined : Object.keys(value).find((name) => !(name in properties));
    return unknown === undefined
      ? undefined
      : `${unknown} is not known; known are ${Object.keys(properties).join(", ")}`;
  };
  return {
    "~standard": {
      version: 1,
      vendor: "policycache",
      validate: (value) => {
        const message = faultOf(value);
        return message === undefined ? { value: value as JsonObject } : { issues: [{ message }] };
      },
      jsonSchema: { input: schema, output: schema },
    },
  };
}

/** An object of any kind. */
export const ANY_OBJECT: JsonObject = { type: "object", additionalProperties: true };

export const STATE: JsonObject = {
  ...ANY_OBJECT,
  description:
    "Features of the situation, known before acting. Equal features are the same state: leave out what does not matter.",
};

export const ACTION: JsonObject = {
  type: "object",
  properties: { type: { type: "string", description: "What is done, such as run_tests." }, spec: ANY_OBJECT },
  required: ["type"],
  additionalProperties: false,
};

export const OUTCOME: JsonObject = { type: "string", enum: ["success", "failure"] };
export const REWARD: JsonObject = { type: "number", description: "What it was worth, on any scale." };
export const TEXT: JsonObject = { type: "string" };
export const NUMBER: JsonObject = { type: "number" };
