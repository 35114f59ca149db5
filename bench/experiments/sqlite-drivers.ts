// What the drivers of SQLite do in the cases that matter to a process that must not die, and what calls cost on each. Every
// case is a program of its own, because some of them end it. Runs on the Node it is started with: start it with several.

import { spawn, spawnSync } from "node:child_process";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { runMeasurement } from "../harness/measurement.js";
import { fixed } from "../harness/report/format.js";
import { median } from "../harness/statistics.js";
import { checking, closing, type Driver, recording, terminating, timing, tooLong } from "./sqlite-drivers/programs.js";

const USAGE = `Usage: npm run bench -- sqlite-drivers [options]

  --kills <n>    processes killed while they record, and worker threads terminated (default 20)
  --calls <n>    timed calls (default 5000)
  --rounds <n>   times that these are timed, drivers taking turns (default 5)
  --json         print the figures as JSON instead of a table
`;

interface DriverFigures {
  readonly driver: Driver;
  readonly tooLong: string;
  readonly openAfterClose: string;
  readonly survived: number;
  readonly lost: number;
  readonly isSound: boolean;
  readonly recordUs: number;
  readonly decideUs: number;
}

/** Those that run on this Node. The prebuilt parts of better-sqlite3 13 end a process with an older interface than theirs. */
function driversHere(): readonly Driver[] {
  const hasBuiltIn = process.getBuiltinModule?.("node:sqlite") !== undefined;
  return [
    ...(hasBuiltIn ? (["node:sqlite"] as const) : []),
    ...(Number(process.versions.napi) >= 10 ? (["better-sqlite3"] as const) : []),
    "libsql",
  ];
}

await runMeasurement({
  usage: USAGE,
  options: { numbers: ["kills", "calls", "rounds"] },
  measure: async ({ kills = 20, calls = 5000, rounds = 5 }, { folder, progress }) => {
    const drivers = driversHere();
    const timings = new Map(drivers.map((driver) => [driver, [] as { record: number; decide: number }[]]));
    for (let round = 0; round < rounds; round += 1) {
      for (const driver of drivers) {
        progress.show(`timing ${driver}, ${round + 1} of ${rounds}`);
        const file = join(folder, `timing-${round}-${driver.replace(":", "-")}.db`);
        timings.get(driver)?.push(JSON.parse(run(timing(driver, file, calls)).output));
      }
    }
    const results: DriverFigures[] = [];
    for (const driver of drivers) {
      progress.show(`faults of ${driver}`);
      const fileOf = (name: string) => join(folder, `${name}-${driver.replace(":", "-")}.db`);
      const long = run(tooLong(driver, fileOf("long")));
      let survived = 0;
      for (let index = 0; index < kills; index += 1) {
        const { output, signal } = run(terminating(driver, fileOf("terminating")));
        if (output === "alive" && signal === null) survived += 1;
      }
      const { lost, isSound } = await killWhileRecording(driver, fileOf("killing"), kills);
      const timed = timings.get(driver) ?? [];
      results.push({
        driver,
        tooLong: long.signal === null ? long.output : `the process ends (${long.signal})`,
        openAfterClose: run(closing(driver, fileOf("closing"))).output,
        survived,
        lost,
        isSound,
        recordUs: median(timed.map(({ record }) => record)),
        decideUs: median(timed.map(({ decide }) => decide)),
      });
    }
    return { kills, results };
  },
  blocks: ({ kills, results }) => {
    const rows = results.map((figures) => [
      figures.driver,
      figures.tooLong,
      figures.openAfterClose,
      `${figures.survived} of ${kills}`,
      `${figures.lost}${figures.isSound ? "" : ", damaged"}`,
      fixed(figures.recordUs, 0),
      fixed(figures.decideUs, 0),
    ]);
    const headings = [
      "driver",
      "a text of 540 MiB",
      "open after close",
      "survives ten threads' ends",
      "lost by kill -9",
      "record µs",
      "decide µs",
    ];
    return [{ table: { headings, rows } }];
  },
});

function run(program: string): { readonly output: string; readonly signal: string | null } {
  const { stdout, signal } = spawnSync(process.execPath, ["--input-type=module", "-e", program], { encoding: "utf8" });
  return { output: stdout.trim(), signal };
}

/** @returns events that were acknowledged and are not in the file */
async function killWhileRecording(driver: Driver, file: string, kills: number) {
  const acknowledged = new Set<string>();
  for (let round = 0; round < kills; round += 1) {
    const program = recording(driver, file, round * 1_000_000);
    const child = spawn(process.execPath, ["--input-type=module", "-e", program], {
      stdio: ["ignore", "pipe", "pipe"],
    });
    let text = "";
    const hasBegun = new Promise<void>((resolve) => {
      child.stdout.setEncoding("utf8").on("data", (part: string) => {
        text += part;
        resolve();
      });
    });
    await hasBegun;
    await sleep(Math.random() * 100);
    const ended = new Promise((resolve) => child.once("close", resolve));
    child.kill("SIGKILL");
    await ended;
    for (const line of text.split("\n").slice(0, -1)) acknowledged.add(`event-${line}`);
  }
  const { isSound, ids } = JSON.parse(run(checking(driver, file)).output) as { isSound: boolean; ids: string[] };
  const kept = new Set(ids);
  return { isSound, lost: [...acknowledged].filter((id) => !kept.has(id)).length };
}
