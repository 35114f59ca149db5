import { readFileSync } from "node:fs";
import { expect, it } from "vitest";
import { filesOf } from "../docs/repository-files.js";

it("what a caller gave is read once: nobody checks its names and then goes on with the original", () => {
  const dropsTheCopy = /^\s*refuseUnknown(Names|Options)\(/m;
  expect(filesOf(["src"], /\.ts$/).filter((path) => dropsTheCopy.test(readFileSync(path, "utf8")))).toEqual([]);
});
