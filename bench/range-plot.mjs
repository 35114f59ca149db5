import { escapeHtml } from "./blocks.mjs";

const WIDTH = 760;
const ROW_HEIGHT = 24;
const MARGIN = { left: 330, right: 60, top: 44, bottom: 40 };
const MOST_TICKS = 9;

/**
 * An SVG plot of medians with how far rounds lie apart, a row each, on a logarithmic axis.
 *
 * @param rows - `{ name, median, lowest, highest }`, and `goal` where there is one
 */
export function rangePlot({ title, xTitle, rows }) {
  const values = rows.flatMap(({ lowest, highest, goal }) =>
    goal === undefined ? [lowest, highest] : [lowest, highest, goal],
  );
  const [low, high] = [Math.min(1, ...values), Math.max(1, ...values)].map(Math.log);
  const right = WIDTH - MARGIN.right;
  const toX = (value) => round(MARGIN.left + ((Math.log(value) - low) / (high - low || 1)) * (right - MARGIN.left));
  const bottom = MARGIN.top + rows.length * ROW_HEIGHT;
  const parts = [label(8, 24, title, "start", 15)];
  for (const tick of ticks(Math.exp(low), Math.exp(high))) {
    parts.push(`<path d="M${toX(tick)} ${MARGIN.top}V${bottom}" stroke="${tick === 1 ? "#999999" : "#dddddd"}"/>`);
    parts.push(label(toX(tick), bottom + 18, tick.toLocaleString("en"), "middle"));
  }
  parts.push(label((MARGIN.left + right) / 2, bottom + 34, xTitle, "middle"));
  for (const [index, { name, median, lowest, highest, goal }] of rows.entries()) {
    const y = MARGIN.top + (index + 0.5) * ROW_HEIGHT;
    parts.push(label(MARGIN.left - 10, y + 4, name, "end"));
    if (goal !== undefined) parts.push(`<path d="M${toX(goal)} ${y - 9}V${y + 9}" stroke="#d55e00" stroke-width="3"/>`);
    parts.push(`<path d="M${toX(lowest)} ${y}H${toX(highest)}" stroke="#0072b2" stroke-width="2"/>`);
    parts.push(`<circle cx="${toX(median)}" cy="${y}" r="4" fill="#0072b2"/>`);
  }
  return svg(title, bottom + MARGIN.bottom, parts);
}

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

/**
 * An SVG plot of bars made of parts, with a legend.
 *
 * @param bars - `{ name, parts: { [kind]: value } }`
 */
export function barPlot({ title, xTitle, bars }) {
  const kinds = [...new Set(bars.flatMap(({ parts }) => Object.keys(parts)))];
  const sum = (parts) => Object.values(parts).reduce((total, value) => total + value, 0);
  const longest = Math.max(...bars.map(({ parts }) => sum(parts)));
  const left = 90;
  const toWidth = (value) => round((value / longest) * (WIDTH - left - MARGIN.right));
  const elements = [label(8, 24, title, "start", 15)];
  for (const [index, { name, parts }] of bars.entries()) {
    const y = MARGIN.top + index * 2 * ROW_HEIGHT;
    elements.push(label(left - 10, y + 20, name, "end"));
    let before = 0;
    for (const [place, kind] of kinds.entries()) {
      const value = parts[kind] ?? 0;
      const size = `x="${left + toWidth(before)}" y="${y}" width="${toWidth(value)}" height="30"`;
      elements.push(
        `<rect ${size} fill="${COLOURS[place % COLOURS.length]}"><title>${escapeHtml(kind)}</title></rect>`,
      );
      before += value;
    }
    elements.push(label(left + toWidth(before) + 6, y + 20, Math.round(before).toLocaleString("en"), "start"));
  }
  const bottom = MARGIN.top + bars.length * 2 * ROW_HEIGHT;
  for (const [place, kind] of kinds.entries()) {
    const [x, y] = [left + (place % 3) * 215, bottom + 14 + Math.floor(place / 3) * 20];
    elements.push(`<rect x="${x}" y="${y - 10}" width="12" height="12" fill="${COLOURS[place % COLOURS.length]}"/>`);
    elements.push(label(x + 18, y, kind, "start"));
  }
  const height = bottom + 24 + Math.ceil(kinds.length / 3) * 20;
  elements.push(label(WIDTH / 2, height, xTitle, "middle"));
  return svg(title, height + 14, elements);
}

/** Round values on a logarithmic axis: 1, 2 and 5 times powers of ten, or powers of ten alone when there are many. */
function ticks(lowest, highest) {
  const powers = [];
  for (let power = Math.floor(Math.log10(lowest)); power <= Math.ceil(Math.log10(highest)); power += 1)
    powers.push(power);
  const within = (factors) =>
    powers
      .flatMap((power) => factors.map((factor) => Number((factor * 10 ** power).toPrecision(1))))
      .filter((tick) => tick >= lowest * 0.999 && tick <= highest * 1.001);
  const fine = within([1, 2, 5]);
  return fine.length <= MOST_TICKS ? fine : within([1]);
}

function label(x, y, content, anchor, size = 13) {
  const font = `font-family="sans-serif" font-size="${size}" fill="#222222"`;
  return `<text x="${round(x)}" y="${round(y)}" text-anchor="${anchor}" ${font}>${escapeHtml(content)}</text>`;
}

function svg(title, height, parts) {
  const size = `width="${WIDTH}" height="${height}" viewBox="0 0 ${WIDTH} ${height}"`;
  const opening = `<svg xmlns="http://www.w3.org/2000/svg" ${size} role="img" aria-label="${escapeHtml(title)}">`;
  return `${opening}\n<rect width="100%" height="100%" fill="#ffffff"/>\n${parts.join("\n")}\n</svg>`;
}

function round(value) {
  return Math.round(value * 10) / 10;
}
