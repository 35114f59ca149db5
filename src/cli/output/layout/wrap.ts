import { displayWidth } from "./display-width.js";

/** Breaks a text at its spaces into lines of at most so many columns; a word that is longer stays whole. */
export function wrap(text: string, width: number): readonly string[] {
  if (displayWidth(text) <= width) return [text];
  const lines: string[] = [];
  let line = "";
  for (const word of text.split(" ")) {
    const longer = line === "" ? word : `${line} ${word}`;
    if (displayWidth(longer) <= width || line === "") {
      line = longer;
    } else {
      lines.push(line.trimEnd());
      line = word;
    }
  }
  return [...lines, line];
}
