/** Stands between the parts of keys and names. Key texts cannot contain it, and it sorts before all they can contain. */
const SEPARATOR = "\t";

/** One text of several: joined texts sort part by part. */
export function joinParts(...parts: readonly string[]): string {
  let text = parts[0] ?? "";
  for (let index = 1; index < parts.length; index += 1) text += SEPARATOR + parts[index];
  return text;
}

export function splitParts(text: string): readonly string[] {
  return text.split(SEPARATOR);
}
