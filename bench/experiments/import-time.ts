// How long importing each entry of the package takes, as a ratio to a program that does nothing. Processor time, because
// it depends less on what else the machine does; programs take turns.

import { execFileSync } from "node:child_process";
import { existsSync } from "node:fs";
import { join, resolve } from "node:path";
import { pathToFileURL } from "node:url";
import { BUILD } from "../harness/library.js";
import { runMeasurement } from "../harness/measurement.js";
import { factor, fixed } from "../harness/report/format.js";
import { type OverRounds, overRounds } from "../harness/statistics.js";

const USAGE = `Usage: npm run bench -- import-time [options]

  --rounds <n>        runs of each program (default 15)
  --beside <folder>   another build, to measure beside this one
  --json              print the figures as JSON instead of a table
`;

const ENTRIES = [
  "index.js",
  "models.js",
  "statistics.js",
  "evaluation/index.js",
  "migration/index.js",
  "testing/index.js",
];
const OPEN_IN_MEMORY = `await (await import("index.js")).PolicyCache.open("memory:")`;

/** Ends a program: what it used of the processor, in milliseconds, since Node started. */
const TELL = "; const used = process.cpuUsage(); console.log((used.user + used.system) / 1000); process.exit(0)";

interface ImportFigures {
  readonly program: string;
  readonly cpuMs: OverRounds;
  /** To the empty program of the same round. */
  readonly ratio: OverRounds;
}

await runMeasurement({
  usage: USAGE,
  options: { numbers: ["rounds"], texts: ["beside"] },
  measure: async ({ rounds = 15, beside }, { progress }) => {
    const builds = [BUILD, ...(beside === undefined ? [] : [resolve(beside)])];
    const programs = new Map([["an empty program", ""], ...builds.flatMap(programsOf)]);
    const used = new Map([...programs.keys()].map((name) => [name, [] as number[]]));
    for (let round = 0; round < rounds; round += 1) {
      for (const [name, program] of programs) used.get(name)?.push(cpuMsOf(program));
      progress.show(`round ${round + 1} of ${rounds}`);
    }
    const empty = used.get("an empty program") ?? [];
    const results = [...used].map(([program, ms]): ImportFigures => {
      const ratios = ms.map((one, round) => one / (empty[round] ?? Number.NaN));
      return { program, cpuMs: overRounds(ms), ratio: overRounds(ratios) };
    });
    return { results };
  },
  blocks: ({ results }) => {
    const rows = results.map(({ program, cpuMs, ratio }) => [program, fixed(cpuMs.median, 0), ...factor(ratio)]);
    return [{ table: { headings: ["program", "CPU ms", "ratio", "rounds"], rows } }];
  },
});

/** What there is of the entries in a build, and its main entry with a store opened. */
function programsOf(folder: string, index: number): readonly [name: string, program: string][] {
  const prefix = index === 0 ? "" : "beside: ";
  const url = (entry: string) => pathToFileURL(join(folder, entry)).href;
  const imports = ENTRIES.filter((entry) => existsSync(join(folder, entry))).map((entry): [string, string] => [
    `${prefix}import ${entry}`,
    `await import("${url(entry)}")`,
  ]);
  return [...imports, [`${prefix}open in memory`, OPEN_IN_MEMORY.replace("index.js", url("index.js"))]];
}

function cpuMsOf(program: string): number {
  return Number(execFileSync(process.execPath, ["--input-type=module", "-e", program + TELL], { encoding: "utf8" }));
}
