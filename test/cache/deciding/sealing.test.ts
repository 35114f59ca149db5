import { createDecipheriv, createHmac, hkdfSync, randomBytes } from "node:crypto";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { Hmac } from "../../../src/cache/deciding/ids/sealing/hmac.js";
import { nonceOf, SealingKey } from "../../../src/cache/deciding/ids/sealing/sealing-key.js";

const bytes = (maxLength: number, minLength = 0) =>
  fc.uint8Array({ minLength, maxLength }).map((values) => Buffer.from(values));

describe("Hmac", () => {
  it("is HMAC-SHA-256, as Node computes it", () => {
    fc.assert(
      fc.property(bytes(64), fc.array(bytes(300), { minLength: 1, maxLength: 4 }), (key, messages) => {
        const hmac = new Hmac(key);
        for (const message of messages) {
          const expected = createHmac("sha256", key).update(message).digest("binary");
          expect(hmac.of(message, message.length)).toBe(expected);
        }
      }),
    );
  });
});

describe("a sealing key", () => {
  const text = randomBytes(32).toString("base64url");

  /** By the standards alone: HKDF, HMAC-SHA-256 over all but the tag, and AES-256 in counter mode. */
  function openedByNode(sealed: Buffer): Buffer {
    const key = (use: string) =>
      Buffer.from(hkdfSync("sha256", Buffer.from(text, "base64url"), "", `policycache decision ${use}`, 32));
    const end = sealed.length - 16;
    const tag = createHmac("sha256", key("authentication")).update(sealed.subarray(0, end)).digest().subarray(0, 16);
    expect(sealed.subarray(end)).toEqual(tag);
    const counter = Buffer.concat([sealed.subarray(2, 12), Buffer.alloc(4), sealed.subarray(12, 14)]);
    return createDecipheriv("aes-256-ctr", key("encryption"), counter).update(sealed.subarray(14, end));
  }

  it("opens what it sealed, at once and much later, as any reader of the standards does", () => {
    const key = new SealingKey(text);
    const contents = Array.from({ length: 600 }, (_, index) =>
      randomBytes(index % 50 === 49 ? 40_000 : 1 + (index % 97)),
    );
    const sealed = contents.map((content) => {
      const made = Buffer.from(key.seal(content), "base64url");
      expect(key.open(made)).toEqual(content);
      return made;
    });
    const later = new SealingKey(text);
    sealed.forEach((made, index) => {
      expect(later.open(made)).toEqual(contents[index]);
      expect(key.open(made)).toEqual(contents[index]);
      expect(openedByNode(made)).toEqual(contents[index]);
    });
  });

  it("uses no byte of its stream twice", () => {
    const key = new SealingKey(text);
    const used = new Set<string>();
    for (let made = 0; made < 2000; made += 1) {
      const length = 1 + (made % 70);
      const nonce = nonceOf(Buffer.from(key.seal(randomBytes(length)), "base64url"));
      const first = nonce.readUInt16BE(10);
      for (let block = first; block < first + Math.ceil(length / 16); block += 1) {
        const place = `${nonce.toString("hex", 0, 10)} ${block}`;
        expect(used).not.toContain(place);
        used.add(place);
      }
    }
  });

  it("opens nothing that was altered, or sealed with another key", () => {
    const key = new SealingKey(text);
    fc.assert(
      fc.property(bytes(200, 1), fc.nat(), fc.integer({ min: 1, max: 255 }), (content, position, change) => {
        const sealed = Buffer.from(key.seal(content), "base64url");
        const at = position % sealed.length;
        const altered = Buffer.from(sealed);
        altered[at] = (altered[at] ?? 0) ^ change;
        expect(key.open(altered)).toBeUndefined();
        expect(new SealingKey(randomBytes(32).toString("base64url")).open(sealed)).toBeUndefined();
      }),
    );
  });
});
