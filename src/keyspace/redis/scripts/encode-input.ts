import type { InputKind, InputPart } from "./compiled-operation.js";
import { type Members, memberAt } from "./member-at.js";

/** An operation's input on its way to a script. */
export interface EncodedInput {
  /** The storage keys. A key's position is counted from 1. */
  readonly keys: readonly string[];
  /** The parts of the input that are no keys, then the payloads: what is handed on unread, as JSON. */
  readonly given: readonly string[];
}

/**
 * Takes inputs of an operation apart into the arguments of its script. Storage keys are the texts of every object called
 * `keys`; positions stand for them and for payloads. Redis reads every number back exactly.
 */
export class InputEncoder {
  readonly #keys: readonly InputPart[];
  readonly #others: readonly InputPart[];
  readonly #firstPayload: number;
  readonly #keyStride: number;

  /**
   * @param argumentsBefore - arguments of the script before these
   * @param keyStride - by how much the positions of two keys differ
   */
  constructor(parts: readonly InputPart[], argumentsBefore: number, keyStride = 1) {
    this.#keys = parts.filter(({ kind }) => kind === "key");
    this.#others = parts.filter(({ kind }) => kind !== "key");
    this.#firstPayload = argumentsBefore + this.#others.length;
    this.#keyStride = keyStride;
  }

  encode(input: unknown): EncodedInput {
    const keys = this.#keys.map(({ path }) => memberAt(input, path) as string);
    const encoding = new Encoding(keys, this.#firstPayload, this.#keyStride);
    const given = this.#others.map(({ kind, path }) => encoding.textOf(kind, memberAt(input, path)));
    return { keys, given: encoding.payloads.length === 0 ? given : [...given, ...encoding.payloads] };
  }
}

/** JSON has no infinity; a number too large for a double is read as one. Texts do not hold this control character. */
const INFINITY = "\u0001+";
const MINUS_INFINITY = "\u0001-";
const INFINITY_IN_JSON = JSON.stringify(INFINITY);
const MINUS_INFINITY_IN_JSON = JSON.stringify(MINUS_INFINITY);

/** One input on its way. */
class Encoding {
  readonly payloads: string[] = [];
  readonly #keys: string[];
  readonly #firstPayload: number;
  readonly #keyStride: number;
  /** Made when the first key is looked for that has no fixed position. */
  #positions: Map<string, number> | undefined;
  #metInfinity = false;

  /** @param keys - those with fixed positions; others are added */
  constructor(keys: string[], firstPayload: number, keyStride: number) {
    this.#keys = keys;
    this.#firstPayload = firstPayload;
    this.#keyStride = keyStride;
  }

  textOf(kind: InputKind, value: unknown): string {
    if (value === undefined) return kind === "wrappedJson" ? "[]" : "";
    switch (kind) {
      case "text":
        return value as string;
      case "number":
        return numberText(value as number);
      case "boolean":
        return value === true ? "1" : "0";
      case "optionalText":
        return `=${value}`;
      case "key":
      case "optionalKey":
        return String(this.#position(value as string));
      case "keys":
        return JSON.stringify((value as readonly string[]).map((key) => this.#position(key)));
      case "payload":
        return JSON.stringify(value);
      case "payloads":
        return JSON.stringify((value as readonly unknown[]).map((payload) => this.#payloadPosition(payload)));
      default:
        return this.#json(kind === "wrappedJson" ? [value] : value);
    }
  }

  /** Writing a copy as a whole is several times faster than text put together here. */
  #json(value: unknown): string {
    if (Array.isArray(value) && value.length === 0) return "[]";
    if (holdsTextsOnly(value)) return JSON.stringify(value);
    this.#metInfinity = false;
    const json = JSON.stringify(this.#copy(value));
    if (!this.#metInfinity) return json;
    return json.replaceAll(INFINITY_IN_JSON, "1e999").replaceAll(MINUS_INFINITY_IN_JSON, "-1e999");
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
    if (name === "payload") return this.#payloadPosition(value);
    return name === "keys" ? this.#copyKeys(value as Members) : this.#copy(value);
  }

  #payloadPosition(payload: unknown): number {
    return this.#firstPayload + this.payloads.push(JSON.stringify(payload)) - 1;
  }

  #copyKeys(keys: Members): Members {
    const positions: Record<string, unknown> = {};
    for (const name of Object.keys(keys)) {
      const key = keys[name];
      positions[name] = typeof key === "string" ? this.#position(key) : this.#copy(key);
    }
    return positions;
  }

  #position(key: string): number {
    this.#positions ??= new Map(this.#keys.map((known, index) => [known, (index + 1) * this.#keyStride]));
    const known = this.#positions.get(key);
    if (known !== undefined) return known;
    const position = this.#keys.push(key) * this.#keyStride;
    this.#positions.set(key, position);
    return position;
  }

  #copyInfinity(value: number): string {
    checkNumber(value);
    this.#metInfinity = true;
    return value > 0 ? INFINITY : MINUS_INFINITY;
  }
}

function holdsTextsOnly(value: unknown): boolean {
  for (const name in value as Members) if (typeof (value as Members)[name] !== "string") return false;
  return true;
}

function numberText(value: number): string {
  checkNumber(value);
  return String(value); // Lua reads "Infinity" as C does
}

function checkNumber(value: number): void {
  if (Number.isNaN(value)) throw new TypeError("An operation was given NaN.");
}
