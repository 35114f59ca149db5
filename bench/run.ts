// The suites, each in a process of its own: tables in the terminal, a page with plots and all figures as JSON in
// bench/report/. Or one script by its name.

import { type ChildProcess, type StdioOptions, spawn } from "node:child_process";
import { mkdir, writeFile } from "node:fs/promises";
import { constants, totalmem } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { describeMachine, environmentText, type MachineDescription } from "./harness/environment.js";
import type { Measured } from "./harness/measurement.js";
import { readOptions } from "./harness/options.js";
import { blocksToText } from "./harness/report/blocks.js";
import { renderPage } from "./harness/report/page.js";
import { renderTable } from "./harness/report/table.js";
import { EXPERIMENTS, type Listed, SUITES } from "./list.js";

const USAGE = `Usage: npm run bench -- [options]
       npm run bench -- <name> [options of its own]

  --quick             smaller stores and fewer rounds: under two minutes on two cores
  --only <name,...>   some of the suites: ${SUITES.map(({ name }) => name).join(", ")}
  --list              what there is, and which documents quote it
  --json              print the figures as JSON instead of tables
  --help              this; after a name, its options
`;

const FOLDER = fileURLToPath(new URL("./", import.meta.url));
const REPORT_FOLDER = join(FOLDER, "report");
/** Stores in memory may be large. */
const HEAP_MEGABYTES = Math.floor((0.7 * totalmem()) / 2 ** 20);
const SIGNALS: readonly NodeJS.Signals[] = ["SIGINT", "SIGTERM", "SIGHUP"];

const [name = "", ...others] = process.argv.slice(2);
if (name === "" || name.startsWith("-")) await runSuites();
else await runOne(name, others);

async function runSuites(): Promise<void> {
  const { quick, json, list, only } = readOptions(USAGE, { texts: ["only"], flags: ["quick", "list"] });
  if (list) {
    process.stdout.write(`${listText()}\n`);
    return;
  }
  const suites = only?.split(",").map((wanted) => suiteNamed(wanted)) ?? SUITES;
  const environment = describeMachine();
  const measured: (Measured & { readonly name: string })[] = [];
  if (!json) process.stdout.write(`${environmentText(environment)}\n\n`);
  for (const [index, suite] of suites.entries()) {
    process.stderr.write(`${index + 1} of ${suites.length}: ${suite.name}\n`);
    const result = await measure(suite, quick ? ["--quick"] : []);
    measured.push({ name: suite.name, ...result });
    if (!json) process.stdout.write(`${blocksToText(result.blocks)}\n\n`);
  }
  const report = { environment, quick, parts: Object.fromEntries(measured.map(({ name, report }) => [name, report])) };
  const files = await writeReport(environment, {
    json: JSON.stringify(report, null, 2),
    html: renderPage(
      environment,
      quick,
      measured.map(({ name, report: { seconds }, blocks }) => ({ name, seconds, blocks })),
    ),
  });
  if (json) process.stdout.write(`${JSON.stringify(report)}\n`);
  process.stderr.write(`All figures: ${files.join(", ")}\n`);
}

async function runOne(name: string, parameters: readonly string[]): Promise<void> {
  const listed = [...SUITES, ...EXPERIMENTS].find((known) => known.name === name);
  if (listed === undefined) fail(`There is no ${name}.\n\n${listText()}`);
  await ended(start(listed, parameters, "inherit"));
}

/** Runs a suite and waits for what it measured. */
async function measure(suite: Listed, parameters: readonly string[]): Promise<Measured> {
  const child = start(suite, parameters, ["ignore", "inherit", "inherit", "ipc"]);
  let measured: Measured | undefined;
  child.on("message", (message: Measured) => {
    measured = message;
  });
  await ended(child);
  if (measured === undefined) throw new Error(`The suite ${suite.name} has ended without figures.`);
  return measured;
}

function start({ file }: Listed, parameters: readonly string[], stdio: StdioOptions): ChildProcess {
  const command = [
    `--max-old-space-size=${HEAP_MEGABYTES}`,
    "--import",
    import.meta.resolve("tsx"),
    join(FOLDER, file),
    ...parameters,
  ];
  return spawn(process.execPath, command, { stdio });
}

/** An interruption is passed on, so that the script can remove what it made. When it fails, so does this process. */
async function ended(child: ChildProcess): Promise<void> {
  const interrupt = (signal: NodeJS.Signals) => child.kill(signal);
  for (const signal of SIGNALS) process.on(signal, interrupt);
  const code = await new Promise<number>((resolve, reject) => {
    child.on("error", reject);
    child.on("close", (code, signal) => resolve(code ?? 128 + (signal === null ? 0 : constants.signals[signal])));
  });
  for (const signal of SIGNALS) process.removeListener(signal, interrupt);
  if (code !== 0) process.exit(code);
}

async function writeReport(
  { startedAt }: MachineDescription,
  contents: Readonly<Record<"json" | "html", string>>,
): Promise<readonly string[]> {
  await mkdir(REPORT_FOLDER, { recursive: true });
  const files: string[] = [];
  for (const [extension, content] of Object.entries(contents)) {
    const file = join(REPORT_FOLDER, `${startedAt.replaceAll(":", "-")}.${extension}`);
    await writeFile(file, `${content}\n`);
    files.push(file);
  }
  return files;
}

function suiteNamed(name: string): Listed {
  const suite = SUITES.find((known) => known.name === name);
  if (suite !== undefined) return suite;
  return fail(`--only is ${name}, expected ${SUITES.map(({ name }) => name).join(", ")}.\n\n${USAGE}`);
}

function listText(): string {
  const rowOf = ({ name, asks, documents }: Listed) => [name, asks, documents.join(", ")];
  const table = (kind: string, listed: readonly Listed[]) =>
    renderTable({ headings: [kind, "", "quoted in"], rows: listed.map(rowOf) });
  return `${table("suite", SUITES)}\n\n${table("experiment", EXPERIMENTS)}`;
}

function fail(message: string): never {
  process.stderr.write(`${message}\n`);
  process.exit(2);
}
