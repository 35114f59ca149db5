import { InvalidArgumentError } from "../../common/errors.js";

const MIN_TOKEN_CHARACTERS = 3;

const STOP_WORDS: ReadonlySet<string> = new Set(
  (
    "the and for are but not you all can had her was one our out has his how its may new now old see way who did got " +
    "let say she too use with have from this that they been will into than them then what when which would there " +
    "their about"
  ).split(" "),
);

/** Letters, digits and other numerals of any script, and the underscore: what `\w` means for Unicode text in Python. */
const WORDS = /[\p{L}\p{N}_]+/gu;

/**
 * The distinct words of a text, lower-cased, in order of first appearance, without words shorter than three characters
 * (code points) and without common English stop words.
 *
 * @returns possibly no token at all, as for "the and for with"
 * @throws {@link InvalidArgumentError} when `text` is not a string
 */
export function tokenize(text: string): string[] {
  if (typeof text !== "string") throw new InvalidArgumentError("text", text, "a string");
  const tokens = new Set<string>();
  for (const word of text.toLowerCase().match(WORDS) ?? []) {
    if (hasCharacters(word, MIN_TOKEN_CHARACTERS) && !STOP_WORDS.has(word)) tokens.add(word);
  }
  return [...tokens];
}

function hasCharacters(word: string, count: number): boolean {
  // Two UTF-16 units at most per character settle long words without counting.
  return word.length >= count * 2 || [...word].length >= count;
}
