import { displayWidth, shortened } from "./display-width.js";
import type { Screen } from "./screen.js";
import { wrap } from "./wrap.js";

export interface Column<Row> {
  readonly title: string;
  readonly cell: (row: Row) => string;
  /** Default left. What stands right is a number, and never shortened. */
  readonly align?: "left" | "right";
  /** Never shortened, such as what people copy. Default false. */
  readonly whole?: boolean;
  /** Left out where the screen is too narrow for all: the last spare column first. Default false. */
  readonly spare?: boolean;
}

const GAP = "  ";
/** Spare columns make room for what is shortened to less. */
const ENOUGH_CHARACTERS = 20;
/** A cell is never shortened to less, so that it still says something. */
const FEWEST_CHARACTERS = 8;

/**
 * Rows under their titles, each column as wide as its widest cell. Where that is too wide, long cells are shortened in the
 * middle, and then spare columns left out, which a last line says.
 */
export function table<Row>(
  rows: readonly Row[],
  columns: readonly Column<Row>[],
  { width, dim }: Screen,
  indent = "",
): string {
  const cells = [columns.map(({ title }) => title), ...rows.map((row) => columns.map(({ cell }) => cell(row)))];
  const shown = fitting(columns, widthsOf(cells), width - displayWidth(indent));
  const lines = cells.map((line) => shown.map(({ place, width: most }) => shortened(line[place] ?? "", most)));
  const missing = columns.filter((_, place) => shown.every((kept) => kept.place !== place));
  const text = aligned(
    lines,
    shown.map((kept) => ({ ...kept, align: columns[kept.place]?.align ?? "left" })),
    indent,
  );
  if (missing.length === 0) return text;
  const note = `--wide also shows: ${missing.map(({ title }) => title).join(", ")}`;
  const noted = wrap(note, width - displayWidth(indent)).map((line) => indent + dim(line));
  return [text, ...noted].join("\n");
}

/** Names and values in two columns; a long value goes on in the next line. */
export function facts(pairs: readonly (readonly [name: string, value: string])[], screen: Screen, indent = ""): string {
  const [names = 0] = widthsOf(pairs);
  const margin = displayWidth(indent) + names + GAP.length;
  return pairs
    .flatMap(([name, value]) =>
      wrap(value, screen.width - margin).map((line, index) => {
        return `${indent}${padded(index === 0 ? name : "", names, "left")}${GAP}${line}`.trimEnd();
      }),
    )
    .join("\n");
}

/** Not Math.max(...): a table may have more rows than a call may have arguments. */
function widthsOf(lines: readonly (readonly string[])[]): readonly number[] {
  const widths: number[] = [];
  for (const cells of lines) {
    for (const [column, cell] of cells.entries()) widths[column] = Math.max(widths[column] ?? 0, displayWidth(cell));
  }
  return widths;
}

interface ShownColumn {
  /** Among all columns. */
  readonly place: number;
  readonly width: number;
}

/** Which columns there is room for, and how wide each may be. */
function fitting<Row>(
  columns: readonly Column<Row>[],
  widths: readonly number[],
  room: number,
): readonly ShownColumn[] {
  const atLeast = (characters: number) => (place: number) => {
    const { title = "", align, whole } = columns[place] ?? {};
    const width = widths[place] ?? 0;
    return align === "right" || whole ? width : Math.min(width, Math.max(displayWidth(title), characters));
  };
  let places = columns.map((_, place) => place);
  const total = (widthOf: (place: number) => number) =>
    places.reduce((sum, place) => sum + widthOf(place) + GAP.length, -GAP.length);
  while (total(atLeast(ENOUGH_CHARACTERS)) > room) {
    const spare = places.findLast((place) => columns[place]?.spare === true);
    if (spare === undefined) break;
    places = places.filter((place) => place !== spare);
  }
  const natural = (place: number) => widths[place] ?? 0;
  const least = atLeast(FEWEST_CHARACTERS);
  const capped = (cap: number) => (place: number) => Math.max(least(place), Math.min(natural(place), cap));
  let cap = Number.POSITIVE_INFINITY;
  if (total(natural) > room) {
    cap = room;
    while (cap > FEWEST_CHARACTERS && total(capped(cap)) > room) cap -= 1;
  }
  return places.map((place) => ({ place, width: capped(cap)(place) }));
}

function aligned(
  lines: readonly (readonly string[])[],
  columns: readonly (ShownColumn & { readonly align: "left" | "right" })[],
  indent: string,
): string {
  // A column that was shortened may need less than it was given.
  const widths = widthsOf(lines);
  return lines
    .map((cells) => {
      const cellsInPlace = cells.map((cell, index) =>
        padded(cell, widths[index] ?? 0, columns[index]?.align ?? "left"),
      );
      return `${indent}${cellsInPlace.join(GAP)}`.trimEnd();
    })
    .join("\n");
}

function padded(cell: string, width: number, align: "left" | "right"): string {
  const space = " ".repeat(Math.max(0, width - displayWidth(cell)));
  return align === "right" ? space + cell : cell + space;
}
