/** What is wrong with a value, for an error to say. */
export interface Fault {
  readonly expected: string;
  readonly hint?: string;
}

export const NOT_PLAIN: Fault = {
  expected: "a plain object, an array or a scalar",
  hint: "Convert dates, maps, sets and other class instances to plain JSON values first.",
};

/** What keeps an object from being a plain one, with text names only. What it holds is not looked at. */
export function plainObjectFault(value: object): Fault | undefined {
  const prototype: unknown = Object.getPrototypeOf(value);
  if (prototype !== Object.prototype && prototype !== null && !isObjectPrototype(prototype)) return NOT_PLAIN;
  if (Object.getOwnPropertySymbols(value).length > 0) return { expected: "an object without symbol keys" };
  return undefined;
}

/** Whether an array is a plain one, and not of a class that extends arrays. */
export function isPlainArray(value: readonly unknown[]): boolean {
  const prototype: unknown = Object.getPrototypeOf(value);
  if (prototype === Array.prototype) return true;
  return Array.isArray(prototype) && isObjectPrototype(Object.getPrototypeOf(prototype));
}

/** Whether it is the `Object.prototype` of some realm: `structuredClone` under Jest, `vm` and frames make objects of others. */
function isObjectPrototype(prototype: unknown): boolean {
  if (typeof prototype !== "object" || prototype === null || Object.getPrototypeOf(prototype) !== null) return false;
  return Object.hasOwn(prototype, "isPrototypeOf") && Object.hasOwn(prototype, "propertyIsEnumerable");
}

/** As `Array.isArray`, which throws for a proxy that was revoked. */
export function isArray(value: unknown): value is readonly unknown[] {
  try {
    return Array.isArray(value);
  } catch {
    return false;
  }
}
