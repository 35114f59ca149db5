// What PolicyCache costs beside the bare SQLite statements or Redis commands. The method: docs/benchmarks.md.

import { mkdir, mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import { fileURLToPath, pathToFileURL } from "node:url";
import { parseArgs } from "node:util";
import { compareCalls } from "./call-cost.mjs";
import { describeDatabase, describeMachine } from "./environment.mjs";
import { measureLearnCommand, measureLearning } from "./learning-rate.mjs";
import { Progress } from "./progress.mjs";
import { compareRedisCalls } from "./redis.mjs";
import { findRedisServer } from "./redis-server.mjs";
import { renderReport } from "./report.mjs";
import { fillStore } from "./sample-store.mjs";

const USAGE = `Usage: npm run bench -- [options]

  --quick             fewer rounds: under two minutes on two cores
  --only <engine>     sqlite or redis alone
  --json              print the figures as JSON instead of tables
  --policies <n>      policies in the store (default 100000)
  --rounds <n>        rounds (default 9, quick 5)
  --store <file>      keep the store with the policies here, or reuse it
  --events <file>     events to learn from, as JSON Lines
  --against <folder>  the dist folder of another build, which takes turns with this one
`;

const REPORT_FOLDER = fileURLToPath(new URL("./report/", import.meta.url));
const THIS_BUILD = new URL("../dist/index.js", import.meta.url).href;

const options = readOptions();
if (options.help) process.stdout.write(USAGE);
else await main(options);

async function main(options) {
  const { only, json, against } = options;
  const progress = new Progress();
  const folder = await mkdtemp(join(tmpdir(), "policycache-bench-"));
  try {
    const libraries = [await import(THIS_BUILD)];
    if (against !== undefined) libraries.push(await import(pathToFileURL(resolve(against, "index.js")).href));
    const report = { environment: describeMachine(), other: against };
    if (only !== "redis") Object.assign(report, await measureSqlite(libraries, folder, options, progress));
    if (only !== "sqlite") report.redis = await measureRedis(libraries[0], options, progress);
    progress.clear();
    await mkdir(REPORT_FOLDER, { recursive: true });
    const file = join(REPORT_FOLDER, `${report.environment.startedAt.replaceAll(":", "-")}.json`);
    await writeFile(file, `${JSON.stringify(report, null, 2)}\n`);
    process.stdout.write(json ? `${JSON.stringify(report)}\n` : `${renderReport(report)}\n`);
    process.stderr.write(`All figures: ${file}\n`);
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

async function measureSqlite(libraries, folder, options, progress) {
  const { quick, policies, rounds, store: storePath, events: eventsFile } = options;
  const template = storePath ?? join(folder, "template.db");
  const store = await fillStore(libraries[0], template, policies, (created) =>
    progress.show(`filling the store: ${created} of ${policies} policies`),
  );
  const database = await describeDatabase(libraries[0], template);
  const calls = await compareCalls({
    libraries,
    template,
    folder,
    policies,
    rounds,
    callsPerRound: quick ? 300 : 1000,
    onProgress: (round) => progress.show(`calls: round ${round} of ${rounds}`),
  });
  const learning = await measureLearning({
    libraries,
    folder,
    rounds,
    eventsPerRound: quick ? 2000 : 10_000,
    eventsFile,
    onProgress: (round) => progress.show(`learning: round ${round} of ${rounds}`),
  });
  const learnCommand = await measureLearnCommand({
    folder,
    rounds: quick ? 3 : 5,
    events: quick ? 20_000 : 100_000,
    eventsFile,
    onProgress: (round) => progress.show(`learn command: run ${round}`),
  });
  return { database, store, calls, learning, learnCommand };
}

/** @returns why there are no figures, where there is no server */
async function measureRedis(library, { quick, rounds }, progress) {
  const server = findRedisServer();
  if (server === undefined) return { skipped: "no redis-server on the PATH; apt-get install redis-server brings one" };
  return compareRedisCalls({
    library,
    server,
    policies: quick ? 2000 : 20_000,
    rounds,
    callsPerRound: quick ? 200 : 2000,
    onProgress: (text) => progress.show(text),
  });
}

function readOptions() {
  try {
    const { values } = parseArgs({
      options: {
        quick: { type: "boolean", default: false },
        only: { type: "string" },
        json: { type: "boolean", default: false },
        help: { type: "boolean", default: false },
        policies: { type: "string", default: "100000" },
        rounds: { type: "string" },
        store: { type: "string" },
        events: { type: "string" },
        against: { type: "string" },
      },
    });
    if (values.only !== undefined && values.only !== "sqlite" && values.only !== "redis")
      throw new Error(`--only is ${values.only}, expected sqlite or redis.`);
    const rounds = values.rounds ?? (values.quick ? "5" : "9");
    return {
      ...values,
      policies: positiveInteger("policies", values.policies),
      rounds: positiveInteger("rounds", rounds),
    };
  } catch (error) {
    process.stderr.write(`${error.message}\n\n${USAGE}`);
    process.exit(2);
  }
}

function positiveInteger(option, text) {
  const value = Number(text);
  if (!Number.isInteger(value) || value < 1)
    throw new Error(`--${option} is ${text}, expected an integer of at least 1.`);
  return value;
}
