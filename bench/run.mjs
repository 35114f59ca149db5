// The whole suite, part by part, each in a process of its own: tables in the terminal, a page with plots and all figures
// as JSON in bench/report/.

import { spawn } from "node:child_process";
import { mkdir, writeFile } from "node:fs/promises";
import { constants, totalmem } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { parseArgs } from "node:util";
import { blocksToText } from "./blocks.mjs";
import { describeMachine, environmentText } from "./environment.mjs";
import { renderPage } from "./page.mjs";
import { callsBlocks } from "./report-calls.mjs";
import { memoryBlocks } from "./report-memory.mjs";
import { enginesBlocks, originBlocks, scalingBlocks } from "./report-stores.mjs";

const USAGE = `Usage: npm run bench -- [options]

  --quick             smaller stores and fewer rounds: under two minutes on two cores
  --only <part,...>   sqlite, redis, engines, original, scaling or memory
  --json              print the figures as JSON instead of tables
  --help              this

Options of a part are understood by the part alone: node bench/<part>.mjs --help, where <part> is calls (sqlite and
redis), engines, origin (original), scaling or memory.
`;

const PARTS = {
  sqlite: { file: "calls.mjs", flags: ["--engine", "sqlite"], blocks: callsBlocks },
  redis: { file: "calls.mjs", flags: ["--engine", "redis"], blocks: callsBlocks },
  engines: { file: "engines.mjs", blocks: enginesBlocks },
  original: { file: "origin.mjs", blocks: originBlocks },
  scaling: { file: "scaling.mjs", blocks: scalingBlocks },
  memory: { file: "memory.mjs", blocks: memoryBlocks },
};

const FOLDER = fileURLToPath(new URL("./", import.meta.url));
const REPORT_FOLDER = join(FOLDER, "report");
/** Stores in memory may be large. */
const HEAP_MEGABYTES = Math.floor((0.7 * totalmem()) / 2 ** 20);

const options = readOptions();
if (options.help) process.stdout.write(USAGE);
else await main(options);

async function main({ quick, only, json }) {
  const environment = describeMachine();
  const report = { environment, quick, parts: {} };
  if (!json) process.stdout.write(`${environmentText(environment)}\n\n`);
  for (const [index, name] of only.entries()) {
    process.stderr.write(`${index + 1} of ${only.length}: ${name}\n`);
    const { file, flags = [], blocks } = PARTS[name];
    const measured = await runPart(file, [...flags, ...(quick ? ["--quick"] : [])]);
    report.parts[name] = measured;
    if (!json) process.stdout.write(`${blocksToText(blocks(measured))}\n\n`);
  }
  const files = await writeReport(report);
  if (json) process.stdout.write(`${JSON.stringify(report)}\n`);
  process.stderr.write(`All figures: ${files.join(", ")}\n`);
}

/** Runs a part and waits for it. An interruption is passed on, so that it can remove what it made. */
async function runPart(file, flags) {
  const command = [`--max-old-space-size=${HEAP_MEGABYTES}`, join(FOLDER, file), "--json", ...flags];
  const child = spawn(process.execPath, command, { stdio: ["ignore", "pipe", "inherit"] });
  const interrupt = (signal) => child.kill(signal);
  for (const signal of ["SIGINT", "SIGTERM", "SIGHUP"]) process.on(signal, interrupt);
  let text = "";
  child.stdout.setEncoding("utf8").on("data", (chunk) => {
    text += chunk;
  });
  const code = await new Promise((resolve, reject) => {
    child.on("error", reject);
    child.on("close", (exitCode, signal) => resolve(exitCode ?? 128 + constants.signals[signal]));
  });
  for (const signal of ["SIGINT", "SIGTERM", "SIGHUP"]) process.removeListener(signal, interrupt);
  if (code === 0) return JSON.parse(text);
  process.exit(code);
}

async function writeReport(report) {
  await mkdir(REPORT_FOLDER, { recursive: true });
  const sections = Object.entries(report.parts).map(([name, measured]) => ({
    name,
    seconds: measured.seconds,
    blocks: PARTS[name].blocks(measured),
  }));
  const name = join(REPORT_FOLDER, report.environment.startedAt.replaceAll(":", "-"));
  const files = { [`${name}.json`]: JSON.stringify(report, null, 2), [`${name}.html`]: renderPage(report, sections) };
  for (const [file, content] of Object.entries(files)) await writeFile(file, `${content}\n`);
  return Object.keys(files);
}

function readOptions() {
  const flag = { type: "boolean", default: false };
  try {
    const { values } = parseArgs({ options: { quick: flag, json: flag, help: flag, only: { type: "string" } } });
    const only = values.only?.split(",") ?? Object.keys(PARTS);
    const unknown = only.find((name) => PARTS[name] === undefined);
    if (unknown !== undefined) throw new Error(`--only is ${unknown}, expected ${Object.keys(PARTS).join(", ")}.`);
    return { ...values, only };
  } catch (error) {
    process.stderr.write(`${error.message}\n\n${USAGE}`);
    process.exit(2);
  }
}
