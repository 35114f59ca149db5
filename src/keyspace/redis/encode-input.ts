/** An operation's input on its way to a script. */
export interface EncodedInput {
  /** As JSON, with a position in place of each payload: `JSON.parse` and Redis read every number back exactly. */
  readonly json: string;
  /** The storage keys in it, each once. */
  readonly keys: ReadonlySet<string>;
  /** What is handed on unread, as JSON. */
  readonly payloads: readonly string[];
}

/**
 * Writes an input as JSON and collects its storage keys and payloads, in one pass: an input may compute parts of itself
 * when asked. Storage keys are the texts of every object called `keys`.
 *
 * @param firstPayload - the position of the first payload
 */
export function encodeInput(input: unknown, firstPayload: number): EncodedInput {
  const copier = new Copier(firstPayload);
  const json = JSON.stringify(copier.copy(input)) ?? "null";
  return {
    json: copier.metInfinity
      ? json.replaceAll(INFINITY_IN_JSON, "1e999").replaceAll(MINUS_INFINITY_IN_JSON, "-1e999")
      : json,
    keys: copier.keys,
    payloads: copier.payloads,
  };
}

/** JSON has no infinity; a number too large for a double is read as one. Texts do not hold this control character. */
const INFINITY = "\u0001+";
const MINUS_INFINITY = "\u0001-";
const INFINITY_IN_JSON = JSON.stringify(INFINITY);
const MINUS_INFINITY_IN_JSON = JSON.stringify(MINUS_INFINITY);

/** Copies an input into plain data. Writing the copy as a whole is several times faster than text put together here. */
class Copier {
  readonly keys = new Set<string>();
  readonly payloads: string[] = [];
  metInfinity = false;
  readonly #firstPayload: number;

  constructor(firstPayload: number) {
    this.#firstPayload = firstPayload;
  }

  copy(value: unknown): unknown {
    if (typeof value === "number" && !Number.isFinite(value)) return this.#copyInfinity(value);
    if (typeof value !== "object" || value === null) return value;
    if (Array.isArray(value)) return value.map((item) => this.copy(item));
    const copy: Record<string, unknown> = {};
    const members = value as Readonly<Record<string, unknown>>;
    for (const name of Object.keys(members)) copy[name] = this.#copyMember(name, members[name]);
    return copy;
  }

  #copyMember(name: string, value: unknown): unknown {
    if (typeof value !== "object" || value === null) return this.copy(value);
    if (name === "payload") return this.#firstPayload + this.payloads.push(JSON.stringify(value)) - 1;
    if (name === "keys") for (const key of Object.values(value)) if (typeof key === "string") this.keys.add(key);
    return this.copy(value);
  }

  #copyInfinity(value: number): string {
    if (Number.isNaN(value)) throw new TypeError("An operation was given NaN.");
    this.metInfinity = true;
    return value > 0 ? INFINITY : MINUS_INFINITY;
  }
}
