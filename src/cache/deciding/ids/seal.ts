import { createCipheriv, createDecipheriv, hash, randomFillSync } from "node:crypto";

// AES-256-GCM, by Node: whoever lacks the key can neither read nor alter what is sealed (NIST SP 800-38D).

const ALGORITHM = "aes-256-gcm";
const NONCE_BYTES = 12;
const TAG_BYTES = 16;
const LABEL_BYTES = 2;
export const KEY_BYTES = 32;

/** A key, and the label that tells it from the others of its store. */
export interface SealingKey {
  readonly bytes: Buffer;
  readonly label: string;
}

export interface Sealed {
  readonly label: string;
  readonly nonce: Buffer;
  readonly content: Buffer;
}

export function sealingKey(text: string): SealingKey {
  const bytes = Buffer.from(text, "base64url");
  return { bytes, label: hash("sha256", bytes, "hex").slice(0, 2 * LABEL_BYTES) };
}

/** Label of the key, nonce, content and tag. */
export function seal(content: Buffer, { bytes, label }: SealingKey): Buffer {
  const nonce = freshNonce();
  const cipher = createCipheriv(ALGORITHM, bytes, nonce);
  const sealed = cipher.update(content);
  cipher.final();
  return Buffer.concat([Buffer.from(label, "hex"), nonce, sealed, cipher.getAuthTag()]);
}

/** @returns undefined for what is too short to be sealed */
export function partsOf(sealed: Buffer): Sealed | undefined {
  if (sealed.length <= LABEL_BYTES + NONCE_BYTES + TAG_BYTES) return undefined;
  return {
    label: sealed.toString("hex", 0, LABEL_BYTES),
    nonce: sealed.subarray(LABEL_BYTES, LABEL_BYTES + NONCE_BYTES),
    content: sealed.subarray(LABEL_BYTES + NONCE_BYTES),
  };
}

/** @returns undefined when it was not sealed with this key, or was altered since */
export function unseal({ nonce, content }: Sealed, { bytes }: SealingKey): Buffer | undefined {
  const end = content.length - TAG_BYTES;
  const decipher = createDecipheriv(ALGORITHM, bytes, nonce, { authTagLength: TAG_BYTES });
  decipher.setAuthTag(content.subarray(end));
  try {
    return Buffer.concat([decipher.update(content.subarray(0, end)), decipher.final()]);
  } catch {
    return undefined;
  }
}

/** Random bytes are had in hundreds at once: one by one they cost as much as sealing. */
const pool = Buffer.alloc(NONCE_BYTES * 256);
let used = pool.length;

function freshNonce(): Buffer {
  if (used >= pool.length) {
    randomFillSync(pool);
    used = 0;
  }
  const nonce = Buffer.from(pool.subarray(used, used + NONCE_BYTES));
  used += NONCE_BYTES;
  return nonce;
}
