// What decide, record, report and the best ten cost in stores of growing size and of different shape, taking turns.

import { writeFile } from "node:fs/promises";
import { fileURLToPath } from "node:url";
import * as library from "./library.mjs";
import { runPart } from "./part.mjs";
import { scalingBlocks, scalingPlot } from "./report-stores.mjs";
import { ENGINES, measureStores, openStore, SHAPES } from "./store-calls.mjs";

const USAGE = `Usage: node bench/scaling.mjs [options]

  --quick                  1000 and 10 000 policies, one shape, fewer rounds
  --policies <n,n,...>     policies of a store, smallest first (default 1000,10000,100000)
  --engine <name,...>      memory, SQLite or Redis (default all)
  --rounds <n>             rounds (default 9, quick 2)
  --json                   print the figures as JSON instead of tables
  --write-plots            write the curves to docs/scaling.svg

A million policies of each shape: --policies 1000,10000,100000,1000000, with NODE_OPTIONS=--max-old-space-size=16000
`;

const PLOT = fileURLToPath(new URL("../docs/scaling.svg", import.meta.url));
/** No rewriting of the append-only file, which filling would set off in the midst of the calls. */
const UNDISTURBED = { "auto-aof-rewrite-percentage": "0" };
const SCALED_CALLS = ["decide", "record", "report", "best ten"];

await runPart({
  usage: USAGE,
  options: {
    policies: { type: "string" },
    engine: { type: "string" },
    rounds: { type: "string" },
    "write-plots": { type: "boolean", default: false },
  },
  measure: async (values, { folder, startRedis, progress }) => {
    const { quick } = values;
    const sizes = (values.policies ?? (quick ? "1000,10000" : "1000,10000,100000")).split(",").map(Number);
    const engines = values.engine?.split(",") ?? ENGINES;
    const shapes = quick ? ["one agent"] : Object.keys(SHAPES);
    const figures = [];
    const fills = [];
    for (const engine of engines) {
      for (const shape of shapes) {
        const server = engine === "Redis" ? await startRedis({ databases: sizes.length, ...UNDISTURBED }) : undefined;
        if (engine === "Redis" && server === undefined) continue;
        const stores = [];
        for (const [index, policies] of sizes.entries()) {
          const onProgress = (made) => progress.show(`${engine}, ${shape}: ${made} of ${policies} policies`);
          const url = server && `${server.url}/${index}`;
          const store = await openStore({ library, engine, shape, policies, folder, url, onProgress });
          fills.push({ engine, shape, policies, seconds: store.fillSeconds });
          stores.push(store);
        }
        const measured = await measureStores(stores, {
          calls: SCALED_CALLS,
          rounds: Number(values.rounds ?? (quick ? 2 : 9)),
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
function withGrowth({ medians, ...figure }, measured) {
  const smallest = measured.find(({ call }) => call === figure.call);
  const factors = medians.map((value, round) => value / smallest.medians[round]);
  const sorted = [...factors].sort((one, other) => one - other);
  const timesSmallest = { median: sorted[sorted.length >> 1], lowest: sorted[0], highest: sorted.at(-1) };
  return { ...figure, timesSmallest };
}
