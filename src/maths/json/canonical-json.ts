import { InvalidArgumentError } from "../../common/errors.js";
import { isArray, isPlainArray, NOT_PLAIN, plainObjectFault } from "../../common/given/plain-object.js";
import { unreadable } from "../../common/given/unreadable.js";

/** Longest canonical text, in characters; all of them ASCII, so also bytes: 1 MiB. */
export const MAX_CANONICAL_CHARACTERS = 1_048_576;

/** Deepest nesting of arrays and objects, counting the outermost one. */
export const MAX_CANONICAL_DEPTH = 128;

/**
 * The one text of a JSON value that every equal value shares, and that Python's `json.dumps(value, sort_keys=True)`
 * also writes (numbers apart): object keys sorted by Unicode code point at every depth, comma-space and colon-space as
 * separators, every character outside printable ASCII escaped as lower-case `\uXXXX`, unpaired surrogates included.
 *
 * Numbers are written as JavaScript's shortest round-trip text, -0 as 0. Only own enumerable properties count, each
 * read once; `toJSON` has no special meaning, and named properties of an array are ignored.
 *
 * A property that is undefined is absent.
 *
 * @param value - null, boolean, finite number, string, or arrays and plain objects of these; at most
 *   {@link MAX_CANONICAL_DEPTH} levels deep
 * @param path - the caller's own word for the value, with which messages begin
 * @returns printable ASCII, at most {@link MAX_CANONICAL_CHARACTERS} characters
 * @throws {@link InvalidArgumentError} naming the offending place, for instance `state.a.b[2]`: NaN or an infinity,
 *   undefined in an array, a function, symbol or bigint, a class instance (Date, Map, ...), a symbol key, an array hole, a cycle,
 *   or a value nested too deep or too large
 */
export function canonicalJson(value: unknown, path = "value"): string {
  const root: Frame = { parent: undefined, container: undefined, depth: 0, key: path };
  try {
    const text = writeValue(value, root, MAX_CANONICAL_CHARACTERS);
    if (text.length <= MAX_CANONICAL_CHARACTERS) return text;
  } catch (error) {
    throw unreadable(path, value, error);
  }
  throw tooLarge(value, root);
}

/**
 * {@link canonicalJson} of a plain object.
 *
 * @throws {@link InvalidArgumentError} for any other value too
 */
export function canonicalJsonOfObject(value: unknown, path: string): string {
  if (typeof value !== "object" || value === null || isArray(value)) {
    throw new InvalidArgumentError(path, value, "a plain object");
  }
  return canonicalJson(value, path);
}

/** One open container on the way to the value being written; the root frame carries the caller's path as its key. */
interface Frame {
  readonly parent: Frame | undefined;
  readonly container: object | undefined;
  readonly depth: number;
  /** Property or index being written now. */
  key: string | number;
}

/** @param room - characters the text of this value may have; containers check it, so shared parts cannot multiply */
function writeValue(value: unknown, at: Frame, room: number): string {
  switch (typeof value) {
    case "string":
      if (value.length > room) throw tooLarge(value, at);
      return isPlainText(value) ? `"${value}"` : escapedText(value);
    case "number":
      if (!Number.isFinite(value)) throw fault(value, at, "a finite number");
      return String(value);
    case "boolean":
      return value ? "true" : "false";
    case "object":
      if (value === null) return "null";
      return Array.isArray(value) ? writeArray(value, at, room) : writeObject(value, at, room);
    default:
      throw notJson(value, at);
  }
}

function writeArray(value: readonly unknown[], parent: Frame, room: number): string {
  if (!isPlainArray(value)) throw fault(value, parent, NOT_PLAIN.expected, NOT_PLAIN.hint);
  if (value.length === 0) return "[]";
  const at = enter(value, parent);
  let text = "[";
  for (let index = 0; index < value.length; index++) {
    at.key = index;
    if (index > 0) text += ", ";
    text += writeValue(value[index], at, room - text.length);
    if (text.length > room) throw tooLarge(value, parent);
  }
  return `${text}]`;
}

function writeObject(value: object, parent: Frame, room: number): string {
  checkPlainObject(value, parent);
  const keys = Object.keys(value);
  if (keys.length === 0) return "{}";
  if (keys.length > room) throw tooLarge(value, parent);
  const { sorted, names } = sortedKeys(keys);
  const at = enter(value, parent);
  let text = "";
  for (let index = 0; index < sorted.length; index++) {
    const key = sorted[index] as string;
    const part = (value as Record<string, unknown>)[key];
    if (part === undefined) continue;
    at.key = key;
    text += text === "" && index > 0 ? `{${names[index]?.slice(", ".length)}` : names[index];
    text += writeValue(part, at, room - text.length);
    if (text.length > room) throw tooLarge(value, parent);
  }
  return text === "" ? "{}" : `${text}}`;
}

function enter(container: object, parent: Frame): Frame {
  const frame: Frame = { parent, container, depth: parent.depth + 1, key: "" };
  if (frame.depth > MAX_CANONICAL_DEPTH) {
    throw cycleFault(frame) ?? fault(container, parent, `at most ${MAX_CANONICAL_DEPTH} levels of nesting`);
  }
  return frame;
}

function checkPlainObject(value: object, at: Frame): void {
  const problem = plainObjectFault(value);
  if (problem !== undefined) throw fault(value, at, problem.expected, problem.hint);
}

/** The keys of an object, and how they are written. */
interface Keys {
  readonly given: readonly string[];
  /** By Unicode code point. */
  readonly sorted: readonly string[];
  /** Everything before the value of each of these. */
  readonly names: readonly string[];
}

/** Most objects have the keys of one that was written just before. */
const keysMetLast: Keys[] = [];
const KEYS_REMEMBERED = 16;
const LONGEST_REMEMBERED = 1000;
let oldestMet = 0;

function sortedKeys(given: readonly string[]): Keys {
  for (const known of keysMetLast) if (isSame(known.given, given)) return known;
  const isPlain = given.every(isPlainText);
  // Among ASCII keys, comparing UTF-16 units is comparing code points.
  const sorted = isPlain ? [...given].sort() : [...given].sort(compareCodePoints);
  const names = sorted.map((key, index) => `${index === 0 ? "{" : ", "}${isPlain ? `"${key}"` : escapedText(key)}: `);
  const keys = { given, sorted, names };
  if (names.join("").length <= LONGEST_REMEMBERED) {
    keysMetLast[oldestMet] = keys;
    oldestMet = (oldestMet + 1) % KEYS_REMEMBERED;
  }
  return keys;
}

function isSame(left: readonly string[], right: readonly string[]): boolean {
  if (left.length !== right.length) return false;
  for (let index = 0; index < left.length; index++) if (left[index] !== right[index]) return false;
  return true;
}

function compareCodePoints(left: string, right: string): number {
  const length = Math.min(left.length, right.length);
  let index = 0;
  while (index < length && left.charCodeAt(index) === right.charCodeAt(index)) index++;
  if (index === length) return left.length - right.length;
  // Behind a common high surrogate the difference may be between a whole pair and an unpaired half.
  if (index > 0 && isHighSurrogate(left.charCodeAt(index - 1))) {
    const difference = codePoint(left, index - 1) - codePoint(right, index - 1);
    if (difference !== 0) return difference;
  }
  return codePoint(left, index) - codePoint(right, index);
}

function isHighSurrogate(unit: number): boolean {
  return unit >= 0xd800 && unit <= 0xdbff;
}

function codePoint(text: string, index: number): number {
  return text.codePointAt(index) as number;
}

/** Printable ASCII without a quote or backslash: JSON between two quotes as it is. */
export function isPlainText(text: string): boolean {
  return PLAIN_TEXT.test(text);
}

const PLAIN_TEXT = /^[ !#-[\]-~]*$/;

/** `JSON.stringify` escapes quotes, backslashes, control characters and unpaired surrogates; the rest is left to us. */
const UNESCAPED = /[\u007f-\uffff]/g;

function escapedText(text: string): string {
  return JSON.stringify(text).replace(UNESCAPED, unicodeEscape);
}

function unicodeEscape(unit: string): string {
  return `\\u${unit.charCodeAt(0).toString(16).padStart(4, "0")}`;
}

function notJson(value: unknown, at: Frame): InvalidArgumentError {
  if (Array.isArray(at.container) && !(at.key in at.container)) {
    return fault(value, at, "a JSON value", "The array has a hole here; fill it, for instance with null.");
  }
  return fault(value, at, "a JSON value (null, boolean, finite number, string, array or plain object)");
}

function tooLarge(value: unknown, at: Frame): InvalidArgumentError {
  // What repeats itself grows without end: the size is then only how the cycle was noticed.
  return cycleFault(at) ?? fault(value, at, `at most ${MAX_CANONICAL_CHARACTERS} characters of canonical text in all`);
}

/** The complaint about the outermost container that lies inside itself, if one does. */
function cycleFault(innermost: Frame): InvalidArgumentError | undefined {
  const opened: Frame[] = [];
  for (const frame of outermostFirst(innermost)) {
    const enclosing = opened.find((candidate) => candidate.container === frame.container);
    if (enclosing?.parent !== undefined && frame.parent !== undefined) {
      return fault(
        frame.container,
        frame.parent,
        `a value without cycles, but it is ${pathOf(enclosing.parent)} again`,
      );
    }
    opened.push(frame);
  }
  return undefined;
}

function outermostFirst(innermost: Frame): Frame[] {
  const frames: Frame[] = [];
  for (let frame: Frame | undefined = innermost; frame !== undefined; frame = frame.parent) frames.unshift(frame);
  return frames;
}

function fault(value: unknown, at: Frame, expected: string, hint?: string): InvalidArgumentError {
  return new InvalidArgumentError(pathOf(at), value, expected, hint === undefined ? {} : { hint });
}

const IDENTIFIER = /^[\p{ID_Start}$_][\p{ID_Continue}$]*$/u;
const SHOWN_KEY_CHARACTERS = 40;

function pathOf(at: Frame): string {
  return outermostFirst(at)
    .map((frame) => (frame.parent === undefined ? String(frame.key) : pathStep(frame.key)))
    .join("");
}

function pathStep(key: string | number): string {
  if (typeof key === "number") return `[${key}]`;
  const shown = key.length > SHOWN_KEY_CHARACTERS ? `${key.slice(0, SHOWN_KEY_CHARACTERS)}…` : key;
  return shown === key && IDENTIFIER.test(key) ? `.${key}` : `[${JSON.stringify(shown)}]`;
}
