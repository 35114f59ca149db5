const MOST_CHARACTERS = 512;

/**
 * What was thrown, as a text of bounded length. It may be anything: of another realm, without a prototype, or what throws
 * when it is read.
 */
export function thrownText(thrown: unknown): string {
  try {
    const message: unknown = typeof thrown === "object" && thrown !== null ? Reflect.get(thrown, "message") : thrown;
    return clip(typeof message === "string" && message !== "" ? message : String(thrown));
  } catch {
    return "what it threw has no text";
  }
}

/** A text of somebody else's, of bounded length, as every engine can store it. */
export function clip(text: string): string {
  const bounded = text.length <= MOST_CHARACTERS ? text : `${text.slice(0, MOST_CHARACTERS - 1)}…`;
  return bounded.replace(UNPAIRED_SURROGATES, "\ufffd");
}

const UNPAIRED_SURROGATES = /\p{Cs}/gu;
