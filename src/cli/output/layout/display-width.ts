import { stripVTControlCharacters } from "node:util";
import stringWidth from "string-width";

const PLAIN = /^[\x20-\x7e]*$/;
const ELLIPSIS = "…";

/** Columns of a terminal that a text takes; colour codes take none. */
export function displayWidth(text: string): number {
  return PLAIN.test(text) ? text.length : stringWidth(text);
}

/** A text in at most so many columns: what does not fit is left out of its middle, where names and JSON differ least. */
export function shortened(text: string, width: number): string {
  if (displayWidth(text) <= width) return text;
  const characters = Array.from(segmenter.segment(stripVTControlCharacters(text)), ({ segment }) => segment);
  const room = Math.max(0, width - displayWidth(ELLIPSIS));
  const head = taken(characters, Math.ceil(room / 2));
  const tail = taken(characters.reverse(), room - displayWidth(head.join("")));
  return head.join("") + ELLIPSIS + tail.reverse().join("");
}

const segmenter = new Intl.Segmenter();

/** The first characters that fit. */
function taken(characters: readonly string[], width: number): string[] {
  const fitting: string[] = [];
  let left = width;
  for (const character of characters) {
    left -= displayWidth(character);
    if (left < 0) break;
    fitting.push(character);
  }
  return fitting;
}
