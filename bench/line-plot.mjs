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

/**
 * An SVG plot of lines, each `{ name, curve: [[x, y], ...] }`, with a name at its end.
 *
 * @param hasLogarithmicX - the x axis is logarithmic, and lines begin at their first point instead of the origin
 */
export function linePlot({ title, xTitle, yTitle, lines, hasLogarithmicX = false }) {
  const allX = lines.flatMap(({ curve }) => curve.map(([x]) => x));
  const xAxis = hasLogarithmicX ? logarithmicAxis(allX) : linearAxis(allX);
  const [yEnd, yStep] = axis(lines.flatMap(({ curve }) => curve.map(([, y]) => y)));
  const toX = (x) => MARGIN.left + xAxis.place(x) * (WIDTH - MARGIN.left - MARGIN.right);
  const toY = (y) => HEIGHT - MARGIN.bottom - (y / yEnd) * (HEIGHT - MARGIN.top - MARGIN.bottom);
  const [left, right] = [MARGIN.left, WIDTH - MARGIN.right];
  const [top, bottom] = [toY(yEnd), toY(0)].map(Math.round);
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
    const points = [...(hasLogarithmicX ? [] : [[0, 0]]), ...curve].map(
      ([x, y]) => `${pixels(toX(x))} ${pixels(toY(y))}`,
    );
    const colour = COLOURS[index % COLOURS.length];
    parts.push(`<path d="M${points.join("L")}" fill="none" stroke="${colour}" stroke-width="2"/>`);
  }
  parts.push(...names(lines, toX, toY));
  const size = `width="${WIDTH}" height="${HEIGHT}" viewBox="0 0 ${WIDTH} ${HEIGHT}"`;
  const background = `<rect width="${WIDTH}" height="${HEIGHT}" fill="#ffffff"/>`;
  const opening = `<svg xmlns="http://www.w3.org/2000/svg" ${size} role="img" aria-label="${title}">`;
  return `${[opening, `<title>${title}</title>`, background, ...parts].join("\n")}\n</svg>\n`;
}

/** Several plots in rows, as one SVG. */
export function plotGrid(title, rows, columns = rows[0].length) {
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
function names(lines, toX, toY) {
  const ends = lines.map(({ name, curve }, index) => ({
    name,
    index,
    x: toX(curve.at(-1)[0]),
    y: toY(curve.at(-1)[1]),
  }));
  ends.sort((one, other) => other.y - one.y);
  let lowest = HEIGHT - MARGIN.bottom;
  return ends.map(({ name, index, x, y }) => {
    const place = Math.min(y, lowest);
    lowest = place - NAME_HEIGHT;
    return text(x + 8, place + 4, name, "start", 13, COLOURS[index % COLOURS.length]);
  });
}

/** An axis tells where a value is, from 0 to 1, and has ticks. */
function linearAxis(values) {
  const [end, step] = axis(values);
  const ticks = Array.from({ length: Math.round(end / step) + 1 }, (_, index) => index * step);
  return { place: (value) => value / end, ticks };
}

function logarithmicAxis(values) {
  const [low, high] = [Math.min(...values), Math.max(...values)].map(Math.log10);
  const powers = Array.from({ length: Math.floor(high) - Math.ceil(low) + 1 }, (_, index) => Math.ceil(low) + index);
  const place = (value) => (high > low ? (Math.log10(value) - low) / (high - low) : 0.5);
  return { place, ticks: powers.map((power) => 10 ** power) };
}

/** @returns the end of an axis from 0 and the distance of its ticks, both round */
function axis(values) {
  const largest = Math.max(...values);
  const rough = largest / TICKS;
  const power = 10 ** Math.floor(Math.log10(rough));
  const step = [1, 2, 5, 10].map((factor) => factor * power).find((candidate) => candidate >= rough);
  return [Math.ceil(largest / step) * step, step];
}

function text(x, y, content, anchor, size = 13, colour = "#222222") {
  const font = `font-family="sans-serif" font-size="${size}"`;
  return `<text x="${pixels(x)}" y="${pixels(y)}" text-anchor="${anchor}" ${font} fill="${colour}">${content}</text>`;
}

function pixels(value) {
  return String(Math.round(value * 10) / 10);
}
