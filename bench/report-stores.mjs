import { plotGrid } from "./line-plot.mjs";
import { rangePlot } from "./range-plot.mjs";

/** Calls on every engine, a row each. */
export function enginesBlocks({ policies, figures }) {
  const rows = figures.map(({ call, engine, microseconds, p99Microseconds, bareMicroseconds, ratio, p99Ratio }) => [
    `${call}, ${engine}`,
    whole(microseconds.median),
    whole(p99Microseconds.median),
    bareMicroseconds === undefined ? "" : whole(bareMicroseconds.median),
    ...factor(ratio),
    ...factor(p99Ratio),
  ]);
  const headings = ["call", "median us", "p99 us", "bare us", "times bare", "", "p99, times bare", ""];
  const plotted = figures.filter(({ ratio }) => ratio !== undefined);
  return [
    { heading: `Engines side by side, ${count(policies)} policies, a hundred each agent` },
    {
      text:
        "Bare: one keyed read or one row written in a transaction (SQLite), one HGETALL of a state or one XADD (Redis).\n" +
        "recordMany: of an event, in batches of 100.",
    },
    { table: { headings, rows } },
    {
      plot: rangePlot({
        title: "Engines side by side",
        xTitle: "times the bare operation",
        rows: plotted.map(({ call, engine, ratio }) => ({ name: `${call}, ${engine}`, ...ratio })),
      }),
    },
  ];
}

/** Growing stores, a row for each call and size. */
export function scalingBlocks(report) {
  const { figures, fills } = report;
  const rows = figures.map((figure) => [
    `${figure.call}, ${figure.engine}, ${figure.shape}`,
    count(figure.policies),
    whole(figure.microseconds.median),
    whole(figure.p99Microseconds.median),
    ...factor(figure.timesSmallest),
    ...factor(figure.ratio),
  ]);
  const headings = ["call", "policies", "median us", "p99 us", "times smallest", "", "times bare", ""];
  const filling = fills.map(({ engine, shape, policies, seconds }) => [
    `${engine}, ${shape}`,
    count(policies),
    seconds.toFixed(1),
  ]);
  return [
    { heading: "Growing stores" },
    { table: { headings, rows } },
    { plot: scalingPlot(report) },
    { text: "Seconds that filling them took, beside the library" },
    { table: { headings: ["", "policies", "seconds"], rows: filling } },
  ];
}

/** A row of plots for each engine, a column for each call, a line for each shape. */
export function scalingPlot({ figures }) {
  const unique = (name) => [...new Set(figures.map((figure) => figure[name]))];
  const calls = unique("call").filter((call) => call !== "best ten");
  const rows = unique("engine").map((engine) =>
    calls.map((call) => {
      const ofPlot = figures.filter((figure) => figure.engine === engine && figure.call === call);
      const shapes = [...new Set(ofPlot.map(({ shape }) => shape))];
      const lines = shapes.map((shape) => {
        const ofLine = ofPlot.filter((figure) => figure.shape === shape);
        return {
          name: shortName(shape),
          curve: ofLine.map(({ policies, microseconds }) => [policies, microseconds.median]),
        };
      });
      const title = `${call}, ${engine}`;
      return { title, xTitle: "policies", yTitle: "microseconds, median", lines, hasLogarithmicX: true };
    }),
  );
  return plotGrid("What calls cost in stores of growing size", rows);
}

function shortName(shape) {
  return shape.replace("one agent with a hundred times the rest", "one with 100 × rest");
}

/** The same jobs done the original's way, a row each. */
export function originBlocks({ figures }) {
  const rows = figures.map(({ name, original, policies, ours, oursP99, theirs, theirsP99, timesFaster }) => [
    name,
    original,
    count(policies),
    whole(ours.median),
    whole(oursP99.median),
    whole(theirs.median),
    whole(theirsP99.median),
    ...factor(timesFaster),
  ]);
  const headings = ["job", "original", "policies", "ours us", "p99", "its commands us", "p99", "theirs / ours", ""];
  return [
    { heading: "Done the original's way" },
    {
      text: "The commands it sends, on the same Redis, without the time of Python around them: a lower bound of its cost.",
    },
    { table: { headings, rows } },
    {
      plot: rangePlot({
        title: "Time of the original's commands",
        xTitle: "times ours",
        rows: figures.map(({ name, policies, timesFaster }) => ({
          name: `${name}, ${count(policies)}`,
          ...timesFaster,
        })),
      }),
    },
  ];
}

function factor(over) {
  if (over === undefined) return ["", ""];
  return [over.median.toFixed(2), `(${over.lowest.toFixed(2)} to ${over.highest.toFixed(2)})`];
}

function whole(value) {
  return value.toFixed(0);
}

function count(value) {
  return Math.round(value).toLocaleString("en");
}
