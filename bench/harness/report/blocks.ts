import { renderTable, type Table } from "./table.js";

/** What a script has to show is a list of blocks, for a terminal and for a page alike. */
export type Block =
  | { readonly heading: string }
  | { readonly text: string }
  | { readonly table: Table }
  /** An SVG, which a terminal leaves out. */
  | { readonly plot: string };

export function blocksToText(blocks: readonly Block[]): string {
  return blocks.flatMap(blockToText).join("\n\n");
}

function blockToText(block: Block): readonly string[] {
  if ("plot" in block) return [];
  if ("table" in block) return [renderTable(block.table)];
  return ["heading" in block ? block.heading : block.text];
}

export function blocksToHtml(blocks: readonly Block[]): string {
  return blocks.map(blockToHtml).join("\n");
}

function blockToHtml(block: Block): string {
  if ("plot" in block) return `<figure>${block.plot}</figure>`;
  if ("heading" in block) return `<h2>${escapeHtml(block.heading)}</h2>`;
  if ("text" in block) return `<p>${escapeHtml(block.text).replaceAll("\n", "<br>")}</p>`;
  const { headings, rows } = block.table;
  const row = (cells: readonly string[], tag: string) =>
    `<tr>${cells.map((cell) => `<${tag}>${escapeHtml(cell)}</${tag}>`).join("")}</tr>`;
  const body = rows.map((cells) => row(cells, "td")).join("\n");
  return `<table><thead>${row(headings, "th")}</thead><tbody>${body}</tbody></table>`;
}

export function escapeHtml(text: string): string {
  return text.replaceAll("&", "&amp;").replaceAll("<", "&lt;").replaceAll(">", "&gt;").replaceAll('"', "&quot;");
}
