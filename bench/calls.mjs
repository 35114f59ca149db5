// What PolicyCache costs beside the bare SQLite statements or Redis commands. The method: docs/benchmarks.md.

import { join, resolve } from "node:path";
import { pathToFileURL } from "node:url";
import { compareCalls } from "./call-cost.mjs";
import { describeDatabase } from "./environment.mjs";
import { measureLearnCommand, measureLearning } from "./learning-rate.mjs";
import * as library from "./library.mjs";
import { runPart } from "./part.mjs";
import { compareRedisCalls } from "./redis.mjs";
import { findRedisServer } from "./redis-server.mjs";
import { callsBlocks } from "./report-calls.mjs";
import { fillStore } from "./sample-store.mjs";

const USAGE = `Usage: node bench/calls.mjs [options]

  --quick             10 000 policies, fewer rounds
  --engine <name>     sqlite or redis alone
  --policies <n>      policies in the store (default 100000)
  --rounds <n>        rounds (default 9, quick 3)
  --store <file>      keep the store with the policies here, or reuse it
  --events <file>     events to learn from, as JSON Lines
  --against <folder>  the dist folder of another build, which takes turns with this one
  --json              print the figures as JSON instead of tables
`;

const text = { type: "string" };

await runPart({
  usage: USAGE,
  options: { engine: text, policies: text, rounds: text, store: text, events: text, against: text },
  measure: async (values, { folder, progress }) => {
    const { quick, engine, against } = values;
    const libraries = [library];
    if (against !== undefined) libraries.push(await importBuild(resolve(against)));
    const options = {
      ...values,
      policies: Number(values.policies ?? (quick ? 10_000 : 100_000)),
      rounds: Number(values.rounds ?? (quick ? 3 : 9)),
    };
    const report = { other: against };
    if (engine !== "redis") Object.assign(report, await measureSqlite(libraries, folder, options, progress));
    if (engine !== "sqlite") report.redis = await measureRedis(library, options, progress);
    return report;
  },
  blocks: callsBlocks,
});

/** The entries of another build as one. */
async function importBuild(folder) {
  const entries = ["index.js", "models.js", "statistics.js", "evaluation/index.js", "migration/index.js"];
  const imports = entries.map((entry) => import(pathToFileURL(join(folder, entry)).href));
  return Object.assign({}, ...(await Promise.all(imports)));
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
    warmUpCalls: quick ? 1000 : 3000,
    onProgress: (round) => progress.show(`calls: round ${round} of ${rounds}`),
  });
  const learning = await measureLearning({
    libraries,
    folder,
    rounds,
    eventsPerRound: quick ? 1000 : 10_000,
    warmUpEvents: quick ? 2000 : 5000,
    eventsFile,
    onProgress: (round) => progress.show(`learning: round ${round} of ${rounds}`),
  });
  const learnCommand = await measureLearnCommand({
    folder,
    rounds: quick ? 1 : 5,
    events: quick ? 10_000 : 100_000,
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
    warmUpCalls: 1000,
    onProgress: (text) => progress.show(text),
  });
}
