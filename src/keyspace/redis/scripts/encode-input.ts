/** An operation's input on its way to a script. */
export interface EncodedInput {
  /** The storage keys in it. A key's position is counted from 1. */
  readonly keys: readonly string[];
  /** Those of `keys` that are streams. */
  readonly streams: readonly string[];
  /** The input as MessagePack, with positions in place of keys and JSON in place of payloads. */
  readonly packed: Buffer;
}

/**
 * Writes an input as MessagePack. Some names have a meaning (port/engine.ts): texts below an object called `keys` are storage
 * keys, which must be known to the server one by one and stand in the input by their positions; an object called `payload`, or
 * in a list called `payloads`, is handed on to a stream unread, as JSON; `settings` that are frozen are written once.
 *
 * @throws TypeError for NaN
 * @see https://github.com/msgpack/msgpack/blob/master/spec.md
 */
export function encodeInput(input: unknown): EncodedInput {
  return new Writer().encode(input);
}

type Members = Readonly<Record<string, unknown>>;

const FIRST_BYTES = 4096;
/** Bytes of the largest number, and of the head of any text, list or map. */
const MOST_BYTES_OF_SCALAR = 9;
/** Texts up to this length are mostly names and plain: writing them here takes a fraction of asking Node to. */
const SHORT = 31;

/** Grows as needed and is used again: an input is copied out of it. */
let bytes = Buffer.allocUnsafe(FIRST_BYTES);

/** Settings as they were written. */
const writtenSettings = new WeakMap<object, Buffer>();

class Writer {
  readonly #keys: string[] = [];
  readonly #streams: string[] = [];
  readonly #positions = new Map<string, number>();
  #length = 0;

  encode(input: unknown): EncodedInput {
    this.#write(input);
    return { keys: this.#keys, streams: this.#streams, packed: Buffer.from(bytes.subarray(0, this.#length)) };
  }

  #write(value: unknown): void {
    if (typeof value === "string") this.#text(value);
    else if (typeof value === "number") this.#number(value);
    else if (typeof value === "boolean") this.#byte(value ? 0xc3 : 0xc2);
    else if (typeof value !== "object" || value === null) this.#byte(0xc0);
    else if (Array.isArray(value)) this.#list(value);
    else this.#map(value as Members);
  }

  #list(items: readonly unknown[]): void {
    this.#head(items.length, 0x90, 15, 0xdc);
    for (const item of items) this.#write(item);
  }

  /** A member that is undefined is absent. */
  #map(members: Members): void {
    const names = Object.keys(members);
    let count = 0;
    for (const name of names) if (members[name] !== undefined) count += 1;
    this.#head(count, 0x80, 15, 0xde);
    for (const name of names) {
      const value = members[name];
      if (value === undefined) continue;
      this.#text(name);
      this.#member(name, value);
    }
  }

  #member(name: string, value: unknown): void {
    if (typeof value !== "object" || value === null) this.#write(value);
    else if (name === "payloads" && Array.isArray(value)) this.#list(value.map((payload) => JSON.stringify(payload)));
    else if (Array.isArray(value)) this.#list(value);
    else if (name === "payload") this.#text(JSON.stringify(value));
    else if (name === "keys") this.#keyPositions(value as Members);
    else if (name === "settings" && Object.isFrozen(value)) this.#settings(value);
    else this.#map(value as Members);
  }

  /** Settings are the same call after call. */
  #settings(settings: object): void {
    const known = writtenSettings.get(settings);
    if (known === undefined) {
      const start = this.#length;
      this.#map(settings as Members);
      writtenSettings.set(settings, Buffer.from(bytes.subarray(start, this.#length)));
      return;
    }
    this.#reserve(known.length);
    known.copy(bytes, this.#length);
    this.#length += known.length;
  }

  #keyPositions(keys: Members): void {
    const positions: Record<string, unknown> = {};
    for (const [name, key] of Object.entries(keys)) {
      if (Array.isArray(key)) positions[name] = key.map((one) => this.#position(one));
      else if (key !== undefined) positions[name] = this.#position(key as string, name === "stream");
    }
    this.#map(positions);
  }

  #position(key: string, isStream = false): number {
    const known = this.#positions.get(key);
    if (known !== undefined) return known;
    const position = this.#keys.push(key);
    this.#positions.set(key, position);
    if (isStream) this.#streams.push(key);
    return position;
  }

  /** Redis reads a number of 64 bits exactly; whole numbers take less when they are not too large. */
  #number(value: number): void {
    if (Number.isInteger(value) && value >= -0x80000000 && value <= 0xffffffff && !Object.is(value, -0)) {
      this.#integer(value);
      return;
    }
    if (Number.isNaN(value)) throw new TypeError("An operation was given NaN.");
    this.#reserve(MOST_BYTES_OF_SCALAR);
    bytes[this.#length] = 0xcb;
    bytes.writeDoubleBE(value, this.#length + 1);
    this.#length += 9;
  }

  #integer(value: number): void {
    if (value >= -0x20 && value < 0x80) this.#byte(value & 0xff);
    else if (value < 0) this.#wide(0xd2, value);
    else if (value <= 0xffff) this.#sized(0xcd, value);
    else this.#wide(0xce, value);
  }

  #text(text: string): void {
    if (text.length <= SHORT && this.#plainText(text)) return;
    const length = Buffer.byteLength(text);
    this.#head(length, 0xa0, SHORT, 0xda);
    this.#reserve(length);
    bytes.write(text, this.#length);
    this.#length += length;
  }

  /** @returns false, having written nothing, when a character takes more than a byte */
  #plainText(text: string): boolean {
    this.#reserve(SHORT + 1);
    const start = this.#length + 1;
    for (let index = 0; index < text.length; index += 1) {
      const code = text.charCodeAt(index);
      if (code > 0x7f) return false;
      bytes[start + index] = code;
    }
    bytes[this.#length] = 0xa0 | text.length;
    this.#length = start + text.length;
    return true;
  }

  /** Type and length of a text, a list or a map: in one byte, or followed by a length of 16 or 32 bits. */
  #head(length: number, small: number, smallest: number, large: number): void {
    if (length <= smallest) this.#byte(small | length);
    else if (length <= 0xffff) this.#sized(large, length);
    else this.#wide(large + 1, length);
  }

  #byte(byte: number): void {
    this.#reserve(1);
    bytes[this.#length] = byte;
    this.#length += 1;
  }

  #sized(type: number, value: number): void {
    this.#reserve(MOST_BYTES_OF_SCALAR);
    bytes[this.#length] = type;
    bytes.writeUInt16BE(value, this.#length + 1);
    this.#length += 3;
  }

  #wide(type: number, value: number): void {
    this.#reserve(MOST_BYTES_OF_SCALAR);
    bytes[this.#length] = type;
    bytes.writeUInt32BE(value >>> 0, this.#length + 1);
    this.#length += 5;
  }

  #reserve(more: number): void {
    if (this.#length + more <= bytes.length) return;
    const larger = Buffer.allocUnsafe(2 * (this.#length + more));
    bytes.copy(larger, 0, 0, this.#length);
    bytes = larger;
  }
}
