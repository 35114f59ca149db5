// What the ten best records of a scope cost, found by bounds and by reading every record.

import { rm } from "node:fs/promises";
import { join } from "node:path";
import { library, seededRandom } from "../harness/library.js";
import { runMeasurement } from "../harness/measurement.js";
import { toNumbers } from "../harness/options.js";
import type { Progress } from "../harness/progress.js";
import { fixed } from "../harness/report/format.js";
import { median } from "../harness/statistics.js";

const USAGE = `Usage: npm run bench -- best-ten [options]

  --quick                      up to 10 000 records in memory
  --json                       print the figures as JSON instead of a table
  --records <n,n,...>          records of the scope (default 1000,10000,100000)
  --engine <memory|sqlite>     both when left out; or the location of a server
`;

const DAY_SECONDS = 86_400;
const BATCH = 500;
const QUERIES = 15;
/** Time between two queries: bounds grow old meanwhile. */
const PAUSE_SECONDS = 60;
const QUERY = { indexes: { recency: 0.6, fame: 0.4 }, limit: 10 };
const SCOPE = { agent: "a" };

const { confidenceField, decayingSortedField, defineModel, keyField, openStore, Repository, sortedField } = library;

const Item = defineModel("Item", {
  scope: "agent",
  identity: ["agent", "id"],
  fields: {
    agent: keyField(),
    id: keyField(),
    worth: sortedField(),
    fame: sortedField(),
    recency: decayingSortedField({ partitionBy: "agent", baseScoreField: "worth" }),
    trust: confidenceField(),
  },
  ranking: QUERY.indexes,
});

/** Two parts of a score, each from 0 to 1. */
const DISTRIBUTIONS: Readonly<Record<string, (random: () => number) => readonly [worth: number, fame: number]>> = {
  independent: (random) => [random(), random()],
  correlated: (random) => both(random(), (worth) => worth),
  "anti-correlated": (random) => both(random(), (worth) => 1 - worth),
  equal: () => [0.5, 0.5],
};

function both(worth: number, other: (worth: number) => number): readonly [number, number] {
  return [worth, other(worth)];
}

interface BestTenFigures {
  readonly engine: string;
  readonly records: number;
  readonly distribution: string;
  /** The first query, which writes bounds that are missing. */
  readonly coldMs: number;
  readonly steadyMs: number;
  /** Every record read. */
  readonly scanMs: number;
}

await runMeasurement({
  usage: USAGE,
  options: { texts: ["records", "engine"], flags: ["quick"] },
  measure: async ({ quick, records, engine: only }, { folder, progress }) => {
    const engines = only === undefined ? (quick ? ["memory"] : ["memory", "sqlite"]) : [only];
    const counts = toNumbers(records ?? (quick ? "1000,10000" : "1000,10000,100000"));
    const file = join(folder, "items.db");
    const results: BestTenFigures[] = [];
    for (const engine of engines) {
      const location = engine === "memory" ? "memory:" : engine === "sqlite" ? file : engine;
      for (const count of counts) {
        for (const distribution of Object.keys(DISTRIBUTIONS)) {
          results.push(await measure(location, count, distribution, progress));
          for (const suffix of ["", "-wal", "-shm"]) await rm(file + suffix, { force: true });
        }
      }
    }
    return { results };
  },
  blocks: ({ results }) => {
    const rows = results.map(({ engine, records, distribution, coldMs, steadyMs, scanMs }) => [
      `${engine}, ${distribution}`,
      String(records),
      ...[coldMs, steadyMs, scanMs].map((ms) => fixed(ms, 2)),
      `${fixed((100 * steadyMs) / scanMs, 2)} %`,
    ]);
    const headings = ["engine, parts", "records", "first ms", "steady ms", "all read ms", "steady / all read"];
    return [{ table: { headings, rows } }];
  },
});

async function measure(
  location: string,
  count: number,
  distribution: string,
  progress: Progress,
): Promise<BestTenFigures> {
  const random = seededRandom(count);
  const draw = DISTRIBUTIONS[distribution] ?? (() => [0, 0]);
  let now = 1_700_000_000;
  const store = await openStore(location, { clock: () => now });
  try {
    const items = new Repository(store, Item);
    for (let start = 0; start < count; start += BATCH) {
      const batch = Array.from({ length: Math.min(BATCH, count - start) }, (_, index) => {
        const [worth, fame] = draw(random);
        return { agent: "a", id: `i${start + index}`, worth, fame };
      });
      await items.saveMany(batch);
      if (distribution !== "equal") now += (30 * DAY_SECONDS * BATCH) / count;
      progress.show(`${location}, ${distribution}: ${start + batch.length} of ${count} records`);
    }
    now += DAY_SECONDS;
    const timed = async (query: typeof QUERY & { readonly sample?: boolean }) => {
      const started = performance.now();
      await items.compositeScore(SCOPE, query);
      now += PAUSE_SECONDS;
      return performance.now() - started;
    };
    await timed(QUERY); // the index is marked as complete
    const coldMs = await timed(QUERY);
    const steady: number[] = [];
    for (let query = 0; query < QUERIES; query += 1) steady.push(await timed(QUERY));
    const scanMs = await timed({ ...QUERY, sample: true });
    return { engine: store.engineName, records: count, distribution, coldMs, steadyMs: median(steady), scanMs };
  } finally {
    await store.close();
  }
}
