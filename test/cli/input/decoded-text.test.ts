import { gzipSync } from "node:zlib";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { decodedText } from "../../../src/cli/input/decoded-text.js";

const MARK = "\ufeff";
const utf16le = (text: string) => Buffer.from(text, "utf16le");
const utf16be = (text: string) => utf16le(text).swap16();

/** Every way to write a text that is read. */
const WAYS: readonly (readonly [name: string, write: (text: string) => Buffer])[] = [
  ["UTF-8", (text) => Buffer.from(text)],
  ["UTF-8 with a mark", (text) => Buffer.from(MARK + text)],
  ["UTF-16 LE with a mark", (text) => utf16le(MARK + text)],
  ["UTF-16 BE with a mark", (text) => utf16be(MARK + text)],
  ["UTF-16 LE", utf16le],
  ["UTF-16 BE", utf16be],
];

async function decode(bytes: Buffer, cuts: readonly number[] = []): Promise<Buffer> {
  const places = [0, ...cuts.map((cut) => Math.floor(cut * bytes.length)), bytes.length].sort((a, b) => a - b);
  const chunks = places.slice(1).map((end, index) => bytes.subarray(places[index], end));
  const parts: Buffer[] = [];
  for await (const part of decodedText(arriving(chunks))) parts.push(part);
  return Buffer.concat(parts);
}

async function* arriving(chunks: readonly Buffer[]): AsyncGenerator<Buffer> {
  yield* chunks;
}

describe("decoded text", () => {
  it.each(WAYS)("is what was written, as %s, packed or not and however it arrives", async (_, write) => {
    const cuts = fc.array(fc.double({ min: 0, max: 1, noNaN: true }), { maxLength: 6 });
    await fc.assert(
      fc.asyncProperty(fc.string({ unit: "grapheme" }), cuts, fc.boolean(), async (rest, places, isPacked) => {
        const text = `{"a":1}\n${rest}`;
        const bytes = isPacked ? gzipSync(write(text)) : write(text);
        expect((await decode(bytes, places)).toString()).toBe(text);
      }),
    );
  });

  it("joins what several gzip runs packed", async () => {
    const packed = Buffer.concat([gzipSync("one\n"), gzipSync("two\n")]);
    expect((await decode(packed)).toString()).toBe("one\ntwo\n");
  });

  it("may be nothing, or too short to be anything", async () => {
    for (const text of ["", "{", "{}"]) expect((await decode(Buffer.from(text))).toString()).toBe(text);
    expect((await decode(gzipSync(""))).length).toBe(0);
  });

  it("leaves what is no text in UTF-16 to the line it stands in", async () => {
    const bytes = Buffer.concat([utf16le(`${MARK}a\n`), Buffer.from([0x00, 0xd8]), utf16le("\nb\n"), Buffer.from([1])]);
    const lines = (await decode(bytes, [0.2, 0.4, 0.6])).toString("latin1").split("\n");
    expect(lines).toEqual(["a", "\u00ff", "b", "\u00ff"]);
  });

  it.each([
    ["UTF-32", Buffer.from([0xff, 0xfe, 0, 0, 0x7b, 0, 0, 0])],
    ["zstd", Buffer.from([0x28, 0xb5, 0x2f, 0xfd, 0, 0])],
    ["xz", Buffer.from([0xfd, 0x37, 0x7a, 0x58, 0x5a, 0])],
    ["bzip2", Buffer.from("BZh91AY")],
    ["zip", Buffer.from([0x50, 0x4b, 3, 4, 20, 0])],
    ["gzip twice", gzipSync(gzipSync("{}"))],
  ])("says that it is %s", async (name, bytes) => {
    await expect(decode(bytes)).rejects.toThrow(name.split(" ")[0]);
  });
});
