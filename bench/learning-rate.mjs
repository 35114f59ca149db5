import { execFile } from "node:child_process";
import { existsSync } from "node:fs";
import { mkdir, rm, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";
import Database from "libsql";
import { readAgentEvents, repeatForEver, takeEvents } from "./agent-events.mjs";
import { BareWriter } from "./bare-statements.mjs";
import { seededRandom } from "./random.mjs";
import { RecordingDatabase } from "./recording-database.mjs";
import { mean, overRounds } from "./statistics.mjs";

const BATCH_SIZES = [50, 1000];
/** Events in a row before their bare statements follow. */
const EVENTS_PER_TURN = 1000;

/**
 * Events per second of learning: appending, counting and crystallizing a stream of an agent's events through
 * `recordMany`, in stores that grow from round to round.
 *
 * @param libraries - this build, and perhaps another one that takes turns with it
 * @param warmUpEvents - before anything is counted, for V8 to optimise what they run through
 */
export async function measureLearning(options) {
  const { libraries, folder, rounds, eventsPerRound, warmUpEvents, eventsFile, onProgress } = options;
  const { source, events } = await readAgentEvents(eventsFile, seededRandom(7));
  const learners = [];
  for (const [build, library] of libraries.entries()) {
    learners.push(await openLearners(library, join(folder, `learning-${build}`), events));
  }
  const results = learners[0].map(() => []);
  for (let round = 0; round <= rounds; round += 1) {
    for (const [index, result] of results.entries()) {
      const learner = learners.map((ofBuild) => ofBuild[index]);
      const ofBuilds = await runRound(learner, round === 0 ? warmUpEvents : eventsPerRound);
      if (round > 0) result.push(ofBuilds);
    }
    onProgress(round, rounds);
  }
  for (const { close } of learners.flat()) await close();
  const figures = learners[0].map(({ name }, index) => {
    const [rounds, otherRounds] = libraries.map((_, build) => results[index].map((ofBuilds) => ofBuilds[build]));
    const figure = summarise(name, rounds, eventsPerRound);
    if (otherRounds === undefined) return figure;
    const factors = rounds.map(({ seconds }, round) => otherRounds[round].seconds / seconds);
    return { ...figure, other: summarise(name, otherRounds, eventsPerRound), timesFaster: overRounds(factors) };
  });
  return { source, figures };
}

/** @param learner - the same learner of each build */
async function runRound(learner, eventsPerRound) {
  const rounds = learner.map(() => ({ seconds: 0, bareSeconds: 0, reads: 0, writes: 0 }));
  for (let learned = 0; learned < eventsPerRound; learned += EVENTS_PER_TURN) {
    for (const [build, round] of rounds.entries()) {
      const turn = await learner[build].learn(EVENTS_PER_TURN);
      for (const name of Object.keys(turn)) round[name] += turn[name];
    }
  }
  return rounds;
}

async function openLearners(library, folder, events) {
  await mkdir(folder, { recursive: true });
  const learners = [];
  for (const batchSize of BATCH_SIZES) learners.push(await sqliteLearner(library, folder, batchSize, events));
  for (const batchSize of BATCH_SIZES) learners.push(await memoryLearner(library, batchSize, events));
  return learners;
}

async function sqliteLearner(library, folder, batchSize, events) {
  const path = join(folder, `learn-${batchSize}.db`);
  const barePath = join(folder, `learn-${batchSize}-bare.db`);
  await (await library.PolicyCache.open(barePath)).close(); // makes the tables
  const database = new Database(path);
  const bareDatabase = new Database(barePath);
  bareDatabase.exec("PRAGMA synchronous = NORMAL");
  const recorder = new RecordingDatabase(database);
  const writer = new BareWriter(bareDatabase);
  const cache = await library.PolicyCache.open(path, { workers: "inline", database: recorder });
  const source = repeatForEver(events);
  const learn = async (count) => {
    recorder.take();
    const batches = [];
    let reads = 0;
    const seconds = await timeBatches(cache, batchSize, takeEvents(source, count), () => {
      const issued = recorder.take();
      reads += issued.reads;
      batches.push(writer.prepare(issued.writes));
    });
    const started = performance.now();
    for (const batch of batches) writer.write(batch);
    const bareSeconds = (performance.now() - started) / 1000;
    const writes = batches.reduce((sum, batch) => sum + batch.length, 0);
    return { seconds, bareSeconds, reads, writes };
  };
  const close = async () => {
    await cache.close();
    database.close();
    bareDatabase.close();
  };
  return { name: `SQLite, batches of ${batchSize}`, learn, close };
}

async function memoryLearner(library, batchSize, events) {
  const cache = await library.PolicyCache.open("memory:", { workers: "inline" });
  const source = repeatForEver(events);
  const learn = async (count) => ({ seconds: await timeBatches(cache, batchSize, takeEvents(source, count)) });
  return { name: `memory, batches of ${batchSize}`, learn, close: () => cache.close() };
}

async function timeBatches(cache, batchSize, events, afterBatch = () => {}) {
  let milliseconds = 0;
  for (let first = 0; first < events.length; first += batchSize) {
    const batch = events.slice(first, first + batchSize);
    const started = performance.now();
    await cache.recordMany(batch);
    milliseconds += performance.now() - started;
    afterBatch();
  }
  return milliseconds / 1000;
}

function summarise(name, rounds, eventsPerRound) {
  const over = (figure) => overRounds(rounds.map(figure));
  const eventsPerSecond = over(({ seconds }) => eventsPerRound / seconds);
  if (rounds[0].bareSeconds === 0) return { name, eventsPerRound, eventsPerSecond };
  return {
    name,
    eventsPerRound,
    eventsPerSecond,
    bareEventsPerSecond: over(({ bareSeconds }) => eventsPerRound / bareSeconds),
    ratio: over(({ seconds, bareSeconds }) => seconds / bareSeconds),
    readsPerEvent: mean(rounds.map(({ reads }) => reads)) / eventsPerRound,
    writesPerEvent: mean(rounds.map(({ writes }) => writes)) / eventsPerRound,
  };
}

const CLI = fileURLToPath(new URL("../dist/cli/main.js", import.meta.url));

/** Events per second of `policycache learn` on one file, from starting the process to its end. */
export async function measureLearnCommand({ folder, rounds, events: count, eventsFile, onProgress }) {
  if (!existsSync(CLI)) return undefined;
  await mkdir(folder, { recursive: true });
  const { source, events } = await readAgentEvents(eventsFile, seededRandom(7));
  const file = join(folder, "events.jsonl");
  const lines = takeEvents(repeatForEver(events), count).map((event) => JSON.stringify(event));
  await writeFile(file, `${lines.join("\n")}\n`);
  const rates = [];
  for (let round = 0; round < rounds; round += 1) {
    const store = join(folder, "learn-command.db");
    const started = performance.now();
    await promisify(execFile)(process.execPath, [CLI, "learn", file, "--store", store, "--json"]);
    rates.push((count * 1000) / (performance.now() - started));
    for (const suffix of ["", "-wal", "-shm"]) await rm(store + suffix, { force: true });
    onProgress(round + 1, rounds);
  }
  return { source, events: count, eventsPerSecond: overRounds(rates) };
}
