export interface Table {
  readonly headings: readonly string[];
  readonly rows: readonly (readonly string[])[];
}

/** Columns of text, the first left-aligned and the others right-aligned. */
export function renderTable({ headings, rows }: Table): string {
  const lines = [headings, ...rows];
  const widths = headings.map((_, column) => Math.max(...lines.map((line) => cellAt(line, column).length)));
  const render = (line: readonly string[]) =>
    widths
      .map((width, column) => {
        const cell = cellAt(line, column);
        return column === 0 ? cell.padEnd(width) : cell.padStart(width);
      })
      .join("  ");
  const rule = widths.map((width) => "-".repeat(width)).join("  ");
  return [render(headings), rule, ...rows.map(render)].map((line) => `  ${line.trimEnd()}`).join("\n");
}

function cellAt(line: readonly string[], column: number): string {
  return line[column] ?? "";
}
