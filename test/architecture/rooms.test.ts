import { dirname } from "node:path";
import { expect, it } from "vitest";
import { filesOf } from "../docs/repository-files.js";

const MOST_FILES = 12;

it("no folder of code holds more than a dozen files", () => {
  const filesIn = new Map<string, number>();
  for (const path of filesOf(["src", "test", "bench", "tools"], /./)) {
    filesIn.set(dirname(path), (filesIn.get(dirname(path)) ?? 0) + 1);
  }
  expect([...filesIn].filter(([, files]) => files > MOST_FILES)).toEqual([]);
});
