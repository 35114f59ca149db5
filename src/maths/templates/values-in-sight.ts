import type { JsonObject, JsonValue } from "../json/json-value.js";

/** A part of a JSON value that has no parts itself. */
export type Scalar = string | number | boolean | null;

/** Of an object with more values, those after so many are not looked at. */
export const MOST_VALUES = 512;

/**
 * The values within an object by their paths: keys joined by points, a point or backslash within a key after a backslash, and
 * places of lists as numbers. Empty objects and lists have no values.
 */
export function valuesIn(object: JsonObject): ReadonlyMap<string, Scalar> {
  const values = new Map<string, Scalar>();
  addValues(values, object, "");
  return values;
}

/** The path of a part within the part at `path`, "" being the whole. */
export function pathWithin(path: string, key: string): string {
  const step = key.includes(".") || key.includes("\\") ? key.replaceAll(/[.\\]/g, "\\$&") : key;
  return path === "" ? step : `${path}.${step}`;
}

function addValues(values: Map<string, Scalar>, value: JsonValue | undefined, path: string): void {
  if (value === undefined || values.size >= MOST_VALUES) return;
  if (typeof value !== "object" || value === null) values.set(path, value);
  else for (const [key, inner] of Object.entries(value)) addValues(values, inner, pathWithin(path, key));
}
