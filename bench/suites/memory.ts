// Bytes per policy on every engine, and what they go into. The method: docs/benchmarks.md.

import { runMeasurement } from "../harness/measurement.js";
import { memoryEngines } from "./memory/engines.js";
import { type MemoryFigures, measureMemory } from "./memory/memory-use.js";
import { memoryBlocks } from "./memory/report.js";

const USAGE = `Usage: npm run bench -- memory [options]

  --quick            10 000 policies
  --policies <n>     policies of a store (default 100000)
  --engine <name>    memory, SQLite or Redis alone
  --json             print the figures as JSON instead of tables
`;

await runMeasurement({
  usage: USAGE,
  options: { numbers: ["policies"], texts: ["engine"], flags: ["quick"] },
  measure: async ({ quick, policies, engine: only }, { folder, startRedis, progress }) => {
    const size = policies ?? (quick ? 10_000 : 100_000);
    const server = only === undefined || only === "Redis" ? await startRedis() : undefined;
    const engines = memoryEngines(folder, server?.url);
    const results: MemoryFigures[] = [];
    for (const engine of engines.filter(({ name }) => only === undefined || only === name)) {
      const onProgress = (made: number) => progress.show(`memory of ${engine.name}: ${made} of ${size} policies`);
      results.push(await measureMemory(engine, size, onProgress));
    }
    return { results };
  },
  blocks: memoryBlocks,
});
