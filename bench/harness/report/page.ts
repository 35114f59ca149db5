import { environmentText, type MachineDescription } from "../environment.js";
import { type Block, blocksToHtml, escapeHtml } from "./blocks.js";

const STYLE = `
body { font: 15px/1.5 system-ui, sans-serif; color: #222; max-width: 1160px; margin: 2rem auto; padding: 0 1rem; }
h1, h2 { font-weight: 600; line-height: 1.2; }
h2 { margin-top: 2.5rem; border-top: 1px solid #ddd; padding-top: 1rem; }
table { border-collapse: collapse; margin: 1rem 0; font-variant-numeric: tabular-nums; font-size: 14px; }
th, td { padding: 0.2rem 0.7rem; text-align: right; border-bottom: 1px solid #eee; }
th:first-child, td:first-child { text-align: left; }
figure { margin: 1rem 0; overflow-x: auto; }
svg { max-width: 100%; }
`;

/** What one script measured. */
export interface Section {
  readonly name: string;
  readonly seconds: number;
  readonly blocks: readonly Block[];
}

/** All sections on one page that needs nothing besides itself. */
export function renderPage(environment: MachineDescription, quick: boolean, sections: readonly Section[]): string {
  const links = sections.map(({ name, seconds }) => `<a href="#${name}">${escapeHtml(name)}</a> (${seconds} s)`);
  const parts = sections.map(({ name, blocks }) => `<section id="${name}">\n${blocksToHtml(blocks)}\n</section>`);
  return `<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width">
<title>policycache ${escapeHtml(environment.policycache)}: benchmarks</title>
<style>${STYLE}</style>
</head>
<body>
<h1>Benchmarks${quick ? ", quick" : ""}</h1>
<p>${escapeHtml(environmentText(environment)).replaceAll("\n", "<br>")}<br>started ${escapeHtml(environment.startedAt)}</p>
<p>Medians over the rounds of a run, and in brackets the lowest and the highest round. A figure that names a multiple is
measured beside its base in the same round, because machines differ and drift, ratios less so. How:
docs/benchmarks.md.</p>
<p>${links.join(" · ")}</p>
${parts.join("\n")}
</body>
</html>`;
}
