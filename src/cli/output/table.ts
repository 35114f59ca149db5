import { stripVTControlCharacters } from "node:util";

export interface Column<Row> {
  readonly title: string;
  readonly cell: (row: Row) => string;
  /** Default left. */
  readonly align?: "left" | "right";
}

const GAP = "  ";

/** Rows under their titles, each column as wide as its widest cell. */
export function table<Row>(rows: readonly Row[], columns: readonly Column<Row>[], indent = ""): string {
  const cells = [columns.map(({ title }) => title), ...rows.map((row) => columns.map(({ cell }) => cell(row)))];
  return alignCells(
    cells,
    columns.map(({ align = "left" }) => align),
    indent,
  );
}

/** Names and values in two columns. */
export function facts(pairs: readonly (readonly [name: string, value: string])[], indent = ""): string {
  return alignCells(pairs, ["left", "left"], indent);
}

function alignCells(
  lines: readonly (readonly string[])[],
  alignment: readonly ("left" | "right")[],
  indent: string,
): string {
  // Not Math.max(...): a table may have more rows than a call may have arguments.
  const widths = alignment.map((_, column) =>
    lines.reduce((widest, cells) => Math.max(widest, widthOf(cells[column] ?? "")), 0),
  );
  return lines
    .map((cells) => {
      const padded = cells.map((cell, column) => {
        const space = " ".repeat((widths[column] ?? 0) - widthOf(cell));
        return alignment[column] === "right" ? space + cell : cell + space;
      });
      return `${indent}${padded.join(GAP)}`.trimEnd();
    })
    .join("\n");
}

/** Characters, not counting colour codes. */
function widthOf(cell: string): number {
  return [...stripVTControlCharacters(cell)].length;
}
