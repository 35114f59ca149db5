import { describeMachine, environmentText, type MachineDescription } from "./environment.js";
import { type OptionNames, type OptionValues, readOptions } from "./options.js";
import { Progress } from "./progress.js";
import { findRedisServer, type RunningRedis, type ServerSettings, startRedisServer } from "./redis/server.js";
import { type Block, blocksToText } from "./report/blocks.js";
import { Scratch } from "./scratch.js";

/** What a script may use while it measures; all of it is gone when the process ends. */
export interface Tools {
  /** For files. */
  readonly folder: string;
  /** A server of its own; undefined where there is none on the PATH. */
  readonly startRedis: (settings?: ServerSettings) => Promise<RunningRedis | undefined>;
  readonly progress: Progress;
}

/** What a process started by `run.ts` sends to it. */
export interface Measured {
  readonly report: { readonly environment: MachineDescription; readonly seconds: number };
  readonly blocks: readonly Block[];
}

export interface Measurement<
  NumberName extends string,
  TextName extends string,
  FlagName extends string,
  Figures extends object,
> {
  readonly usage: string;
  readonly options: OptionNames<NumberName, TextName, FlagName>;
  readonly measure: (values: OptionValues<NumberName, TextName, FlagName>, tools: Tools) => Promise<Figures>;
  readonly blocks: (figures: Figures) => readonly Block[];
}

/** A script of the benchmarks: reads its options, measures, and prints tables, or with `--json` the figures. */
export async function runMeasurement<
  NumberName extends string,
  TextName extends string,
  FlagName extends string,
  Figures extends object,
>(measurement: Measurement<NumberName, TextName, FlagName, Figures>): Promise<void> {
  const { usage, options, measure, blocks } = measurement;
  const values = readOptions(usage, options);
  const scratch = new Scratch();
  const progress = new Progress();
  try {
    const found = findRedisServer();
    const startRedis: Tools["startRedis"] = async (settings) =>
      found === undefined ? undefined : scratch.add(await startRedisServer(found, settings));
    const environment = describeMachine();
    const started = performance.now();
    const figures = await measure(values, { folder: scratch.folder, startRedis, progress });
    const seconds = Math.round((performance.now() - started) / 1000);
    progress.clear();
    const report = { environment, seconds, ...figures };
    const shown = blocks(figures);
    if (process.send !== undefined) process.send({ report, blocks: shown } satisfies Measured);
    else if (values.json) process.stdout.write(`${JSON.stringify(report)}\n`);
    else process.stdout.write(`${blocksToText([{ text: environmentText(environment) }, ...shown])}\n`);
  } finally {
    await scratch.remove();
  }
}
