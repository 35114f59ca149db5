import { hash, hkdfSync, timingSafeEqual } from "node:crypto";
import { Hmac } from "./hmac.js";
import { Keystream, NONCE_BYTES } from "./keystream.js";

const LABEL_BYTES = 2;
const TAG_BYTES = 16;
const HEAD_BYTES = LABEL_BYTES + NONCE_BYTES;
export const KEY_BYTES = 32;

/**
 * A key of a store. What is sealed with it is encrypted, and then authenticated as a whole: whoever lacks the key can neither
 * read nor alter it. Each of both has a key of its own, derived from this one (HKDF, RFC 5869). docs/security.md.
 */
export class SealingKey {
  /** Tells it from the others of its store; short, so that two may have the same. */
  readonly label: string;
  readonly #keystream: Keystream;
  readonly #hmac: Hmac;
  /** Begins with the label. */
  #sealed = Buffer.alloc(256);

  /** @param text - as the store keeps it */
  constructor(text: string) {
    const key = Buffer.from(text, "base64url");
    this.label = hash("sha256", key, "hex").slice(0, 2 * LABEL_BYTES);
    this.#keystream = new Keystream(derived(key, "encryption"));
    this.#hmac = new Hmac(derived(key, "authentication"));
    this.#sealed.write(this.label, "hex");
  }

  /** @returns base64url of label, nonce, what is encrypted, and tag */
  seal(content: Buffer): string {
    const end = HEAD_BYTES + content.length;
    if (this.#sealed.length < end + TAG_BYTES) this.#sealed = Buffer.concat([this.#sealed, Buffer.alloc(end)]);
    this.#keystream.encrypt(content, this.#sealed, LABEL_BYTES);
    this.#sealed.write(this.#hmac.of(this.#sealed, end), end, TAG_BYTES, "latin1");
    return this.#sealed.toString("base64url", 0, end + TAG_BYTES);
  }

  /** @returns undefined when it was not sealed with this key, or was altered since */
  open(sealed: Buffer): Buffer | undefined {
    const end = sealed.length - TAG_BYTES;
    const tag = Buffer.from(this.#hmac.of(sealed, end), "latin1").subarray(0, TAG_BYTES);
    if (!timingSafeEqual(tag, sealed.subarray(end))) return undefined;
    return this.#keystream.decrypt(sealed.subarray(HEAD_BYTES, end), nonceOf(sealed));
  }
}

/** @returns undefined for what is too short to be sealed */
export function labelOf(sealed: Buffer): string | undefined {
  return sealed.length <= HEAD_BYTES + TAG_BYTES ? undefined : sealed.toString("hex", 0, LABEL_BYTES);
}

/** Of what is long enough to be sealed: no two of them have the same. */
export function nonceOf(sealed: Buffer): Buffer {
  return sealed.subarray(LABEL_BYTES, HEAD_BYTES);
}

function derived(key: Buffer, use: string): Buffer {
  return Buffer.from(hkdfSync("sha256", key, "", `policycache decision ${use}`, KEY_BYTES));
}
