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
  if (prototype !== Object.prototype && prototype !== null) return NOT_PLAIN;
  if (Object.getOwnPropertySymbols(value).length > 0) return { expected: "an object without symbol keys" };
  return undefined;
}
