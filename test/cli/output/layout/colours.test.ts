import { expect, it } from "vitest";
import { wantsColours } from "../../../../src/cli/output/layout/colours.js";

const terminal = { isTTY: true, hasColors: () => true };
const withoutColours = { isTTY: true, hasColors: () => false };
const pipe = {};

it.each([
  [terminal, {}, true],
  [withoutColours, {}, false],
  [pipe, {}, false],
  [terminal, { NO_COLOR: "1" }, false],
  [terminal, { NO_COLOR: "0" }, false],
  [terminal, { NO_COLOR: "" }, true],
  [pipe, { NO_COLOR: "" }, false],
  [pipe, { FORCE_COLOR: "1" }, true],
  [pipe, { FORCE_COLOR: "true" }, true],
  [pipe, { FORCE_COLOR: "" }, false],
  [terminal, { FORCE_COLOR: "0" }, false],
  [terminal, { FORCE_COLOR: "false" }, false],
  [pipe, { FORCE_COLOR: "1", NO_COLOR: "1" }, true],
])("%o with %o: %s", (stream, env, expected) => {
  expect(wantsColours(stream, env)).toBe(expected);
});
