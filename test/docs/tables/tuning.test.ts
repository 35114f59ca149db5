import { expect, it } from "vitest";
import { readPage } from "../code-blocks.js";
import { tuningTable } from "./tuning-table.js";

it("docs/tuning.md lists every constant with its default, its range and its effect", () => {
  const table = readPage("docs/tuning.md")
    .split("\n")
    .filter((line) => line.startsWith("|"));
  expect(table).toEqual(tuningTable());
});
