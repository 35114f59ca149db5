import { plotGrid } from "../../harness/plots/line-plot.js";
import { rangePlot } from "../../harness/plots/range-plot.js";
import type { Block } from "../../harness/report/blocks.js";
import { count, factor, fixed } from "../../harness/report/format.js";
import type { OverRounds } from "../../harness/statistics.js";
import type { EngineName, MeasuredCall, ShapeName } from "./store-calls.js";

/** A call in a store of one size, beside the same in the smallest. */
export type Grown = MeasuredCall & { readonly timesSmallest: OverRounds };

/** How long it took to fill a store. */
export interface Fill {
  readonly engine: EngineName;
  readonly shape: ShapeName;
  readonly policies: number;
  readonly seconds: number;
}

/** Calls on every engine, a row each. */
export function enginesBlocks(report: { policies: number; figures: readonly MeasuredCall[] }): readonly Block[] {
  const { policies, figures } = report;
  const rows = figures.map(({ call, engine, microseconds, p99Microseconds, bareMicroseconds, ratio, p99Ratio }) => [
    `${call}, ${engine}`,
    fixed(microseconds.median, 0),
    fixed(p99Microseconds.median, 0),
    bareMicroseconds === undefined ? "" : fixed(bareMicroseconds.median, 0),
    ...factor(ratio),
    ...factor(p99Ratio),
  ]);
  const headings = ["call", "median us", "p99 us", "bare us", "times bare", "", "p99, times bare", ""];
  const plotted = figures.flatMap(({ call, engine, ratio }) =>
    ratio === undefined ? [] : [{ name: `${call}, ${engine}`, ...ratio }],
  );
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
        rows: plotted,
      }),
    },
  ];
}

/** Growing stores, a row for each call and size. */
export function scalingBlocks(report: { figures: readonly Grown[]; fills: readonly Fill[] }): readonly Block[] {
  const { figures, fills } = report;
  const rows = figures.map((figure) => [
    `${figure.call}, ${figure.engine}, ${figure.shape}`,
    count(figure.policies),
    fixed(figure.microseconds.median, 0),
    fixed(figure.p99Microseconds.median, 0),
    ...factor(figure.timesSmallest),
    ...factor(figure.ratio),
  ]);
  const headings = ["call", "policies", "median us", "p99 us", "times smallest", "", "times bare", ""];
  const filling = fills.map(({ engine, shape, policies, seconds }) => [
    `${engine}, ${shape}`,
    count(policies),
    fixed(seconds, 1),
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
export function scalingPlot({ figures }: { figures: readonly Grown[] }): string {
  const calls = new Set(figures.map(({ call }) => call).filter((call) => call !== "best ten"));
  const engines = new Set(figures.map(({ engine }) => engine));
  const rows = [...engines].map((engine) =>
    [...calls].map((call) => {
      const ofPlot = figures.filter((figure) => figure.engine === engine && figure.call === call);
      const shapes = [...new Set(ofPlot.map(({ shape }) => shape))];
      const lines = shapes.map((shape) => {
        const ofLine = ofPlot.filter((figure) => figure.shape === shape);
        return {
          name: shortName(shape),
          curve: ofLine.map(({ policies, microseconds }) => [policies, microseconds.median] as const),
        };
      });
      const title = `${call}, ${engine}`;
      return { title, xTitle: "policies", yTitle: "microseconds, median", lines, hasLogarithmicX: true };
    }),
  );
  return plotGrid("What calls cost in stores of growing size", rows);
}

function shortName(shape: ShapeName): string {
  return shape.replace("one agent with a hundred times the rest", "one with 100 × rest");
}
