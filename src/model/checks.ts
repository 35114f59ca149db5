import { InvalidArgumentError } from "../errors.js";
import { requirePlainObject } from "../learning/canonical-json.js";

/** Longest text in a key field, in UTF-16 units: keys are repeated in every index. */
export const MAX_KEY_CHARACTERS = 512;

const FORBIDDEN_IN_KEYS = /[\p{Cc}\p{Cs}]/u;

/** A text that may become part of a storage key. Control characters are ours, to tell the parts of a key apart. */
export function checkKeyText(parameter: string, value: unknown): string {
  if (typeof value !== "string" || value === "") throw new InvalidArgumentError(parameter, value, "a non-empty string");
  if (value.length > MAX_KEY_CHARACTERS) {
    throw new InvalidArgumentError(parameter, value, `at most ${MAX_KEY_CHARACTERS} characters`);
  }
  if (FORBIDDEN_IN_KEYS.test(value)) {
    throw new InvalidArgumentError(parameter, value, "text without control characters or unpaired surrogates");
  }
  return value;
}

export function checkFinite(parameter: string, value: unknown): number {
  if (typeof value !== "number" || !Number.isFinite(value)) {
    throw new InvalidArgumentError(parameter, value, "a finite number");
  }
  return value === 0 ? 0 : value; // no negative zero: engines would differ in showing it
}

/** A number within bounds that `expected` puts into words. */
export function checkNumber(
  parameter: string,
  value: unknown,
  accepts: (value: number) => boolean,
  expected: string,
): number {
  if (typeof value !== "number" || !Number.isFinite(value) || !accepts(value)) {
    throw new InvalidArgumentError(parameter, value, expected);
  }
  return value === 0 ? 0 : value;
}

export function checkCount(parameter: string, value: unknown): number {
  return checkNumber(parameter, value, (count) => Number.isInteger(count) && count >= 0, "an integer of at least 0");
}

export function checkPlainObject(parameter: string, value: unknown): Record<string, unknown> {
  requirePlainObject(value, parameter);
  return value;
}
