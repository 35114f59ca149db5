import { barPlot } from "../../harness/plots/bar-plot.js";
import type { Block } from "../../harness/report/blocks.js";
import { count } from "../../harness/report/format.js";
import type { BytesByKind } from "./engines.js";
import type { MemoryFigures } from "./memory-use.js";

/** Bytes per policy of each engine, by what they go into, and what further use adds. */
export function memoryBlocks({ results }: { results: readonly MemoryFigures[] }): readonly Block[] {
  const rows = results.map(({ engine, policies, bytesPerPolicy, kinds }) => [
    engine,
    count(policies),
    count(bytesPerPolicy),
    kinds["outcome stream"] === undefined ? "" : count(bytesPerPolicy - kinds["outcome stream"]),
  ]);
  const blocks: Block[] = [
    { heading: "Memory" },
    { text: "Bytes per policy: heap after a collection (memory), length of the file (SQLite), used_memory (Redis)" },
    { table: { headings: ["engine", "policies", "bytes per policy", "without the outcome stream"], rows } },
  ];
  const divided = results.filter(({ kinds }) => Object.keys(kinds).length > 0);
  const [first] = divided;
  if (first !== undefined) {
    const bars = divided.map(({ engine, kinds }) => ({ name: engine, parts: kinds }));
    blocks.push(
      { text: "What they go into" },
      kindsTable(divided.map(({ engine, kinds }) => [engine, kinds] as const)),
    );
    blocks.push({ text: `Letters in the names of fields of a policy and its evidence: ${first.nameBytes}` });
    blocks.push({ plot: barPlot({ title: "What a policy takes", xTitle: "bytes", bars }) });
    blocks.push({ text: "Bytes of an entry of a stream" });
    blocks.push(kindsTable(divided.map(({ engine, entries }) => [engine, entries] as const)));
  }
  blocks.push({ text: "Bytes that further use adds, streams left out where the engine tells them apart" });
  blocks.push(kindsTable(results.map(({ engine, uses }) => [engine, bytesOf(uses)] as const)));
  return blocks;
}

function bytesOf(uses: MemoryFigures["uses"]): BytesByKind {
  return Object.fromEntries(Object.entries(uses).map(([name, { bytes }]) => [name, bytes]));
}

/** @param columns - name of the engine and its bytes by kind */
function kindsTable(columns: readonly (readonly [string, BytesByKind])[]): Block {
  const kinds = [...new Set(columns.flatMap(([, bytes]) => Object.keys(bytes)))];
  const highest = (kind: string) => Math.max(...columns.map(([, bytes]) => bytes[kind] ?? 0));
  const shown = kinds.filter((kind) => highest(kind) >= 1).sort((one, other) => highest(other) - highest(one));
  const headings = ["", ...columns.map(([engine]) => engine)];
  const rows = shown.map((kind) => [
    kind,
    ...columns.map(([, { [kind]: bytes }]) => (bytes === undefined ? "" : count(bytes))),
  ]);
  return { table: { headings, rows } };
}
