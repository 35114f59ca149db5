import { isDeepStrictEqual } from "node:util";
import { expect } from "vitest";

/** Sums and products are the same on every engine; these are equal to the last bit. */
const EXACT = new Set(["qValue", "value", "successes", "trials", "rewardSum"]);

/** Power functions may differ in the last bits. */
const RELATIVE_TOLERANCE = 1e-12;

/** Asserts equality, but for the last bits of numbers that come out of power functions. */
export function expectAlike(actual: unknown, expected: unknown, message?: string): void {
  // The message of `toEqual` shows the difference; what is only nearly equal is replaced before.
  if (!isDeepStrictEqual(actual, expected)) expect(rounded(actual, expected, ""), message).toEqual(expected);
}

/** The actual value with every number that is near enough to the expected one replaced by it. */
function rounded(actual: unknown, expected: unknown, name: string): unknown {
  if (typeof actual === "number" && typeof expected === "number") {
    const isNear = Math.abs(actual - expected) <= RELATIVE_TOLERANCE * Math.abs(expected);
    return isNear && !EXACT.has(name) ? expected : actual;
  }
  if (Array.isArray(actual) && Array.isArray(expected)) {
    return actual.map((item, index) => rounded(item, expected[index], name));
  }
  if (typeof actual === "object" && actual !== null && typeof expected === "object" && expected !== null) {
    const values = expected as Record<string, unknown>;
    return Object.fromEntries(Object.entries(actual).map(([key, value]) => [key, rounded(value, values[key], key)]));
  }
  return actual;
}
