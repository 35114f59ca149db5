const WIDTH = 760;
const HEIGHT = 420;
const MARGIN = { left: 64, right: 150, top: 44, bottom: 52 };
/** Told apart with every kind of colour vision: Okabe and Ito (2008). */
const COLOURS = ["#999999", "#e69f00", "#56b4e9", "#009e73", "#d55e00", "#0072b2", "#cc79a7"];
const TICKS = 5;
/** Pixels between the names of two lines. */
const NAME_HEIGHT = 16;

/** An SVG plot of lines, each `{ name, curve: [[x, y], ...] }`, with a name at its end. */
export function linePlot({ title, xTitle, yTitle, lines }) {
  const [xEnd, xStep] = axis(lines.flatMap(({ curve }) => curve.map(([x]) => x)));
  const [yEnd, yStep] = axis(lines.flatMap(({ curve }) => curve.map(([, y]) => y)));
  const toX = (x) => MARGIN.left + (x / xEnd) * (WIDTH - MARGIN.left - MARGIN.right);
  const toY = (y) => HEIGHT - MARGIN.bottom - (y / yEnd) * (HEIGHT - MARGIN.top - MARGIN.bottom);
  const [left, right, top, bottom] = [toX(0), toX(xEnd), toY(yEnd), toY(0)].map(Math.round);
  const parts = [text(left, 24, title, "start", 15)];
  for (let x = 0; x <= xEnd; x += xStep) parts.push(text(toX(x), bottom + 18, String(x), "middle"));
  for (let y = 0; y <= yEnd; y += yStep) {
    parts.push(`<path d="M${left} ${pixels(toY(y))}H${right}" stroke="#dddddd"/>`);
    parts.push(text(left - 8, toY(y) + 4, String(y), "end"));
  }
  parts.push(text((left + right) / 2, HEIGHT - 12, xTitle, "middle"));
  const middle = (top + bottom) / 2;
  parts.push(`<g transform="rotate(-90 16 ${middle})">${text(16, middle, yTitle, "middle")}</g>`);
  for (const [index, { curve }] of lines.entries()) {
    const points = [[0, 0], ...curve].map(([x, y]) => `${pixels(toX(x))} ${pixels(toY(y))}`);
    const colour = COLOURS[index % COLOURS.length];
    parts.push(`<path d="M${points.join("L")}" fill="none" stroke="${colour}" stroke-width="2"/>`);
  }
  parts.push(...names(lines, toX, toY));
  const size = `width="${WIDTH}" height="${HEIGHT}" viewBox="0 0 ${WIDTH} ${HEIGHT}"`;
  const background = `<rect width="${WIDTH}" height="${HEIGHT}" fill="#ffffff"/>`;
  const opening = `<svg xmlns="http://www.w3.org/2000/svg" ${size} role="img" aria-label="${title}">`;
  return `${[opening, `<title>${title}</title>`, background, ...parts].join("\n")}\n</svg>\n`;
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
