const WIDTH = 760;
const HEIGHT = 420;
const MARGIN = { left: 64, right: 150, top: 44, bottom: 52 };
/** Told apart with every kind of colour vision: Okabe and Ito (2008). */
const COLOURS = ["#999999", "#e69f00", "#56b4e9", "#009e73", "#d55e00", "#0072b2", "#cc79a7"];
const TICKS = 5;
/** Size of a plot among others, as a share of one by itself. */
const GRID_SCALE = 0.6;
/** Pixels between the names of two lines. */
const NAME_HEIGHT = 16;

export interface Line {
  readonly name: string;
  readonly curve: readonly (readonly [x: number, y: number])[];
}

export interface LinePlot {
  readonly title: string;
  readonly xTitle: string;
  readonly yTitle: string;
  readonly lines: readonly Line[];
  /** The x axis is logarithmic, and lines begin at their first point instead of the origin. */
  readonly hasLogarithmicX?: boolean;
}

/** Tells where a value is, from 0 to 1. */
interface Axis {
  readonly place: (value: number) => number;
  readonly ticks: readonly number[];
}

/** An SVG plot of lines, each with its name at its end. */
export function linePlot({ title, xTitle, yTitle, lines, hasLogarithmicX = false }: LinePlot): string {
  const allX = lines.flatMap(({ curve }) => curve.map(([x]) => x));
  const xAxis = hasLogarithmicX ? logarithmicAxis(allX) : linearAxis(allX);
  const [yEnd, yStep] = roundAxis(lines.flatMap(({ curve }) => curve.map(([, y]) => y)));
  const toX = (x: number) => MARGIN.left + xAxis.place(x) * (WIDTH - MARGIN.left - MARGIN.right);
  const toY = (y: number) => HEIGHT - MARGIN.bottom - (y / yEnd) * (HEIGHT - MARGIN.top - MARGIN.bottom);
  const [left, right] = [MARGIN.left, WIDTH - MARGIN.right];
  const [top, bottom] = [Math.round(toY(yEnd)), Math.round(toY(0))];
  const parts = [text(left, 24, title, "start", 15)];
  for (const x of xAxis.ticks)
    parts.push(text(toX(x), bottom + 18, x.toLocaleString("en").replaceAll(",", " "), "middle"));
  for (let y = 0; y <= yEnd; y += yStep) {
    parts.push(`<path d="M${left} ${pixels(toY(y))}H${right}" stroke="#dddddd"/>`);
    parts.push(text(left - 8, toY(y) + 4, String(y), "end"));
  }
  parts.push(text((left + right) / 2, HEIGHT - 12, xTitle, "middle"));
  const middle = (top + bottom) / 2;
  parts.push(`<g transform="rotate(-90 16 ${middle})">${text(16, middle, yTitle, "middle")}</g>`);
  for (const [index, { curve }] of lines.entries()) {
    const from: Line["curve"] = hasLogarithmicX ? [] : [[0, 0]];
    const points = [...from, ...curve].map(([x, y]) => `${pixels(toX(x))} ${pixels(toY(y))}`);
    parts.push(`<path d="M${points.join("L")}" fill="none" stroke="${colourOf(index)}" stroke-width="2"/>`);
  }
  parts.push(...names(lines, toX, toY));
  const size = `width="${WIDTH}" height="${HEIGHT}" viewBox="0 0 ${WIDTH} ${HEIGHT}"`;
  const background = `<rect width="${WIDTH}" height="${HEIGHT}" fill="#ffffff"/>`;
  const opening = `<svg xmlns="http://www.w3.org/2000/svg" ${size} role="img" aria-label="${title}">`;
  return `${[opening, `<title>${title}</title>`, background, ...parts].join("\n")}\n</svg>\n`;
}

/** Several plots in rows, as one SVG. */
export function plotGrid(title: string, rows: readonly (readonly LinePlot[])[]): string {
  const columns = Math.max(...rows.map((plots) => plots.length));
  const [width, height] = [WIDTH * GRID_SCALE, HEIGHT * GRID_SCALE];
  const cells = rows.flatMap((plots, row) =>
    plots.map((plot, column) => {
      const place = `x="${column * width}" y="${row * height}" width="${width}" height="${height}"`;
      return linePlot(plot).replace(/width="\d+" height="\d+"/, place);
    }),
  );
  const size = `${Math.round(columns * width)} ${Math.round(rows.length * height)}`;
  const opening = `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${size}" role="img" aria-label="${title}">`;
  return `${opening}\n<title>${title}</title>\n${cells.join("")}</svg>\n`;
}

/** The names of the lines at their ends, moved apart where they would overlap. */
function names(lines: readonly Line[], toX: Axis["place"], toY: Axis["place"]): readonly string[] {
  const ends = lines.map(({ name, curve }, index) => {
    const [x, y] = curve.at(-1) ?? [0, 0];
    return { name, index, x: toX(x), y: toY(y) };
  });
  ends.sort((one, other) => other.y - one.y);
  let lowest = HEIGHT - MARGIN.bottom;
  return ends.map(({ name, index, x, y }) => {
    const place = Math.min(y, lowest);
    lowest = place - NAME_HEIGHT;
    return text(x + 8, place + 4, name, "start", 13, colourOf(index));
  });
}

function linearAxis(values: readonly number[]): Axis {
  const [end, step] = roundAxis(values);
  const ticks = Array.from({ length: Math.round(end / step) + 1 }, (_, index) => index * step);
  return { place: (value: number) => value / end, ticks };
}

function logarithmicAxis(values: readonly number[]): Axis {
  const [low, high] = [Math.log10(Math.min(...values)), Math.log10(Math.max(...values))];
  const powers = Array.from({ length: Math.floor(high) - Math.ceil(low) + 1 }, (_, index) => Math.ceil(low) + index);
  const place = (value: number) => (high > low ? (Math.log10(value) - low) / (high - low) : 0.5);
  return { place, ticks: powers.map((power) => 10 ** power) };
}

/** @returns the end of an axis from 0 and the distance of its ticks, both round */
function roundAxis(values: readonly number[]): readonly [end: number, step: number] {
  const largest = Math.max(...values);
  const rough = largest / TICKS;
  const power = 10 ** Math.floor(Math.log10(rough));
  const step = [1, 2, 5, 10].map((factor) => factor * power).find((candidate) => candidate >= rough) ?? 10 * power;
  return [Math.ceil(largest / step) * step, step];
}

function text(x: number, y: number, content: string, anchor: string, size = 13, colour = "#222222"): string {
  const font = `font-family="sans-serif" font-size="${size}"`;
  return `<text x="${pixels(x)}" y="${pixels(y)}" text-anchor="${anchor}" ${font} fill="${colour}">${content}</text>`;
}

function colourOf(index: number): string {
  return COLOURS[index % COLOURS.length] ?? "#222222";
}

function pixels(value: number): string {
  return String(Math.round(value * 10) / 10);
}
