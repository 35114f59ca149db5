import { plotGrid } from "./line-plot.mjs";
import { renderTable } from "./table.mjs";

/** Calls on every engine, a row each. */
export function renderEngines({ policies, figures }) {
  const rows = figures.map(({ call, engine, microseconds, p99Microseconds, bareMicroseconds, ratio, p99Ratio }) => [
    `${call}, ${engine}`,
    whole(microseconds.median),
    whole(p99Microseconds.median),
    bareMicroseconds === undefined ? "" : whole(bareMicroseconds.median),
    ...factor(ratio),
    ...factor(p99Ratio),
  ]);
  const headings = ["call", "median us", "p99 us", "bare us", "times bare", "", "p99, times bare", ""];
  return `Engines side by side, ${count(policies)} policies\n\n${renderTable(headings, rows)}`;
}

/** Growing stores, a row for each call and size. */
export function renderScaling({ figures, fills }) {
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
    "Growing stores",
    renderTable(headings, rows),
    "Filling them",
    renderTable(["", "policies", "seconds"], filling),
  ].join("\n\n");
}

/** What `docs/` shows, by file name. */
export function scalingPlots(report) {
  return { "scaling.svg": scalingPlot(report) };
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
  return shape.replace("one agent with a hundred times the rest", "one with 100 × the rest");
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
