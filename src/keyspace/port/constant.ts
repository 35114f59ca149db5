/**
 * Plain data that many inputs have in common, such as settings: the script of an operation holds it, instead of being sent it
 * with every call. For members of an input, not deeper.
 */
export type Constant<Value extends object> = Value;

const byText = new Map<string, object>();
const known = new WeakSet<object>();

/** Makes equal data the same object, which must not change. Asked for such an object again, this costs nothing. */
export function constant<Value extends object>(value: Value): Constant<Value> {
  if (known.has(value)) return value;
  const text = JSON.stringify(value);
  const same = byText.get(text);
  if (same !== undefined) return same as Value;
  byText.set(text, value);
  known.add(value);
  return value;
}
