/** An operation's input on its way to a script. */
export interface EncodedInput {
  /** As JSON: `JSON.parse` and Redis read every number back exactly. */
  readonly json: string;
  /** The storage keys in it, each once. */
  readonly keys: ReadonlySet<string>;
}

/**
 * Writes an input as JSON and collects its storage keys, in one pass: an input may compute parts of itself when asked.
 * Storage keys are the texts of every object called `keys`.
 */
export function encodeInput(input: unknown): EncodedInput {
  const keys = new Set<string>();
  return { json: write(input, keys, false) ?? "null", keys };
}

/** @returns undefined for what JSON leaves out */
function write(value: unknown, keys: Set<string>, isKeys: boolean): string | undefined {
  switch (typeof value) {
    case "string":
      if (isKeys) keys.add(value);
      return JSON.stringify(value);
    case "number":
      return Number.isFinite(value) ? `${value}` : infinite(value);
    case "boolean":
      return value ? "true" : "false";
    case "object":
      if (value === null) return "null";
      return Array.isArray(value) ? writeArray(value, keys) : writeObject(value, keys, isKeys);
    default:
      return undefined;
  }
}

function writeArray(values: readonly unknown[], keys: Set<string>): string {
  let text = "";
  for (const value of values) text += `${text === "" ? "[" : ","}${write(value, keys, false) ?? "null"}`;
  return text === "" ? "[]" : `${text}]`;
}

function writeObject(value: object, keys: Set<string>, isKeys: boolean): string {
  let text = "";
  for (const name of Object.keys(value)) {
    const member = write((value as Record<string, unknown>)[name], keys, isKeys || name === "keys");
    if (member !== undefined) text += `${text === "" ? "{" : ","}${JSON.stringify(name)}:${member}`;
  }
  return text === "" ? "{}" : `${text}}`;
}

/** JSON has no infinity; a number too large for a double is read as one. */
function infinite(value: number): string {
  if (Number.isNaN(value)) throw new TypeError("An operation was given NaN.");
  return value > 0 ? "1e999" : "-1e999";
}
