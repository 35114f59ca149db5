/** Columns of text, the first left-aligned and the others right-aligned. */
export function renderTable(headings, rows) {
  const lines = [headings, ...rows];
  const widths = headings.map((_, column) => Math.max(...lines.map((line) => line[column].length)));
  const render = (line) =>
    line.map((cell, column) => (column === 0 ? cell.padEnd(widths[column]) : cell.padStart(widths[column]))).join("  ");
  const rule = widths.map((width) => "-".repeat(width)).join("  ");
  return [render(headings), rule, ...rows.map(render)].map((line) => `  ${line.trimEnd()}`).join("\n");
}
