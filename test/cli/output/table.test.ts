import { expect, it } from "vitest";
import { facts, table } from "../../../src/cli/output/table.js";

it("makes each column as wide as its widest cell and leaves no space at the end of a line", () => {
  const rows = [
    { name: "a", count: 5 },
    { name: "longer 🦜", count: 12_345 },
  ];
  const text = table(
    rows,
    [
      { title: "name", cell: ({ name }) => name },
      { title: "count", cell: ({ count }) => String(count), align: "right" },
      { title: "note", cell: ({ count }) => (count > 5 ? "many" : "") },
    ],
    "> ",
  );
  expect(text.split("\n")).toEqual(["> name      count  note", "> a             5", "> longer 🦜  12345  many"]);
});

it("does not count colour codes as width", () => {
  expect(
    facts([
      ["\u001b[1mab\u001b[22m", "x"],
      ["abc", "y"],
    ]),
  ).toBe("\u001b[1mab\u001b[22m   x\nabc  y");
});

it("takes more rows than a call takes arguments", () => {
  const rows = Array.from({ length: 300_000 }, (_, index) => index);
  const text = table(rows, [{ title: "agent", cell: String }]);
  expect(text.split("\n")).toHaveLength(rows.length + 1);
});
