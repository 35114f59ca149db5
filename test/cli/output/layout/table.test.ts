import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { displayWidth, shortened } from "../../../../src/cli/output/layout/display-width.js";
import { screenOf } from "../../../../src/cli/output/layout/screen.js";
import { type Column, facts, table } from "../../../../src/cli/output/layout/table.js";

const ENDLESS = screenOf({}, {}, true);
const screenOfWidth = (columns: number) => screenOf({ isTTY: true, columns }, {}, false);

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
    ENDLESS,
    "> ",
  );
  expect(text.split("\n")).toEqual(["> name       count  note", "> a              5", "> longer 🦜  12345  many"]);
});

it("does not count colour codes as width", () => {
  expect(
    facts(
      [
        ["\u001b[1mab\u001b[22m", "x"],
        ["abc", "y"],
      ],
      ENDLESS,
    ),
  ).toBe("\u001b[1mab\u001b[22m   x\nabc  y");
});

it("takes more rows than a call takes arguments", () => {
  const rows = Array.from({ length: 300_000 }, (_, index) => index);
  const text = table(rows, [{ title: "agent", cell: String }], ENDLESS);
  expect(text.split("\n")).toHaveLength(rows.length + 1);
});

describe("a text that is shortened", () => {
  it("takes as many columns as it may at most, and keeps its two ends", () => {
    expect(shortened("run_playbook_for_payments", 13)).toBe("run_pl…yments");
    expect(shortened("日本語の長いテキスト", 9)).toBe("日本…スト");
    expect(shortened("👩‍👩‍👧‍👦👩‍👩‍👧‍👦👩‍👩‍👧‍👦", 5)).toBe("👩‍👩‍👧‍👦…👩‍👩‍👧‍👦");
    expect(shortened("fits", 4)).toBe("fits");
  });

  it("is never wider than asked for", () => {
    fc.assert(
      fc.property(fc.string({ unit: "grapheme" }), fc.integer({ min: 1, max: 40 }), (text, width) => {
        expect(displayWidth(shortened(text, width))).toBeLessThanOrEqual(width);
      }),
    );
  });
});

describe("a table on a narrow screen", () => {
  interface Row {
    readonly name: string;
    readonly note: string;
    readonly count: number;
  }
  const columns: readonly Column<Row>[] = [
    { title: "name", cell: ({ name }) => name },
    { title: "count", cell: ({ count }) => String(count), align: "right", spare: true },
    { title: "note", cell: ({ note }) => note },
    { title: "twice", cell: ({ count }) => String(2 * count), align: "right", spare: true },
  ];

  it("shortens what is long, leaves out spare columns and says which", () => {
    const rows = [{ name: "n".repeat(50), note: "m".repeat(30), count: 12 }];
    expect(table(rows, columns, screenOfWidth(60)).split("\n")).toEqual([
      "name                    count  note                    twice",
      "nnnnnnnnnnn…nnnnnnnnnn     12  mmmmmmmmmmm…mmmmmmmmmm     24",
    ]);
    const narrow = [{ name: "n".repeat(50), note: "m".repeat(30), count: 10 ** 15 }];
    expect(table(narrow, columns, screenOfWidth(60)).split("\n").at(-1)).toBe("--wide also shows: twice");
    expect(table(narrow, columns, ENDLESS)).toContain("n".repeat(50));
  });

  it("fits whatever its cells hold, from 60 columns on", () => {
    const row = fc.record({ name: fc.string({ unit: "grapheme", maxLength: 80 }), note: fc.string(), count: fc.nat() });
    fc.assert(
      fc.property(fc.array(row, { maxLength: 5 }), fc.integer({ min: 60, max: 130 }), (rows, width) => {
        const clean = rows.map((one) => ({ ...one, note: one.note.repeat(9), name: one.name.replace(/\s/g, "_") }));
        for (const line of table(clean, columns, screenOfWidth(width), "  ").split("\n")) {
          expect(displayWidth(line)).toBeLessThanOrEqual(width);
        }
      }),
    );
  });
});

it("lets long facts go on under themselves", () => {
  const text = facts([["because", "word ".repeat(20).trimEnd()]], screenOfWidth(60));
  const lines = text.split("\n");
  expect(lines.length).toBeGreaterThan(1);
  for (const line of lines.slice(1)) expect(line).toMatch(/^ {9}word/);
});

describe("the width of a screen", () => {
  it.each([
    [{ isTTY: true, columns: 100 }, {}, false, 100],
    [{ isTTY: true, columns: 20 }, {}, false, 60],
    [{ isTTY: true, columns: 100 }, {}, true, Number.POSITIVE_INFINITY],
    [{}, {}, false, Number.POSITIVE_INFINITY],
    [{}, { COLUMNS: "80" }, false, 80],
    [{}, { COLUMNS: "many" }, false, Number.POSITIVE_INFINITY],
    [{ isTTY: true, columns: 100 }, { COLUMNS: "80" }, false, 100],
  ])("of %j with %j, wide: %j, is %d", (stream, env, isWide, width) => {
    expect(screenOf(stream, env, isWide).width).toBe(width);
  });
});
