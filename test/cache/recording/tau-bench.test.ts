import { expect, it } from "vitest";
import { describeWithData } from "../../support/golden.js";
import { EMBEDDED_ENGINES, openTestCache } from "../../support/stores/stores.js";
import { AGENT, expectedFigures, expectFigures, learnAll, readEvents, VARIANTS } from "./tau-bench-figures.js";

const BATCH_SIZES = [1, 7, 50, 5000];
const WORKERS = ["background", "inline", "none"] as const;

// Every engine, worker and batch size, with the thresholds in turns: each of them meets each of the others.
const MATRIX = EMBEDDED_ENGINES.flatMap((engine) =>
  WORKERS.flatMap((workers, workersAt) =>
    BATCH_SIZES.map((batchSize, batchAt) => ({
      engine,
      workers,
      batchSize,
      ciThreshold: (workersAt + batchAt) % 2 === 0 ? (0.6 as const) : (0.3 as const),
    })),
  ),
);

for (const { variant, file } of VARIANTS) {
  describeWithData(`learning from real agent runs, ${variant} states`, file, (path) => {
    const events = readEvents(path);
    const expected = expectedFigures(variant);
    it.each([
      { shards: 3, workers: "background" },
      { shards: 8, workers: "inline" },
      { shards: 8, workers: "none" },
    ] as const)(
      "gives them to each of four agents in $shards shards, workers $workers",
      async ({ shards, workers }) => {
        const agents = [AGENT, "agent-1", "agent-2", "agent-3"];
        const mixed = events.flatMap((event) => agents.map((agentId) => ({ ...event, agentId })));
        const cache = await openTestCache("memory", { shards, workers, batchSize: 50, defaults: { ciThreshold: 0.3 } });
        await learnAll(cache, mixed, 50, workers);
        expect(new Set(agents.map((agent) => cache.store.shardOf(agent))).size).toBeGreaterThan(1);
        for (const agentId of agents) await expectFigures(cache, expected, 0.3, agentId);
      },
    );
    const settings = variant === "base" ? MATRIX : MATRIX.filter(({ workers }) => workers !== "none");
    it.each(settings)(
      "gives the reference figures on $engine, workers $workers, batches of $batchSize, threshold $ciThreshold",
      async ({ engine, workers, batchSize, ciThreshold }) => {
        const cache = await openTestCache(engine, { workers, batchSize, defaults: { ciThreshold } });
        await learnAll(cache, events, batchSize, workers);
        await expectFigures(cache, expected, ciThreshold);
        if (batchSize !== 5000) return;
        expect(await cache.recordMany(events)).toMatchObject({ recorded: 0, duplicates: events.length });
        await expectFigures(cache, expected, ciThreshold);
      },
    );
  });
}
