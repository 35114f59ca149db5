import { describe, expect, it } from "vitest";
import { readPage } from "../code-blocks.js";
import { TABLES } from "./tables.js";

describe.each(Object.entries(TABLES))("docs/primitives/%s.md", (page, rows) => {
  it("shows the numbers that the code computes", () => {
    const lines = readPage(`docs/primitives/${page}.md`).split("\n");
    expect(rows.filter((row) => !lines.includes(row))).toEqual([]);
  });
});
