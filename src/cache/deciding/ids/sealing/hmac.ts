import { hash } from "node:crypto";

const BLOCK_BYTES = 64;
const DIGEST_BYTES = 32;
const INNER_PAD = 0x36;
const OUTER_PAD = 0x5c;

/**
 * HMAC-SHA-256 (RFC 2104) under one key. Written out as the two digests it is: `createHmac` takes twice as long, and leaves
 * an object of the cryptographic library to the garbage collector with every call.
 */
export class Hmac {
  readonly #outer = Buffer.alloc(BLOCK_BYTES + DIGEST_BYTES);
  #inner = Buffer.alloc(BLOCK_BYTES);

  /** @param key - of at most 64 bytes */
  constructor(key: Buffer) {
    for (let at = 0; at < BLOCK_BYTES; at += 1) {
      const byte = key[at] ?? 0;
      this.#inner[at] = byte ^ INNER_PAD;
      this.#outer[at] = byte ^ OUTER_PAD;
    }
  }

  /** Of the first bytes of a message: 32 bytes, a character of the text for each. */
  of(message: Buffer, length: number): string {
    const end = BLOCK_BYTES + length;
    if (this.#inner.length < end) this.#inner = Buffer.concat([this.#inner, Buffer.alloc(end)]);
    message.copy(this.#inner, BLOCK_BYTES, 0, length);
    this.#outer.write(hash("sha256", this.#inner.subarray(0, end), "binary"), BLOCK_BYTES, "latin1");
    return hash("sha256", this.#outer, "binary");
  }
}
