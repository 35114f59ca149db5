import { DataFormatError } from "../../../common/errors.js";

/**
 * Reads what `cmsgpack.pack` wrote in a script: nil, booleans, numbers, texts, lists and maps with text keys.
 *
 * @param mapPaths - where an empty list stands for an empty map, as paths like `policies.*.fields.`
 * @see https://github.com/msgpack/msgpack/blob/master/spec.md
 */
export function decodeMessagePack(packed: Buffer, mapPaths: readonly string[]): unknown {
  const reader = new Reader(packed);
  const value = reader.read();
  return reader.metEmptyList && mapPaths.length > 0 ? withMaps(value, "", mapPaths) : value;
}

class Reader {
  /** Lua does not tell an empty list from an empty map. */
  metEmptyList = false;
  readonly #packed: Buffer;
  #position = 0;

  constructor(packed: Buffer) {
    this.#packed = packed;
  }

  read(): unknown {
    const type = this.#packed[this.#position++] ?? 0xc1;
    if (type < 0x80) return type;
    if (type < 0x90) return this.#map(type & 0x0f);
    if (type < 0xa0) return this.#list(type & 0x0f);
    if (type < 0xc0) return this.#text(type & 0x1f);
    if (type >= 0xe0) return type - 0x100;
    return this.#readTyped(type);
  }

  #readTyped(type: number): unknown {
    const packed = this.#packed;
    switch (type) {
      case 0xc0:
        return undefined;
      case 0xc2:
        return false;
      case 0xc3:
        return true;
      case 0xca:
        return packed.readFloatBE(this.#skip(4));
      case 0xcb:
        return packed.readDoubleBE(this.#skip(8));
      case 0xcc:
        return packed.readUInt8(this.#skip(1));
      case 0xcd:
        return packed.readUInt16BE(this.#skip(2));
      case 0xce:
        return packed.readUInt32BE(this.#skip(4));
      case 0xcf:
        return Number(packed.readBigUInt64BE(this.#skip(8)));
      case 0xd0:
        return packed.readInt8(this.#skip(1));
      case 0xd1:
        return packed.readInt16BE(this.#skip(2));
      case 0xd2:
        return packed.readInt32BE(this.#skip(4));
      case 0xd3:
        return Number(packed.readBigInt64BE(this.#skip(8)));
      case 0xd9:
        return this.#text(packed.readUInt8(this.#skip(1)));
      case 0xda:
        return this.#text(packed.readUInt16BE(this.#skip(2)));
      case 0xdb:
        return this.#text(packed.readUInt32BE(this.#skip(4)));
      case 0xdc:
        return this.#list(packed.readUInt16BE(this.#skip(2)));
      case 0xdd:
        return this.#list(packed.readUInt32BE(this.#skip(4)));
      case 0xde:
        return this.#map(packed.readUInt16BE(this.#skip(2)));
      case 0xdf:
        return this.#map(packed.readUInt32BE(this.#skip(4)));
      default:
        throw new DataFormatError(`The store answered with bytes that cannot be read (type ${type}).`);
    }
  }

  #skip(bytes: number): number {
    const from = this.#position;
    this.#position += bytes;
    return from;
  }

  #text(bytes: number): string {
    const from = this.#skip(bytes);
    return this.#packed.toString("utf8", from, this.#position);
  }

  #list(length: number): unknown[] {
    if (length === 0) this.metEmptyList = true;
    const list: unknown[] = [];
    for (let index = 0; index < length; index += 1) list.push(this.read());
    return list;
  }

  #map(length: number): Record<string, unknown> {
    const map: Record<string, unknown> = {};
    for (let index = 0; index < length; index += 1) {
      const name = this.#name();
      map[name] = this.read();
    }
    return map;
  }

  /** A name of a field, most of which are short and come again and again. */
  #name(): string {
    const type = this.#packed[this.#position] ?? 0xc1;
    if (type < 0xa0 || type >= 0xc0) return String(this.read());
    const from = this.#position + 1;
    this.#position = from + (type & 0x1f);
    return shortName(this.#packed, from, this.#position);
  }
}

const PLACES = 512;
/** Names met last, each in the place that its bytes hash to: comparing them takes a fraction of decoding them. */
const names: ({ readonly bytes: Uint8Array; readonly text: string } | undefined)[] = new Array(PLACES).fill(undefined);

function shortName(packed: Buffer, from: number, to: number): string {
  let place = 0;
  for (let index = from; index < to; index += 1) place = (place * 31 + (packed[index] ?? 0)) % PLACES;
  const known = names[place];
  if (known !== undefined && isSame(known.bytes, packed, from, to)) return known.text;
  const text = packed.toString("utf8", from, to);
  names[place] = { bytes: Uint8Array.from(packed.subarray(from, to)), text };
  return text;
}

function isSame(bytes: Uint8Array, packed: Buffer, from: number, to: number): boolean {
  if (bytes.length !== to - from) return false;
  for (let index = from; index < to; index += 1) if (bytes[index - from] !== packed[index]) return false;
  return true;
}

function withMaps(value: unknown, path: string, mapPaths: readonly string[]): unknown {
  if (typeof value !== "object" || value === null) return value;
  if (Array.isArray(value)) {
    if (value.length === 0) return mapPaths.includes(path) ? {} : value;
    return value.map((item) => withMaps(item, `${path}*.`, mapPaths));
  }
  const map = value as Record<string, unknown>;
  for (const name of Object.keys(map)) map[name] = withMaps(map[name], `${path}${name}.`, mapPaths);
  return map;
}
