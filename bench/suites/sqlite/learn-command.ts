import { execFile } from "node:child_process";
import { rm, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { promisify } from "node:util";
import { COMMAND, seededRandom } from "../../harness/library.js";
import { type OverRounds, overRounds } from "../../harness/statistics.js";
import { readAgentEvents, repeatForEver, takeEvents } from "../../harness/stores/agent-events.js";

export interface LearnCommandFigures {
  readonly source: string;
  readonly events: number;
  readonly eventsPerSecond: OverRounds;
}

export interface LearnCommandOptions {
  readonly folder: string;
  readonly rounds: number;
  readonly events: number;
  readonly eventsFile: string | undefined;
  readonly onProgress: (round: number) => void;
}

/** Events per second of `policycache learn` on one file, from starting the process to its end. */
export async function measureLearnCommand(options: LearnCommandOptions): Promise<LearnCommandFigures> {
  const { folder, rounds, events: count, eventsFile, onProgress } = options;
  const { source, events } = await readAgentEvents(eventsFile, seededRandom(7));
  const file = join(folder, "events.jsonl");
  const lines = takeEvents(repeatForEver(events), count).map((event) => JSON.stringify(event));
  await writeFile(file, `${lines.join("\n")}\n`);
  const rates: number[] = [];
  for (let round = 0; round < rounds; round += 1) {
    const store = join(folder, "learn-command.db");
    const started = performance.now();
    await promisify(execFile)(process.execPath, [COMMAND, "learn", file, "--store", store, "--json"]);
    rates.push((count * 1000) / (performance.now() - started));
    for (const suffix of ["", "-wal", "-shm"]) await rm(store + suffix, { force: true });
    onProgress(round + 1);
  }
  return { source, events: count, eventsPerSecond: overRounds(rates) };
}
