// What decide, record, report and the best ten cost in stores of growing size and of different shape, taking turns.

import { writeFile } from "node:fs/promises";
import { fileURLToPath } from "node:url";
import { runMeasurement } from "../harness/measurement.js";
import { toNumbers } from "../harness/options.js";
import { overRounds } from "../harness/statistics.js";
import { type Fill, type Grown, scalingBlocks, scalingPlot } from "./stores/report.js";
import {
  type CallName,
  ENGINES,
  engineNamed,
  type FilledStore,
  type MeasuredCall,
  measureStores,
  openFilledStore,
  SHAPE_NAMES,
} from "./stores/store-calls.js";

const USAGE = `Usage: npm run bench -- scaling [options]

  --quick                  1000 and 10 000 policies, one shape, fewer rounds
  --policies <n,n,...>     policies of a store, smallest first (default 1000,10000,100000)
  --engine <name,...>      memory, SQLite or Redis (default all)
  --rounds <n>             rounds (default 9, quick 2)
  --json                   print the figures as JSON instead of tables
  --write-plots            write the curves to docs/scaling.svg

A million policies of each shape, which takes 16 GB: --policies 1000,10000,100000,1000000
`;

const PLOT = fileURLToPath(new URL("../../docs/scaling.svg", import.meta.url));
/** No rewriting of the append-only file, which filling would set off in the midst of the calls. */
const UNDISTURBED = { "auto-aof-rewrite-percentage": "0" };
const SCALED_CALLS: readonly CallName[] = ["decide", "record", "report", "best ten"];

await runMeasurement({
  usage: USAGE,
  options: { numbers: ["rounds"], texts: ["policies", "engine"], flags: ["quick", "write-plots"] },
  measure: async (values, { folder, startRedis, progress }) => {
    const { quick } = values;
    const sizes = toNumbers(values.policies ?? (quick ? "1000,10000" : "1000,10000,100000"));
    const engines = values.engine?.split(",").map(engineNamed) ?? ENGINES;
    const shapes = quick ? (["one agent"] as const) : SHAPE_NAMES;
    const figures: Grown[] = [];
    const fills: Fill[] = [];
    for (const engine of engines) {
      for (const shape of shapes) {
        const server = engine === "Redis" ? await startRedis({ databases: sizes.length, ...UNDISTURBED }) : undefined;
        if (engine === "Redis" && server === undefined) continue;
        const stores: FilledStore[] = [];
        for (const [index, policies] of sizes.entries()) {
          const onProgress = (made: number) => progress.show(`${engine}, ${shape}: ${made} of ${policies} policies`);
          const url = server && `${server.url}/${index}`;
          const store = await openFilledStore({ engine, shape, policies, folder, url, onProgress });
          fills.push({ engine, shape, policies, seconds: store.fillSeconds });
          stores.push(store);
        }
        const measured = await measureStores(stores, {
          calls: SCALED_CALLS,
          rounds: values.rounds ?? (quick ? 2 : 9),
          callsPerRound: quick ? 100 : 400,
          onProgress: (text) => progress.show(`${engine}, ${shape}, ${text}`),
        });
        figures.push(...measured.map((figure) => withGrowth(figure, measured)));
        for (const store of stores) await store.close();
        await server?.stop();
      }
    }
    const report = { sizes, figures, fills };
    if (values["write-plots"]) await writeFile(PLOT, scalingPlot(report));
    return report;
  },
  blocks: scalingBlocks,
});

/** Adds how many times that of the smallest store a call takes, round by round. */
function withGrowth(figure: MeasuredCall, measured: readonly MeasuredCall[]): Grown {
  const smallest = measured.find(({ call }) => call === figure.call) ?? figure;
  const factors = figure.medians.map((value, round) => value / (smallest.medians[round] ?? Number.NaN));
  return { ...figure, timesSmallest: overRounds(factors) };
}
