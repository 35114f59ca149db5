import type { OutcomeEntry } from "../../operations/outcomes/outcome.js";

/** What one atomic step takes at most: a server, and a process with a file, do nothing else meanwhile. */
const MOST_ENTRIES = 250;
/** A single entry may have more. */
const MOST_CHARACTERS = 1_048_576;

/** Entries in order, in pieces that are recorded one after another, each as a whole. */
export function* inPieces(entries: readonly OutcomeEntry[]): Generator<readonly OutcomeEntry[]> {
  let first = 0;
  let characters = 0;
  for (const [position, entry] of entries.entries()) {
    const length = lengthOf(entry);
    if (position > first && (position - first >= MOST_ENTRIES || characters + length > MOST_CHARACTERS)) {
      yield entries.slice(first, position);
      first = position;
      characters = 0;
    }
    characters += length;
  }
  yield first === 0 ? entries : entries.slice(first);
}

/** Of the texts that have no bound of their own. */
function lengthOf({ stateFeatures, actionSpec, params = "", nextStateFeatures = "" }: OutcomeEntry): number {
  return stateFeatures.length + actionSpec.length + params.length + nextStateFeatures.length;
}
