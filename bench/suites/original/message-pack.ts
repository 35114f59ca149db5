export type MessageValue = true | string | number | { readonly [name: string]: MessageValue };

/** MessagePack of texts, numbers, true and maps of these: what a hash field of the original holds. */
export function packMessage(value: MessageValue): Buffer {
  if (value === true) return Buffer.of(0xc3);
  if (typeof value === "string") return packText(value);
  if (typeof value === "number") {
    const bytes = Buffer.alloc(9, 0xcb);
    bytes.writeDoubleBE(value, 1);
    return bytes;
  }
  const pairs = Object.entries(value).flatMap(([name, of]) => [packText(name), packMessage(of)]);
  return Buffer.concat([Buffer.of(0x80 | (pairs.length / 2)), ...pairs]);
}

function packText(text: string): Buffer {
  const bytes = Buffer.from(text);
  if (bytes.length < 32) return Buffer.concat([Buffer.of(0xa0 | bytes.length), bytes]);
  return Buffer.concat([Buffer.of(0xda, bytes.length >> 8, bytes.length & 0xff), bytes]);
}
