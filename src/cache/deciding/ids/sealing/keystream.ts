import { createCipheriv, randomFillSync } from "node:crypto";

// AES-256 in counter mode (NIST SP 800-38A): what is sealed is combined with bytes that only the key can give, bit by bit, and
// so is it opened. They are made for many ids at once: Node takes longer to set a cipher up than all the rest of an id takes.

const ALGORITHM = "aes-256-ctr";
const BLOCK_BYTES = 16;
/** At random, anew for each stock: so no two ids share a byte of the stream. */
const PREFIX_BYTES = 10;
/** A prefix, and the number of the block where the bytes begin. */
export const NONCE_BYTES = PREFIX_BYTES + 2;
const STOCK_BYTES = 16_384;
const ZEROS = Buffer.alloc(STOCK_BYTES);

export class Keystream {
  readonly #key: Buffer;
  readonly #nonce = Buffer.alloc(NONCE_BYTES);
  #stock: Buffer = Buffer.alloc(0);
  #used = 0;

  constructor(key: Buffer) {
    this.#key = key;
  }

  /** Writes a nonce that no other content has, and the content, encrypted with the bytes that it stands for. */
  encrypt(content: Buffer, target: Buffer, at: number): void {
    if (this.#used + content.length > this.#stock.length) this.#refill(content.length);
    this.#nonce.writeUInt16BE(this.#used / BLOCK_BYTES, PREFIX_BYTES);
    this.#nonce.copy(target, at);
    combine(content, this.#stock, this.#used, target, at + NONCE_BYTES);
    this.#used += Math.ceil(content.length / BLOCK_BYTES) * BLOCK_BYTES;
  }

  /** What this process encrypted a moment ago needs no cipher. */
  decrypt(encrypted: Buffer, nonce: Buffer): Buffer {
    const start = nonce.readUInt16BE(PREFIX_BYTES) * BLOCK_BYTES;
    const isOfStock = this.#nonce.compare(nonce, 0, PREFIX_BYTES, 0, PREFIX_BYTES) === 0;
    if (isOfStock && start + encrypted.length <= this.#stock.length) return combined(encrypted, this.#stock, start);
    return encipher(encrypted, this.#key, nonce);
  }

  #refill(bytes: number): void {
    randomFillSync(this.#nonce, 0, PREFIX_BYTES);
    this.#nonce.writeUInt16BE(0, PREFIX_BYTES);
    const zeros = bytes <= STOCK_BYTES ? ZEROS : Buffer.alloc(bytes);
    this.#stock = encipher(zeros, this.#key, this.#nonce);
    this.#used = 0;
  }
}

function combined(bytes: Buffer, stream: Buffer, start: number): Buffer {
  const result = Buffer.allocUnsafe(bytes.length);
  combine(bytes, stream, start, result, 0);
  return result;
}

function combine(bytes: Buffer, stream: Buffer, start: number, target: Buffer, at: number): void {
  for (let index = 0; index < bytes.length; index += 1) {
    target[at + index] = (bytes[index] ?? 0) ^ (stream[start + index] ?? 0);
  }
}

function encipher(bytes: Buffer, key: Buffer, nonce: Buffer): Buffer {
  const counter = Buffer.alloc(BLOCK_BYTES);
  nonce.copy(counter, 0, 0, PREFIX_BYTES);
  nonce.copy(counter, BLOCK_BYTES - 2, PREFIX_BYTES);
  return createCipheriv(ALGORITHM, key, counter).update(bytes);
}
