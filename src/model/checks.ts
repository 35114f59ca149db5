import { MAX_LEARNED_VALUE } from "../defaults.js";
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

/** Whether a text passes {@link checkKeyText}. */
export function isKeyText(text: string): boolean {
  return text !== "" && text.length <= MAX_KEY_CHARACTERS && !FORBIDDEN_IN_KEYS.test(text);
}

export function checkFinite(parameter: string, value: unknown): number {
  if (typeof value !== "number" || !Number.isFinite(value)) {
    throw new InvalidArgumentError(parameter, value, "a finite number");
  }
  return value === 0 ? 0 : value; // no negative zero: engines would differ in showing it
}

/** A reward, or a value learned from rewards. */
export function checkLearnable(parameter: string, value: unknown): number {
  return checkNumber(parameter, value, isLearnable, `a finite number of at most ${MAX_LEARNED_VALUE} either way`);
}

export function isLearnable(value: number): boolean {
  return Math.abs(value) <= MAX_LEARNED_VALUE;
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

/** Named parts of a call, in an object of whatever class. */
export function checkObject(parameter: string, value: unknown): void {
  if (typeof value !== "object" || value === null || Array.isArray(value)) {
    throw new InvalidArgumentError(parameter, value, "an object");
  }
}

export function checkPlainObject(parameter: string, value: unknown): Record<string, unknown> {
  requirePlainObject(value, parameter);
  return value;
}
