import { expect, it } from "vitest";
import { CODECS } from "../../../../src/cli/commands/demo/files/codec.js";
import { fileKind } from "../../../../src/cli/commands/demo/files/file-kind.js";
import { measure } from "../../../../src/cli/commands/demo/files/measure.js";
import { SIZE_CLASSES } from "../../../../src/cli/commands/demo/files/size-class.js";
import { rateOf } from "../../../../src/cli/commands/demo/rate.js";

it.each([
  ["lib/index.js", "javascript"],
  ["lib/index.mjs", "javascript"],
  ["lib/index.d.ts", "typescript"],
  ["lib/index.js.map", "source map"],
  ["README.MD", "markdown"],
  ["image.png", "packed"],
  ["LICENSE", "other"],
  [".npmrc", "other"],
])("takes the kind of %s from its name: %s", (path, kind) => {
  expect(fileKind(path)).toBe(kind);
});

it("counts an outcome as right only when both limits are met", () => {
  const content = Buffer.alloc(4096, "abcd");
  const unlimited = Number.POSITIVE_INFINITY;
  for (const codec of CODECS) {
    expect(measure(codec, content, { maxBytes: 1000, maxMs: unlimited }).right).toBe(true);
    expect(measure(codec, content, { maxBytes: 4, maxMs: unlimited }).right).toBe(false);
    expect(measure(codec, content, { maxBytes: 1000, maxMs: 0 }).right).toBe(false);
  }
});

it("gives rates with the Wilson interval: 8 of 10 is 0.490 to 0.943", () => {
  const { rate, low, high } = rateOf(8, 10);
  expect(rate).toBe(0.8);
  expect(low).toBeCloseTo(0.4902, 4);
  expect(high).toBeCloseTo(0.9433, 4);
});

it("has size classes that follow each other without a gap", () => {
  for (const [index, { minBytes }] of SIZE_CLASSES.slice(1).entries()) {
    expect(minBytes).toBe(SIZE_CLASSES[index]?.maxBytes);
  }
});
