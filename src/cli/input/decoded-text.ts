import { pipeline, Readable } from "node:stream";
import { createGunzip } from "node:zlib";

/**
 * Text as UTF-8, whatever it came as: UTF-8, UTF-16 with a byte order mark or beginning with an ASCII character as JSON does,
 * or any of them packed by gzip. What it is, its first bytes say, not its name. In bounded memory.
 *
 * @throws Error saying what else it is
 */
export async function* decodedText(chunks: AsyncIterable<Buffer>): AsyncGenerator<Buffer> {
  const { head, rest } = await beginning(chunks);
  if (startsWith(head, GZIP)) {
    const unpacked = await beginning(gunzipped(rest));
    if (startsWith(unpacked.head, GZIP)) throw new Error("it was packed by gzip twice");
    yield* decodedPlain(unpacked);
  } else {
    yield* decodedPlain({ head, rest });
  }
}

const GZIP = [0x1f, 0x8b];

/** What people have lying about, and what to do with it. */
const REFUSED: readonly (readonly [bytes: readonly number[], reason: string])[] = [
  [[0xff, 0xfe, 0, 0], "it is text in UTF-32, which nobody reads: convert it to UTF-8"],
  [[0, 0, 0xfe, 0xff], "it is text in UTF-32, which nobody reads: convert it to UTF-8"],
  [[0x28, 0xb5, 0x2f, 0xfd], "it is packed by zstd: unpack it, as with `zstd -dc`"],
  [[0xfd, 0x37, 0x7a, 0x58, 0x5a], "it is packed by xz: unpack it, as with `xz -dc`"],
  [[0x42, 0x5a, 0x68], "it is packed by bzip2: unpack it, as with `bzip2 -dc`"],
  [[0x50, 0x4b, 3, 4], "it is a zip archive: unpack it, as with `unzip -p`"],
];
const LONGEST_MARK = 5;

interface Beginning {
  /** The first bytes, as many as there are up to the longest mark. */
  readonly head: Buffer;
  /** All of it. */
  readonly rest: AsyncIterable<Buffer>;
}

async function beginning(chunks: AsyncIterable<Buffer>): Promise<Beginning> {
  const iterator = chunks[Symbol.asyncIterator]();
  let head: Buffer = Buffer.alloc(0);
  while (head.length < LONGEST_MARK) {
    const next = await iterator.next();
    if (next.done === true) break;
    head = Buffer.concat([head, next.value]);
  }
  return { head, rest: continued(head, iterator) };
}

async function* continued(head: Buffer, iterator: AsyncIterator<Buffer>): AsyncGenerator<Buffer> {
  try {
    if (head.length > 0) yield head;
    for (let next = await iterator.next(); next.done !== true; next = await iterator.next()) yield next.value;
  } finally {
    await iterator.return?.();
  }
}

async function* gunzipped(packed: AsyncIterable<Buffer>): AsyncGenerator<Buffer> {
  const gunzip = createGunzip();
  pipeline(Readable.from(packed), gunzip, () => undefined); // an error comes out of the last one
  yield* gunzip;
}

async function* decodedPlain({ head, rest }: Beginning): AsyncGenerator<Buffer> {
  const refused = REFUSED.find(([bytes]) => startsWith(head, bytes));
  if (refused !== undefined) throw new Error(refused[1]);
  const [first, second] = head;
  if (startsWith(head, [0xef, 0xbb, 0xbf])) yield* without(3, rest);
  else if (startsWith(head, [0xff, 0xfe])) yield* fromUtf16(without(2, rest), false);
  else if (startsWith(head, [0xfe, 0xff])) yield* fromUtf16(without(2, rest), true);
  else if (first !== 0 && second === 0) yield* fromUtf16(rest, false);
  else if (first === 0 && second !== 0) yield* fromUtf16(rest, true);
  else yield* rest;
}

function startsWith(head: Buffer, bytes: readonly number[]): boolean {
  return head.length >= bytes.length && bytes.every((byte, place) => head[place] === byte);
}

async function* without(bytes: number, chunks: AsyncIterable<Buffer>): AsyncGenerator<Buffer> {
  let left = bytes;
  for await (const chunk of chunks) {
    yield chunk.subarray(left);
    left = 0;
  }
}

/** What is no text becomes a byte that UTF-8 does not have, so that the complaint is about its line and not about the file. */
async function* fromUtf16(chunks: AsyncIterable<Buffer>, isBigEndian: boolean): AsyncGenerator<Buffer> {
  let waiting: Buffer = Buffer.alloc(0);
  for await (const chunk of chunks) {
    const bytes = Buffer.concat([waiting, chunk]);
    const whole = lengthOfWhole(bytes, isBigEndian);
    waiting = bytes.subarray(whole);
    yield utf8Of(bytes.subarray(0, whole), isBigEndian);
  }
  const [rest, half] = [waiting.length & ~1, waiting.length % 2];
  if (rest > 0) yield utf8Of(waiting.subarray(0, rest), isBigEndian);
  if (half === 1) yield NO_TEXT;
}

const NO_TEXT = Buffer.from([0xff]);
const UNPAIRED = /\p{Surrogate}/u;

/** Bytes of whole characters: without half of a code unit, and without the first half of a pair, at the end. */
function lengthOfWhole(bytes: Buffer, isBigEndian: boolean): number {
  const even = bytes.length & ~1;
  if (even === 0) return 0;
  const last = isBigEndian ? bytes.readUInt16BE(even - 2) : bytes.readUInt16LE(even - 2);
  return last >= 0xd800 && last < 0xdc00 ? even - 2 : even;
}

function utf8Of(bytes: Buffer, isBigEndian: boolean): Buffer {
  const text = (isBigEndian ? Buffer.from(bytes).swap16() : bytes).toString("utf16le");
  const parts = text.split(UNPAIRED).map((part) => Buffer.from(part));
  return Buffer.concat(parts.flatMap((part, index) => (index === 0 ? [part] : [NO_TEXT, part])));
}
