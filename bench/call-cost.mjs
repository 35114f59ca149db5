import { copyFileSync, mkdirSync } from "node:fs";
import { join } from "node:path";
import Database from "libsql";
import { BareWriter } from "./bare-statements.mjs";
import { seededRandom } from "./random.mjs";
import { RecordingDatabase } from "./recording-database.mjs";
import { sampleEvent } from "./sample-events.mjs";
import { SAMPLE_DEFAULTS } from "./sample-store.mjs";
import { mean, median, overRounds, quantile } from "./statistics.mjs";

/** The most a call may cost, as a multiple of its bare statements. */
const GOALS = { decide: 3, write: 2 };

/** Calls in a row before their bare statements follow: short, so that both meet the same weather. */
const CALLS_PER_TURN = 20;
/**
 * What a call costs beside the bare statements it cannot avoid. Every round takes turns, for each kind of call: some
 * calls, the bare statements of as many, and again.
 *
 * @param libraries - this build, and perhaps another one that takes turns with it
 * @param warmUpCalls - of each kind, before anything is counted: V8 takes some to optimise what they run through
 * @returns one comparison per kind of call
 */
export async function compareCalls(options) {
  const { libraries, template, folder, policies, rounds, callsPerRound, warmUpCalls, onProgress } = options;
  const stores = [];
  for (const [build, library] of libraries.entries()) {
    stores.push(await openStores(library, template, join(folder, `calls-${build}`)));
  }
  const kinds = stores.map((store) => callKinds(store, policies));
  const results = kinds[0].map(() => []);
  for (let round = 0; round <= rounds; round += 1) {
    for (const [index, result] of results.entries()) {
      const kind = kinds.map((ofBuild) => ofBuild[index]);
      const ofBuilds = await runRound(kind, round === 0 ? warmUpCalls : callsPerRound);
      if (round > 0) result.push(ofBuilds);
    }
    onProgress(round, rounds);
  }
  for (const store of stores) await store.close();
  return kinds[0].map(({ name, against, goal }, index) => {
    const [rounds, otherRounds] = libraries.map((_, build) => results[index].map((ofBuilds) => ofBuilds[build]));
    const comparison = { name, against, goal, ...summarise(rounds, goal) };
    if (otherRounds === undefined) return comparison;
    const factors = rounds.map(({ calls }, round) => median(otherRounds[round].calls) / median(calls));
    return { ...comparison, other: summarise(otherRounds, goal), timesFaster: overRounds(factors) };
  });
}

/** @param kind - the same kind of call of each build */
async function runRound(kind, callsPerRound) {
  const rounds = kind.map(() => ({ calls: [], bare: [], reads: 0, writes: 0 }));
  for (let made = 0; made < callsPerRound; made += CALLS_PER_TURN) {
    for (const [build, round] of rounds.entries()) {
      const turn = await kind[build].turn();
      round.calls.push(...turn.calls);
      round.bare.push(...turn.bare);
      round.reads += turn.reads;
      round.writes += turn.writes;
    }
  }
  for (const [build, round] of rounds.entries()) {
    if (kind[build].countLater === undefined) continue;
    const started = performance.now();
    await kind[build].countLater();
    round.later = microseconds(started) / round.calls.length;
  }
  return rounds;
}

async function openStores(library, template, folder) {
  mkdirSync(folder, { recursive: true });
  const handles = [];
  const copy = (name) => {
    const path = join(folder, `${name}.db`);
    copyFileSync(template, path);
    return path;
  };
  const openBare = (path) => {
    const database = new Database(path);
    database.prepare("PRAGMA journal_mode = WAL").get();
    database.exec("PRAGMA synchronous = NORMAL");
    handles.push(database);
    return database;
  };
  const caches = {};
  for (const workers of ["background", "inline", "none"]) {
    const path = copy(workers);
    const database = new Database(path);
    handles.push(database);
    const recorder = new RecordingDatabase(database);
    const options = { workers, database: recorder, defaults: SAMPLE_DEFAULTS };
    caches[workers] = { path, recorder, cache: await library.PolicyCache.open(path, options) };
  }
  const { path } = caches.inline;
  caches.reading = {
    path,
    cache: await library.PolicyCache.open(path, { workers: "none", defaults: SAMPLE_DEFAULTS }),
  };
  const reader = openBare(path);
  const writer = new BareWriter(openBare(copy("bare")));
  const close = async () => {
    for (const { cache } of Object.values(caches)) await cache.close();
    for (const database of handles) database.close();
  };
  return { caches, reader, writer, close };
}

function callKinds({ caches, reader, writer }, policies) {
  const random = seededRandom(20_240_601);
  const anyPair = () => Math.floor(random() * policies);
  const known = () => {
    const { agentId, state } = sampleEvent(anyPair());
    return { agentId, state };
  };
  const unknown = () => ({ ...known(), state: { task: "never seen", number: anyPair() } });
  const readAnyPolicy = keyedRead(reader, random);
  const decide = (expected, request) => async () => {
    const { cache } = caches.reading;
    const calls = await timeTurn(
      request,
      (asked) => cache.decide(asked),
      ({ kind, reason }) => {
        if (kind !== expected) throw new Error(`Expected to ${expected}: ${reason}`);
      },
    );
    const bare = await timeTurn(() => undefined, readAnyPolicy);
    caches.inline.recorder.take();
    await caches.inline.cache.decide(request()); // for the count of statements
    const { reads, writes } = caches.inline.recorder.take();
    return { calls, bare, reads: reads * CALLS_PER_TURN, writes: writes.length * CALLS_PER_TURN };
  };

  let events = 0;
  const nextEvent = () => {
    events += 1;
    const extras = { id: `event-${events}`, episodeId: `episode-${Math.floor(events / 10)}`, step: events % 10 };
    return sampleEvent(anyPair(), extras);
  };
  const record = (workers) => () => {
    const { cache, recorder } = caches[workers];
    return writingTurn(recorder, writer, nextEvent, (event) => cache.record(event));
  };

  const report = async () => {
    const { cache, recorder } = caches.inline;
    const decisions = [];
    while (decisions.length < CALLS_PER_TURN) decisions.push((await cache.decide(known())).decisionId);
    return writingTurn(
      recorder,
      writer,
      () => decisions.pop(),
      (decisionId) => cache.report(decisionId, { outcome: "success", reward: 0.8 }),
      ({ status }) => {
        if (status !== "learned") throw new Error(`A report was ${status}.`);
      },
    );
  };

  const read = { against: "one keyed read", goal: GOALS.decide };
  const write = { against: "one transaction of as many writes", goal: GOALS.write };
  return [
    { name: "decide, known state", ...read, turn: decide("serve", known) },
    { name: "decide, unknown state", ...read, turn: decide("abstain", unknown) },
    {
      name: "record, workers: background",
      ...write,
      turn: record("background"),
      countLater: () => caches.background.cache.flush(),
    },
    { name: "record, workers: inline", ...write, turn: record("inline") },
    { name: "record, workers: none", ...write, turn: record("none") },
    { name: "report", ...write, turn: report },
  ];
}

/** @returns a function that reads one random policy as the driver gives it */
function keyedRead(reader, random) {
  const places = reader.prepare("SELECT key, id FROM records WHERE id >= 'PolicyEntry' AND id < 'PolicyEntryz'").all();
  const select = reader.prepare("SELECT fields FROM records WHERE key = ? AND id = ?");
  return () => {
    const { key, id } = places[Math.floor(random() * places.length)];
    if (select.get(key, id) === undefined) throw new Error(`There is no record ${id} under ${key}.`);
  };
}

/** Calls that write, then each one's writes alone, on the copy. */
async function writingTurn(recorder, writer, nextArgument, call, check = () => {}) {
  const transactions = [];
  let reads = 0;
  let writes = 0;
  recorder.take();
  const calls = await timeTurn(nextArgument, call, (result) => {
    check(result);
    const issued = recorder.take();
    reads += issued.reads;
    writes += issued.writes.length;
    transactions.push(writer.prepare(issued.writes));
  });
  const bare = await timeTurn(
    () => transactions.shift(),
    (transaction) => writer.write(transaction),
  );
  return { calls, bare, reads, writes };
}

/** @returns what each call of a turn took, in microseconds */
async function timeTurn(nextArgument, call, afterCall = () => {}) {
  const times = [];
  while (times.length < CALLS_PER_TURN) {
    const argument = nextArgument();
    const started = performance.now();
    const returned = call(argument);
    const result = returned instanceof Promise ? await returned : returned;
    times.push(microseconds(started));
    afterCall(result);
  }
  return times;
}

function microseconds(started) {
  return (performance.now() - started) * 1000;
}

function summarise(rounds, goal) {
  const over = (figure) => overRounds(rounds.map(figure));
  const ratio = over(({ calls, bare }) => median(calls) / median(bare));
  const later = rounds.some((round) => round.later !== undefined) ? over((round) => round.later) : undefined;
  return {
    callMicroseconds: over(({ calls }) => median(calls)),
    callP99Microseconds: over(({ calls }) => quantile(calls, 0.99)),
    bareMicroseconds: over(({ bare }) => median(bare)),
    bareP99Microseconds: over(({ bare }) => quantile(bare, 0.99)),
    ratio,
    /** Of the sums: takes in the calls that pay for a checkpoint. */
    ratioOfMeans: over(({ calls, bare }) => mean(calls) / mean(bare)),
    readsPerCall: mean(rounds.map(({ reads, calls }) => reads / calls.length)),
    writesPerCall: mean(rounds.map(({ writes, calls }) => writes / calls.length)),
    callsPerRound: rounds[0].calls.length,
    ...(later === undefined ? {} : { laterMicroseconds: later }),
    met: ratio.median <= goal,
  };
}
