// Bytes per policy on every engine, and what they go into. The method: docs/benchmarks.md.

import * as library from "./library.mjs";
import { measureMemory, memoryEngines } from "./memory-use.mjs";
import { runPart } from "./part.mjs";
import { memoryBlocks } from "./report-memory.mjs";

const USAGE = `Usage: node bench/memory.mjs [options]

  --quick            10 000 policies
  --policies <n>     policies of a store (default 100000)
  --engine <name>    memory, SQLite or Redis alone
  --json             print the figures as JSON instead of tables
`;

await runPart({
  usage: USAGE,
  options: { policies: { type: "string" }, engine: { type: "string" } },
  measure: async ({ quick, policies, engine: only }, { folder, startRedis, progress }) => {
    const size = Number(policies ?? (quick ? 10_000 : 100_000));
    const server = only === undefined || only === "Redis" ? await startRedis() : undefined;
    const engines = memoryEngines(folder, server?.url);
    const results = [];
    for (const engine of engines.filter(({ name }) => only === undefined || only === name)) {
      const onProgress = (made) => progress.show(`memory of ${engine.name}: ${made} of ${size} policies`);
      results.push(await measureMemory({ library, engine, policies: size, onProgress }));
    }
    return { results };
  },
  blocks: memoryBlocks,
});
