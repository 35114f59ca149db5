import { PolicyCacheError } from "../../../src/common/errors.js";

// Values that callers should not give, and the error that follows.

export const LONE_SURROGATE = "a\uD800b";

/** For values that the types forbid. */
export function wrong<Value>(value: unknown): Value {
  return value as Value;
}

export function cyclic(): Record<string, unknown> {
  const inner: Record<string, unknown> = {};
  inner.again = { inner };
  return inner;
}

export function nested(depth: number): unknown {
  let value: unknown = 1;
  for (let level = 0; level < depth; level += 1) value = { a: value };
  return value;
}

export class Deployment {
  readonly env = "staging";
}

export function shownAs(value: unknown): string {
  if (value instanceof Date) return "a date";
  if (value instanceof Map) return "a map";
  if (value instanceof Deployment) return "an instance";
  if (Array.isArray(value)) return "an array";
  return typeof value === "object" && value !== null ? "an object" : String(value);
}

export async function errorOf(call: () => unknown): Promise<PolicyCacheError> {
  try {
    await call();
  } catch (error) {
    if (PolicyCacheError.isInstance(error)) return error;
    throw new Error("not an error of this library", { cause: error });
  }
  throw new Error("nothing was refused");
}
