import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { type Line, LineSplitter } from "../../../../src/cli/commands/learn/line-splitter.js";

const LIMIT_BYTES = 6;

/** Every line of some chunks, as text; null for one that is too long. */
function linesOf(chunks: readonly string[], limitBytes = LIMIT_BYTES): (readonly [number, string | null])[] {
  const splitter = new LineSplitter(limitBytes);
  const lines: Line[] = [];
  for (const chunk of chunks) lines.push(...splitter.push(Buffer.from(chunk)));
  lines.push(...splitter.end());
  return lines.map(({ number, bytes }) => [number, bytes === undefined ? null : bytes.toString()]);
}

describe("LineSplitter", () => {
  it("numbers lines from 1, empty ones too, and takes a last line without a break", () => {
    expect(linesOf(["a\n\nb\nc"])).toEqual([
      [1, "a"],
      [2, ""],
      [3, "b"],
      [4, "c"],
    ]);
    expect(linesOf(["a\n"])).toEqual([[1, "a"]]);
    expect(linesOf([])).toEqual([]);
  });

  it("joins a line, and a character, that chunks cut apart", () => {
    const bytes = Buffer.from("é\nx");
    const splitter = new LineSplitter(LIMIT_BYTES);
    expect(splitter.push(bytes.subarray(0, 1))).toEqual([]);
    expect(splitter.push(bytes.subarray(1)).map((line) => line.bytes?.toString())).toEqual(["é"]);
    expect(splitter.end().map((line) => line.bytes?.toString())).toEqual(["x"]);
  });

  it("takes a line as long as the limit and drops a longer one, wherever it is cut", () => {
    expect(linesOf(["123456\n1234567\nx\n"])).toEqual([
      [1, "123456"],
      [2, null],
      [3, "x"],
    ]);
    expect(linesOf(["1234", "567", "8\nx", "\n1234567"])).toEqual([
      [1, null],
      [2, "x"],
      [3, null],
    ]);
  });

  it("finds the lines that splitting the whole text finds, however it is cut into chunks", () => {
    const chunk = fc.string({ unit: fc.constantFrom("a", "b", "\n"), maxLength: 12 });
    fc.assert(
      fc.property(fc.array(chunk, { maxLength: 8 }), (chunks) => {
        const parts = chunks.join("").split("\n");
        if (parts.at(-1) === "") parts.pop();
        const expected = parts.map((text, index) => [index + 1, text.length > LIMIT_BYTES ? null : text]);
        expect(linesOf(chunks)).toEqual(expected);
      }),
    );
  });
});
