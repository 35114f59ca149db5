import { renderTable } from "./table.mjs";

// What a part of the benchmarks has to show is a list of blocks, for a terminal and for a page alike: `{ heading }`,
// `{ text }`, `{ table: { headings, rows } }`, or `{ plot }`, an SVG that a terminal leaves out.

export function blocksToText(blocks) {
  return blocks
    .filter(({ plot }) => plot === undefined)
    .map(blockToText)
    .join("\n\n");
}

function blockToText({ heading, text, table }) {
  if (table !== undefined) return renderTable(table.headings, table.rows);
  return heading ?? text;
}

export function blocksToHtml(blocks) {
  return blocks.map(blockToHtml).join("\n");
}

function blockToHtml({ heading, text, table, plot }) {
  if (plot !== undefined) return `<figure>${plot}</figure>`;
  if (heading !== undefined) return `<h2>${escapeHtml(heading)}</h2>`;
  if (text !== undefined) return `<p>${escapeHtml(text).replaceAll("\n", "<br>")}</p>`;
  const row = (cells, tag) => `<tr>${cells.map((cell) => `<${tag}>${escapeHtml(cell)}</${tag}>`).join("")}</tr>`;
  const rows = table.rows.map((cells) => row(cells, "td"));
  return `<table><thead>${row(table.headings, "th")}</thead><tbody>${rows.join("\n")}</tbody></table>`;
}

export function escapeHtml(text) {
  return String(text)
    .replaceAll("&", "&amp;")
    .replaceAll("<", "&lt;")
    .replaceAll(">", "&gt;")
    .replaceAll('"', "&quot;");
}
