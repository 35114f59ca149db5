import type { JsonObject, JsonValue } from "../../maths/json/json-value.js";
import { copyOfJson } from "../../model/parse-json.js";

// An action may be a template: leaves of its specification that are filled from the parameters of the situation are slots.

/** What a slot is filled from. */
export interface SlotSource {
  /** A path into the parameters: keys, separated by points. */
  readonly from: string;
  /** The type of what was found there: "string", "number", "boolean", "array", "object" or "null". */
  readonly type: string;
}

/** A value within an object, with the path that leads to it: its keys, separated by points. */
export interface Leaf {
  readonly path: string;
  readonly value: string | number;
}

/** The texts and numbers of an object, in order. What lies under a key that has no plain path is left out. */
export function leavesOf(value: JsonValue, path = ""): readonly Leaf[] {
  if (typeof value === "string" || typeof value === "number") return path === "" ? [] : [{ path, value }];
  if (typeof value !== "object" || value === null) return [];
  return Object.entries(value).flatMap(([key, inner]) => {
    if (key === "" || key.includes(".")) return [];
    return leavesOf(inner as JsonValue, path === "" ? key : `${path}.${key}`);
  });
}

/** @returns what lies at a path; undefined when nothing does */
export function valueAt(object: JsonValue, path: string): JsonValue | undefined {
  let value: JsonValue | undefined = object;
  for (const key of path.split(".")) {
    if (typeof value !== "object" || value === null || !Object.hasOwn(value, key)) return undefined;
    value = Reflect.get(value, key) as JsonValue;
  }
  return value;
}

/** A copy with other values at some paths. */
export function withValues(object: JsonObject, values: ReadonlyMap<string, JsonValue>): JsonObject {
  const copy = copyOfJson(object);
  for (const [path, value] of values) {
    const keys = path.split(".");
    const last = keys.pop() ?? "";
    const parent = keys.length === 0 ? copy : valueAt(copy, keys.join("."));
    if (typeof parent === "object" && parent !== null) Object.defineProperty(parent, last, { ...OWN, value });
  }
  return copy;
}

/** As an assignment makes it; a key may be called `__proto__`. */
const OWN = { configurable: true, enumerable: true, writable: true };

/** What a value is called in the type of a slot. */
export function typeName(value: JsonValue): string {
  if (value === null) return "null";
  return Array.isArray(value) ? "array" : typeof value;
}
