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
  const writer = new Writer(firstPayload);
  const json = writer.write(input) ?? "null";
  return { json, keys: writer.keys, payloads: writer.payloads };
}

class Writer {
  readonly keys = new Set<string>();
  readonly payloads: string[] = [];
  readonly #firstPayload: number;

  constructor(firstPayload: number) {
    this.#firstPayload = firstPayload;
  }

  /** @returns undefined for what JSON leaves out */
  write(value: unknown): string | undefined {
    switch (typeof value) {
      case "string":
        return JSON.stringify(value);
      case "number":
        return Number.isFinite(value) ? `${value}` : writeInfinity(value);
      case "boolean":
        return value ? "true" : "false";
      case "object":
        if (value === null) return "null";
        return Array.isArray(value) ? this.#writeArray(value) : this.#writeObject(value as Record<string, unknown>);
      default:
        return undefined;
    }
  }

  #writeArray(values: readonly unknown[]): string {
    let text = "";
    for (const value of values) text += `${text === "" ? "[" : ","}${this.write(value) ?? "null"}`;
    return text === "" ? "[]" : `${text}]`;
  }

  #writeObject(value: Readonly<Record<string, unknown>>): string {
    let text = "";
    for (const name of Object.keys(value)) {
      const member = this.#writeMember(name, value[name]);
      if (member !== undefined) text += `${text === "" ? "{" : ","}${JSON.stringify(name)}:${member}`;
    }
    return text === "" ? "{}" : `${text}}`;
  }

  #writeMember(name: string, value: unknown): string | undefined {
    if (typeof value !== "object" || value === null) return this.write(value);
    if (name === "payload") return `${this.#firstPayload + this.payloads.push(JSON.stringify(value)) - 1}`;
    if (name === "keys") for (const key of Object.values(value)) if (typeof key === "string") this.keys.add(key);
    return this.write(value);
  }
}

/** JSON has no infinity; a number too large for a double is read as one. */
function writeInfinity(value: number): string {
  if (Number.isNaN(value)) throw new TypeError("An operation was given NaN.");
  return value > 0 ? "1e999" : "-1e999";
}
