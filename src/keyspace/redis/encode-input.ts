import { isConstant } from "../constant.js";

/** An operation's input on its way to a script. */
export interface EncodedInput {
  /** As JSON, with positions in place of storage keys and payloads: Redis reads every number back exactly. */
  readonly json: string;
  /** The storage keys, each once. A key's position is counted from 1. */
  readonly keys: readonly string[];
  /** What is handed on unread, as JSON. */
  readonly payloads: readonly string[];
  /** Members of the input that are part of the script, by their names. */
  readonly constants: Readonly<Record<string, object>>;
}

/**
 * Writes an input as JSON, in one pass: an input may compute parts of itself when asked. Storage keys are the texts of
 * every object called `keys`.
 *
 * @param firstPayload - the position of the first payload
 * @param keyStride - by how much the positions of two keys differ
 */
export function encodeInput(input: unknown, firstPayload: number, keyStride = 1): EncodedInput {
  const encoder = new Encoder(firstPayload, keyStride);
  const json = JSON.stringify(encoder.encode(input)) ?? "null";
  return {
    json: encoder.metInfinity
      ? json.replaceAll(INFINITY_IN_JSON, "1e999").replaceAll(MINUS_INFINITY_IN_JSON, "-1e999")
      : json,
    keys: [...encoder.keys.keys()],
    payloads: encoder.payloads,
    constants: encoder.constants,
  };
}

/** JSON has no infinity; a number too large for a double is read as one. Texts do not hold this control character. */
const INFINITY = "\u0001+";
const MINUS_INFINITY = "\u0001-";
const INFINITY_IN_JSON = JSON.stringify(INFINITY);
const MINUS_INFINITY_IN_JSON = JSON.stringify(MINUS_INFINITY);

type Members = Readonly<Record<string, unknown>>;

/** Copies an input into plain data. Writing the copy as a whole is several times faster than text put together here. */
class Encoder {
  /** With their positions. */
  readonly keys = new Map<string, number>();
  readonly payloads: string[] = [];
  readonly constants: Record<string, object> = {};
  metInfinity = false;
  readonly #firstPayload: number;
  readonly #keyStride: number;

  constructor(firstPayload: number, keyStride: number) {
    this.#firstPayload = firstPayload;
    this.#keyStride = keyStride;
  }

  encode(input: unknown): unknown {
    if (typeof input !== "object" || input === null) return input;
    const copy: Record<string, unknown> = {};
    for (const [name, value] of Object.entries(input)) {
      if (isConstant(value)) this.constants[name] = value;
      else copy[name] = this.#copyMember(name, value);
    }
    return copy;
  }

  #copy(value: unknown): unknown {
    if (typeof value === "number" && !Number.isFinite(value)) return this.#copyInfinity(value);
    if (typeof value !== "object" || value === null) return value;
    if (Array.isArray(value)) return value.map((item) => this.#copy(item));
    const copy: Record<string, unknown> = {};
    const members = value as Members;
    for (const name of Object.keys(members)) copy[name] = this.#copyMember(name, members[name]);
    return copy;
  }

  #copyMember(name: string, value: unknown): unknown {
    if (typeof value !== "object" || value === null) return this.#copy(value);
    if (name === "payload") return this.#firstPayload + this.payloads.push(JSON.stringify(value)) - 1;
    return name === "keys" ? this.#positions(value as Members) : this.#copy(value);
  }

  #positions(keys: Members): Members {
    const positions: Record<string, unknown> = {};
    for (const name of Object.keys(keys)) {
      const key = keys[name];
      positions[name] = typeof key === "string" ? this.#position(key) : this.#copy(key);
    }
    return positions;
  }

  #position(key: string): number {
    const known = this.keys.get(key);
    if (known !== undefined) return known;
    const position = (this.keys.size + 1) * this.#keyStride;
    this.keys.set(key, position);
    return position;
  }

  #copyInfinity(value: number): string {
    if (Number.isNaN(value)) throw new TypeError("An operation was given NaN.");
    this.metInfinity = true;
    return value > 0 ? INFINITY : MINUS_INFINITY;
  }
}
