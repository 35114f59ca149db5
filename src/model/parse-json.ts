import { RecentMap } from "../common/maps/recent-map.js";
import type { JsonValue } from "../maths/json/json-value.js";

/**
 * `JSON.parse`, with the objects of scalars that were parsed recently at hand: the features of states and the parameters of
 * actions are mostly such, they come again and again, and copying one takes a tenth of parsing it.
 *
 * @returns a value of the caller's own
 */
export function parseJson(text: string): unknown {
  if (text.length > LONGEST_REMEMBERED) return JSON.parse(text);
  const known = recent.get(text);
  if (known !== undefined) return { ...known };
  const value: unknown = JSON.parse(text);
  if (isFlat(value)) recent.set(text, { ...value });
  return value;
}

/** A copy of a JSON value, in objects of this realm: `structuredClone` makes those of another one under Jest. */
export function copyOfJson<Value extends JsonValue>(value: Value): Value {
  return JSON.parse(JSON.stringify(value)) as Value;
}

const LONGEST_REMEMBERED = 500;
const recent = new RecentMap<string, object>(10_000);

/** Whether a copy of the properties is a copy of the whole. */
function isFlat(value: unknown): value is object {
  if (typeof value !== "object" || value === null || Array.isArray(value)) return false;
  return Object.values(value).every((part) => typeof part !== "object" || part === null);
}
