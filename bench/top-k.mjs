// What the ten best records of a scope cost, found by bounds and by reading every record.

import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { parseArgs } from "node:util";
import {
  confidenceField,
  decayingSortedField,
  defineModel,
  keyField,
  openStore,
  Repository,
  sortedField,
} from "../dist/models.js";
import { describeMachine } from "./environment.mjs";
import { Progress } from "./progress.mjs";
import { seededRandom } from "./random.mjs";
import { median } from "./statistics.mjs";
import { renderTable } from "./table.mjs";

const USAGE = `Usage: node bench/top-k.mjs [options]

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
const DISTRIBUTIONS = {
  independent: (random) => [random(), random()],
  correlated: (random) => both(random(), (worth) => worth),
  "anti-correlated": (random) => both(random(), (worth) => 1 - worth),
  equal: () => [0.5, 0.5],
};

function both(worth, other) {
  return [worth, other(worth)];
}

async function measure(location, count, distribution, progress) {
  const random = seededRandom(count);
  let now = 1_700_000_000;
  const store = await openStore(location, { clock: () => now });
  try {
    const items = new Repository(store, Item);
    for (let start = 0; start < count; start += BATCH) {
      const batch = Array.from({ length: Math.min(BATCH, count - start) }, (_, index) => {
        const [worth, fame] = DISTRIBUTIONS[distribution](random);
        return { agent: "a", id: `i${start + index}`, worth, fame };
      });
      await items.saveMany(batch);
      if (distribution !== "equal") now += (30 * DAY_SECONDS * BATCH) / count;
      progress.show(`${location}, ${distribution}: ${start + batch.length} of ${count} records`);
    }
    now += DAY_SECONDS;
    const timed = async (query) => {
      const started = performance.now();
      await items.compositeScore(SCOPE, query);
      now += PAUSE_SECONDS;
      return performance.now() - started;
    };
    await timed(QUERY); // the index is marked as complete
    const cold = await timed(QUERY);
    const steady = [];
    for (let query = 0; query < QUERIES; query += 1) steady.push(await timed(QUERY));
    const scan = await timed({ ...QUERY, sample: true });
    return {
      engine: store.engineName,
      records: count,
      distribution,
      coldMs: cold,
      steadyMs: median(steady),
      scanMs: scan,
    };
  } finally {
    await store.close();
  }
}

const { values } = parseArgs({
  options: {
    quick: { type: "boolean", default: false },
    json: { type: "boolean", default: false },
    help: { type: "boolean", default: false },
    records: { type: "string" },
    engine: { type: "string" },
  },
});

if (values.help) process.stdout.write(USAGE);
else {
  const progress = new Progress();
  const engines = values.engine === undefined ? (values.quick ? ["memory"] : ["memory", "sqlite"]) : [values.engine];
  const counts = (values.records ?? (values.quick ? "1000,10000" : "1000,10000,100000")).split(",").map(Number);
  const results = [];
  for (const engine of engines) {
    for (const count of counts) {
      for (const distribution of Object.keys(DISTRIBUTIONS)) {
        const folder = await mkdtemp(join(tmpdir(), "policycache-bench-"));
        try {
          const location = { memory: "memory:", sqlite: join(folder, "items.db") }[engine] ?? engine;
          results.push(await measure(location, count, distribution, progress));
        } finally {
          await rm(folder, { recursive: true, force: true });
        }
      }
    }
  }
  progress.clear();
  if (values.json) process.stdout.write(`${JSON.stringify({ environment: describeMachine(), results })}\n`);
  else {
    const ms = (value) => value.toFixed(2);
    const rows = results.map(({ engine, records, distribution, coldMs, steadyMs, scanMs }) => [
      `${engine}, ${distribution}`,
      String(records),
      ms(coldMs),
      ms(steadyMs),
      ms(scanMs),
      `${((100 * steadyMs) / scanMs).toFixed(2)} %`,
    ]);
    const headings = ["engine, parts", "records", "first ms", "steady ms", "all read ms", "steady / all read"];
    process.stdout.write(`${renderTable(headings, rows)}\n`);
  }
}
