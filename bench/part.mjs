import { parseArgs } from "node:util";
import { blocksToText } from "./blocks.mjs";
import { describeMachine, environmentText } from "./environment.mjs";
import { Progress } from "./progress.mjs";
import { findRedisServer, startRedisServer } from "./redis-server.mjs";
import { Scratch } from "./scratch.mjs";

/**
 * A part of the benchmarks as a command of its own.
 *
 * @param options - besides --quick, --json and --help, as `parseArgs` wants them
 * @param measure - gets the values of the options, and a folder, servers and a progress line
 * @param blocks - of what was measured, as in blocks.mjs
 */
export async function runPart({ usage, options = {}, measure, blocks }) {
  const values = readOptions(usage, options);
  if (values.help) {
    process.stdout.write(usage);
    return;
  }
  const scratch = new Scratch();
  const progress = new Progress();
  try {
    const found = findRedisServer();
    const startRedis = async (settings) =>
      found === undefined
        ? undefined
        : { ...scratch.add(await startRedisServer(found, settings)), version: found.version };
    const environment = describeMachine();
    const started = performance.now();
    const results = await measure(values, { folder: scratch.folder, startRedis, progress });
    const seconds = Math.round((performance.now() - started) / 1000);
    progress.clear();
    const report = { environment, seconds, ...results };
    const shown = [{ text: environmentText(environment) }, ...blocks(report)];
    process.stdout.write(values.json ? `${JSON.stringify(report)}\n` : `${blocksToText(shown)}\n`);
  } finally {
    await scratch.remove();
  }
}

function readOptions(usage, options) {
  const flag = { type: "boolean", default: false };
  try {
    return parseArgs({ options: { quick: flag, json: flag, help: flag, ...options } }).values;
  } catch (error) {
    process.stderr.write(`${error.message}\n\n${usage}`);
    process.exit(2);
  }
}
