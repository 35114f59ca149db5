import { InvalidArgumentError } from "../../common/errors.js";

/** Shorter integers are exact. */
const MAY_BE_ROUNDED = /\d{16}/;
const TEXTS_AND_NUMBERS = /"(?:[^"\\]|\\.)*"|-?\d[\d.eE+-]*/g;
const INTEGER = /^-?\d+$/;

/**
 * Refuses an integer beyond 2^53 - 1 that was read from JSON: the text may have said another one, and two states that differ
 * in it would be taken for one. Numbers with a point or an exponent say themselves that they are approximate.
 *
 * @param value - what was read from the text, or the part of it that matters
 * @param path - the caller's word for the value; "" when its parts are named alone
 * @throws {@link InvalidArgumentError} naming where it stands, and as what
 */
export function refuseRoundedIntegers(value: unknown, text: string, path = ""): void {
  if (!MAY_BE_ROUNDED.test(text)) return;
  const written = new Map<number, string>();
  for (const [token] of text.matchAll(TEXTS_AND_NUMBERS)) {
    if (INTEGER.test(token) && !Number.isSafeInteger(Number(token))) written.set(Number(token), token);
  }
  const waiting: [path: string, value: unknown][] = written.size > 0 ? [[path, value]] : []; // no recursion: it may be deep
  for (let next = waiting.pop(); next !== undefined; next = waiting.pop()) {
    const [at, item] = next;
    const token = typeof item === "number" ? written.get(item) : undefined;
    if (token !== undefined) {
      const expected = `an integer from -${Number.MAX_SAFE_INTEGER} to ${Number.MAX_SAFE_INTEGER}`;
      throw new InvalidArgumentError(at, token, expected, { hint: "Write longer ones as texts." });
    }
    if (typeof item !== "object" || item === null) continue;
    for (const [name, member] of Object.entries(item)) waiting.push([at === "" ? name : `${at}.${name}`, member]);
  }
}
