import { ConfigurationError, InvalidArgumentError } from "./errors.js";
import { type Fault, isArray, plainObjectFault } from "./given/plain-object.js";
import { unreadable } from "./given/unreadable.js";
import { refuseUnknownOptions } from "./unknown-names.js";

/** Longest text in a key field, in UTF-16 units: keys are repeated in every index. */
export const MAX_KEY_CHARACTERS = 512;

const FORBIDDEN_IN_KEYS = /[\p{Cc}\p{Cs}]/u;

/** A text that may become part of a storage key. Control characters are ours, to tell the parts of a key apart. */
export function checkKeyText(parameter: string, value: unknown): string {
  if (typeof value !== "string" || value === "") throw new InvalidArgumentError(parameter, value, "a non-empty string");
  if (value.length > MAX_KEY_CHARACTERS) {
    throw new InvalidArgumentError(parameter, value, `at most ${MAX_KEY_CHARACTERS} characters`);
  }
  if (!isAllowedInKeys(value)) {
    throw new InvalidArgumentError(parameter, value, "text without control characters or unpaired surrogates");
  }
  return value;
}

/** Whether a text passes {@link checkKeyText}. */
export function isKeyText(text: string): boolean {
  return text !== "" && text.length <= MAX_KEY_CHARACTERS && isAllowedInKeys(text);
}

/** Most keys are ASCII, and looking at their characters takes less than starting a regular expression. */
function isAllowedInKeys(text: string): boolean {
  for (let index = 0; index < text.length; index += 1) {
    const unit = text.charCodeAt(index);
    if (unit < 0x20 || unit > 0x7e) return !FORBIDDEN_IN_KEYS.test(text);
  }
  return true;
}

export function checkFinite(parameter: string, value: unknown): number {
  if (typeof value !== "number" || !Number.isFinite(value)) {
    throw new InvalidArgumentError(parameter, value, "a finite number");
  }
  return value === 0 ? 0 : value; // no negative zero: engines would differ in showing it
}

/**
 * Largest size of a reward or a learned value: sums and discounted products of any number of them that can be observed
 * stay finite, and a stored value that is not finite could not be read back.
 */
export const MAX_LEARNED_VALUE = 1e100;

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

/** Later times cannot be meant as seconds, the year being 5138: milliseconds of any moment since March 1973 are larger. */
export const LATEST_UNIX_SECONDS = 100_000_000_000;

/** A time as it is stored and told: milliseconds and microseconds are refused. */
export function checkUnixSeconds(parameter: string, value: unknown): number {
  const seconds = checkNumber(parameter, value, (number) => number >= 0, "Unix seconds of at least 0");
  if (seconds <= LATEST_UNIX_SECONDS) return seconds;
  throw new InvalidArgumentError(parameter, value, `Unix seconds of at most ${LATEST_UNIX_SECONDS}`, {
    hint: MILLISECONDS_HINT,
  });
}

export const MILLISECONDS_HINT = "Divide milliseconds by 1000.";

export function checkCount(parameter: string, value: unknown): number {
  return checkNumber(parameter, value, (count) => Number.isInteger(count) && count >= 0, "an integer of at least 0");
}

/** Passes for an object whose prototype is `Object.prototype` or null and that has no symbol keys. */
export function checkPlainObject(parameter: string, value: unknown): Record<string, unknown> {
  if (typeof value !== "object" || value === null || isArray(value)) {
    throw new InvalidArgumentError(parameter, value, "a plain object");
  }
  let fault: Fault | undefined;
  try {
    fault = plainObjectFault(value);
  } catch (error) {
    throw unreadable(parameter, value, error);
  }
  if (fault !== undefined) throw new InvalidArgumentError(parameter, value, fault.expected, fault);
  return value as Record<string, unknown>;
}

/** A function of the caller's, where one is given. */
export function checkFunction<Given>(parameter: string, given: Given): Given {
  if (given === undefined || typeof given === "function") return given;
  throw new InvalidArgumentError(parameter, given, "a function");
}

/** How many results to return at most: none at 0 or below. */
export function checkLimit(value: unknown): number {
  return Math.max(checkNumber("limit", value, Number.isInteger, "an integer"), 0);
}

/** Refuses what callers without types may pass in place of an object: nothing, a text, a list. */
export function checkObject<Value>(parameter: string, value: Value): Value {
  if (typeof value !== "object" || value === null || isArray(value)) {
    throw new InvalidArgumentError(parameter, value, "an object");
  }
  return value;
}

/** Most items of a list that one call takes. */
export const MAX_LIST_ITEMS = 1_000_000;

/** @returns a copy, each item read once; a hole is undefined there */
export function checkArray<Item>(
  parameter: string,
  value: readonly Item[],
  mostItems = MAX_LIST_ITEMS,
): readonly Item[] {
  if (!isArray(value)) throw new InvalidArgumentError(parameter, value, "an array");
  try {
    const { length } = value;
    if (!(length <= mostItems)) {
      const details = mostItems === MAX_LIST_ITEMS ? { hint: "Give them in several calls." } : {};
      throw new InvalidArgumentError(parameter, value, `at most ${mostItems} items`, details);
    }
    return Array.from({ length }, (_, index) => value[index] as Item);
  } catch (error) {
    throw unreadable(parameter, value, error);
  }
}

/** As {@link checkNumber}, for what a field, model or consumer is declared with. */
export function checkNumberOption(
  option: string,
  value: unknown,
  accepts: (value: number) => boolean,
  expected: string,
): void {
  if (typeof value !== "number" || !Number.isFinite(value) || !accepts(value)) {
    throw new ConfigurationError(option, value, expected);
  }
}

/**
 * Refuses options that are no object, and options that do not exist: a misspelt one would be ignored.
 *
 * @returns the options, each read once
 */
export function checkOptionNames<Options extends object>(
  owner: string,
  options: Options,
  known: Iterable<string>,
): Options {
  if (typeof options !== "object" || options === null || isArray(options)) {
    throw new ConfigurationError(owner, options, "an object with options");
  }
  return refuseUnknownOptions(options, known instanceof Set ? known : new Set(known), owner);
}
