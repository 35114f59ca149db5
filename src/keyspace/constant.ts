const constants = new WeakSet<object>();
const byText = new Map<string, object>();

/**
 * Declares plain data that many inputs have in common, such as settings: an engine may keep it instead of sending it with
 * every call. As a member of an input, not deeper. Equal data is the same object, and must not change.
 */
export function constant<Value extends object>(value: Value): Value {
  const text = JSON.stringify(value);
  const known = byText.get(text);
  if (known !== undefined) return known as Value;
  byText.set(text, value);
  constants.add(value);
  return value;
}

export function isConstant(value: unknown): value is object {
  return typeof value === "object" && value !== null && constants.has(value);
}
