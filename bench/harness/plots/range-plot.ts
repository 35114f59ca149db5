import { label, round, svg, WIDTH } from "./svg.js";

const ROW_HEIGHT = 24;
const MARGIN = { left: 330, right: 60, top: 44, bottom: 40 };
const MOST_TICKS = 9;

export interface RangeRow {
  readonly name: string;
  readonly median: number;
  readonly lowest: number;
  readonly highest: number;
  readonly goal?: number | undefined;
}

export interface RangePlot {
  readonly title: string;
  readonly xTitle: string;
  readonly rows: readonly RangeRow[];
}

/** An SVG plot of medians with how far rounds lie apart, a row each, on a logarithmic axis. */
export function rangePlot({ title, xTitle, rows }: RangePlot): string {
  const values = rows.flatMap(({ lowest, highest, goal }) =>
    goal === undefined ? [lowest, highest] : [lowest, highest, goal],
  );
  const [low, high] = [Math.log(Math.min(1, ...values)), Math.log(Math.max(1, ...values))];
  const right = WIDTH - MARGIN.right;
  const toX = (value: number) =>
    round(MARGIN.left + ((Math.log(value) - low) / (high - low || 1)) * (right - MARGIN.left));
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

/** Round values on a logarithmic axis: 1, 2 and 5 times powers of ten, or powers of ten alone when there are many. */
function ticks(lowest: number, highest: number): readonly number[] {
  const powers: number[] = [];
  for (let power = Math.floor(Math.log10(lowest)); power <= Math.ceil(Math.log10(highest)); power += 1)
    powers.push(power);
  const within = (factors: readonly number[]) =>
    powers
      .flatMap((power) => factors.map((factor) => Number((factor * 10 ** power).toPrecision(1))))
      .filter((tick) => tick >= lowest * 0.999 && tick <= highest * 1.001);
  const fine = within([1, 2, 5]);
  return fine.length <= MOST_TICKS ? fine : within([1]);
}
