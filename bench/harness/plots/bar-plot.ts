import { escapeHtml } from "../report/blocks.js";
import { label, round, svg, WIDTH } from "./svg.js";

const ROW_HEIGHT = 24;
const [LEFT, RIGHT, TOP] = [90, 60, 44];

/** Okabe and Ito (2008), and greys for what is left. */
const COLOURS = [
  "#0072b2",
  "#e69f00",
  "#009e73",
  "#cc79a7",
  "#56b4e9",
  "#d55e00",
  "#f0e442",
  "#555555",
  "#999999",
  "#cccccc",
];

export interface Bar {
  readonly name: string;
  /** Lengths by kind. */
  readonly parts: Readonly<Record<string, number>>;
}

/** An SVG plot of bars made of parts, with a legend. */
export function barPlot({ title, xTitle, bars }: { title: string; xTitle: string; bars: readonly Bar[] }): string {
  const kinds = [...new Set(bars.flatMap(({ parts }) => Object.keys(parts)))];
  const sum = (parts: Bar["parts"]) => Object.values(parts).reduce((total, value) => total + value, 0);
  const longest = Math.max(...bars.map(({ parts }) => sum(parts)));
  const toWidth = (value: number) => round((value / longest) * (WIDTH - LEFT - RIGHT));
  const elements = [label(8, 24, title, "start", 15)];
  for (const [index, { name, parts }] of bars.entries()) {
    const y = TOP + index * 2 * ROW_HEIGHT;
    elements.push(label(LEFT - 10, y + 20, name, "end"));
    let before = 0;
    for (const [place, kind] of kinds.entries()) {
      const value = parts[kind] ?? 0;
      const size = `x="${LEFT + toWidth(before)}" y="${y}" width="${toWidth(value)}" height="30"`;
      elements.push(`<rect ${size} fill="${colourOf(place)}"><title>${escapeHtml(kind)}</title></rect>`);
      before += value;
    }
    elements.push(label(LEFT + toWidth(before) + 6, y + 20, Math.round(before).toLocaleString("en"), "start"));
  }
  const bottom = TOP + bars.length * 2 * ROW_HEIGHT;
  for (const [place, kind] of kinds.entries()) {
    const [x, y] = [LEFT + (place % 3) * 215, bottom + 14 + Math.floor(place / 3) * 20];
    elements.push(`<rect x="${x}" y="${y - 10}" width="12" height="12" fill="${colourOf(place)}"/>`);
    elements.push(label(x + 18, y, kind, "start"));
  }
  const height = bottom + 24 + Math.ceil(kinds.length / 3) * 20;
  elements.push(label(WIDTH / 2, height, xTitle, "middle"));
  return svg(title, height + 14, elements);
}

function colourOf(place: number): string {
  return COLOURS[place % COLOURS.length] ?? "#222222";
}
