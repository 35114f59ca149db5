import { copyFileSync, mkdirSync } from "node:fs";
import { join } from "node:path";
import Database from "libsql";
import { decisionIdOf } from "../../harness/decision-id.js";
import { type DecideRequest, type Library, type PolicyCache, seededRandom } from "../../harness/library.js";
import { allRows } from "../../harness/sqlite/rows.js";
import { mean, median, type OverRounds, overRounds, quantile } from "../../harness/statistics.js";
import { sampleEvent } from "../../harness/stores/sample-events.js";
import { SAMPLE_DEFAULTS } from "../../harness/stores/sample-store.js";
import { BareWriter, type PreparedWrites } from "./bare-writer.js";
import { RecordingDatabase } from "./recording-database.js";

/** The most a call may cost, as a multiple of its bare statements. */
const GOALS = { decide: 3, write: 2 };

/** Calls in a row before their bare statements follow: short, so that both meet the same weather. */
const CALLS_PER_TURN = 20;

export interface CompareOptions {
  readonly library: Library;
  /** Another build, which takes turns with this one. */
  readonly other: Library | undefined;
  /** A filled store, of which copies are made. */
  readonly template: string;
  readonly folder: string;
  readonly policies: number;
  readonly rounds: number;
  readonly callsPerRound: number;
  /** Of each kind, before anything is counted: V8 takes some to optimise what they run through. */
  readonly warmUpCalls: number;
  readonly onProgress: (round: number) => void;
}

/** What calls of one kind took in one build. */
interface CallFigures {
  readonly callMicroseconds: OverRounds;
  readonly callP99Microseconds: OverRounds;
  readonly bareMicroseconds: OverRounds;
  readonly bareP99Microseconds: OverRounds;
  readonly ratio: OverRounds;
  /** Of the sums: takes in the calls that pay for a checkpoint. */
  readonly ratioOfMeans: OverRounds;
  readonly readsPerCall: number;
  readonly writesPerCall: number;
  readonly callsPerRound: number;
  /** What counting in the background took afterwards, per call. */
  readonly laterMicroseconds?: OverRounds;
  readonly met: boolean;
}

export type ComparedCall = CallFigures & {
  readonly name: string;
  readonly against: string;
  readonly goal: number;
  readonly other?: CallFigures & { readonly timesFaster: OverRounds };
};

/**
 * What a call costs beside the bare statements it cannot avoid. Every round takes turns, for each kind of call: some
 * calls, the bare statements of as many, and again.
 *
 * @returns one comparison per kind of call
 */
export async function compareCalls(options: CompareOptions): Promise<readonly ComparedCall[]> {
  const { library, other, template, folder, policies, rounds, callsPerRound, warmUpCalls, onProgress } = options;
  const stores = [await openStores(library, template, join(folder, "calls"))];
  if (other !== undefined) stores.push(await openStores(other, template, join(folder, "calls-other")));
  const [ours = [], theirs = []] = stores.map((store) => callKinds(store, policies));
  const results = ours.map((kind, index) => {
    return { kind, others: theirs.slice(index, index + 1), rounds: [] as Round[], otherRounds: [] as Round[] };
  });
  for (let round = 0; round <= rounds; round += 1) {
    for (const result of results) {
      const kinds = [result.kind, ...result.others];
      const [own, another] = await runRound(kinds, round === 0 ? warmUpCalls : callsPerRound);
      if (round === 0) continue;
      if (own !== undefined) result.rounds.push(own);
      if (another !== undefined) result.otherRounds.push(another);
    }
    onProgress(round);
  }
  for (const store of stores) await store.close();
  return results.map(({ kind: { name, against, goal }, rounds, otherRounds }) => {
    const comparison = { name, against, goal, ...summarise(rounds, goal) };
    if (otherRounds.length === 0) return comparison;
    const factors = rounds.map(({ calls }, round) => median(otherRounds[round]?.calls ?? []) / median(calls));
    return { ...comparison, other: { ...summarise(otherRounds, goal), timesFaster: overRounds(factors) } };
  });
}

/** What each call took, in microseconds, and each one's bare statements; and how many statements there were. */
interface Turn {
  readonly calls: readonly number[];
  readonly bare: readonly number[];
  readonly reads: number;
  readonly writes: number;
}

interface Round {
  readonly calls: number[];
  readonly bare: number[];
  reads: number;
  writes: number;
  later?: number;
}

interface CallKind {
  readonly name: string;
  readonly against: string;
  readonly goal: number;
  readonly turn: () => Promise<Turn>;
  /** Counts what the calls have left to the background. */
  readonly countLater?: () => Promise<void>;
}

/** @param kinds - the same kind of call of each build */
async function runRound(kinds: readonly CallKind[], callsPerRound: number): Promise<readonly Round[]> {
  const rounds = kinds.map((kind) => ({ kind, round: { calls: [], bare: [], reads: 0, writes: 0 } as Round }));
  for (let made = 0; made < callsPerRound; made += CALLS_PER_TURN) {
    for (const { kind, round } of rounds) {
      const turn = await kind.turn();
      round.calls.push(...turn.calls);
      round.bare.push(...turn.bare);
      round.reads += turn.reads;
      round.writes += turn.writes;
    }
  }
  for (const { kind, round } of rounds) {
    if (kind.countLater === undefined) continue;
    const started = performance.now();
    await kind.countLater();
    round.later = microseconds(started) / round.calls.length;
  }
  return rounds.map(({ round }) => round);
}

type Workers = "background" | "inline" | "none";

/** A cache whose statements are noted. */
interface RecordedCache {
  readonly cache: PolicyCache;
  readonly recorder: RecordingDatabase;
}

interface Stores {
  readonly caches: Readonly<Record<Workers, RecordedCache>>;
  /** Its statements are not noted. It shares the file of the inline one. */
  readonly reading: PolicyCache;
  readonly reader: Database.Database;
  readonly writer: BareWriter;
  readonly close: () => Promise<void>;
}

async function openStores(library: Library, template: string, folder: string): Promise<Stores> {
  mkdirSync(folder, { recursive: true });
  const handles: Database.Database[] = [];
  const copy = (name: string) => {
    const path = join(folder, `${name}.db`);
    copyFileSync(template, path);
    return path;
  };
  const openBare = (path: string) => {
    const database = new Database(path);
    database.prepare("PRAGMA journal_mode = WAL").get();
    database.exec("PRAGMA synchronous = NORMAL");
    handles.push(database);
    return database;
  };
  const openRecorded = async (workers: Workers, path: string) => {
    const database = new Database(path);
    handles.push(database);
    const recorder = new RecordingDatabase(database);
    const options = { workers, database: recorder, defaults: SAMPLE_DEFAULTS };
    return { recorder, cache: await library.PolicyCache.open(path, options) };
  };
  const path = copy("inline");
  const caches = {
    background: await openRecorded("background", copy("background")),
    inline: await openRecorded("inline", path),
    none: await openRecorded("none", copy("none")),
  };
  const reading = await library.PolicyCache.open(path, { workers: "none", defaults: SAMPLE_DEFAULTS });
  const reader = openBare(path);
  const writer = new BareWriter(openBare(copy("bare")));
  const close = async () => {
    for (const cache of [...Object.values(caches).map(({ cache }) => cache), reading]) await cache.close();
    for (const database of handles) database.close();
  };
  return { caches, reading, reader, writer, close };
}

function callKinds({ caches, reading, reader, writer }: Stores, policies: number): readonly CallKind[] {
  const random = seededRandom(20_240_601);
  const anyPair = () => Math.floor(random() * policies);
  const known = () => {
    const { agentId, state } = sampleEvent(anyPair());
    return { agentId, state };
  };
  const unknown = () => ({ ...known(), state: { task: "never seen", number: anyPair() } });
  const readAnyPolicy = keyedRead(reader, random);
  const decide = (expected: "serve" | "abstain", request: () => DecideRequest) => async () => {
    const calls = await timeTurn(
      request,
      (asked) => reading.decide(asked),
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
  const record = (workers: Workers) => () => {
    const { cache, recorder } = caches[workers];
    return writingTurn(recorder, writer, nextEvent, (event) => cache.record(event));
  };

  const report = async () => {
    const { cache, recorder } = caches.inline;
    const decisions: string[] = [];
    while (decisions.length < CALLS_PER_TURN) decisions.push(decisionIdOf(await cache.decide(known())));
    return writingTurn(
      recorder,
      writer,
      () => decisions.pop() ?? "",
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
function keyedRead(reader: Database.Database, random: () => number): () => void {
  const places = allRows<{ key: string; id: string }>(
    reader,
    "SELECT key, id FROM records WHERE id >= 'PolicyEntry' AND id < 'PolicyEntryz'",
  );
  const select = reader.prepare("SELECT fields FROM records WHERE key = ? AND id = ?");
  return () => {
    const { key, id } = places[Math.floor(random() * places.length)] ?? { key: "", id: "" };
    if (select.get(key, id) === undefined) throw new Error(`There is no record ${id} under ${key}.`);
  };
}

/** Calls that write, then each one's writes alone, on the copy. */
async function writingTurn<Argument, Result>(
  recorder: RecordingDatabase,
  writer: BareWriter,
  nextArgument: () => Argument,
  call: (argument: Argument) => Promise<Result>,
  check: (result: Result) => void = () => {},
): Promise<Turn> {
  const transactions: PreparedWrites[] = [];
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
    () => transactions.shift() ?? [],
    (transaction) => writer.write(transaction),
  );
  return { calls, bare, reads, writes };
}

/** @returns what each call of a turn took, in microseconds */
async function timeTurn<Argument, Result>(
  nextArgument: () => Argument,
  call: (argument: Argument) => Result | Promise<Result>,
  afterCall: (result: Result) => void = () => {},
): Promise<readonly number[]> {
  const times: number[] = [];
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

function microseconds(started: number): number {
  return (performance.now() - started) * 1000;
}

function summarise(rounds: readonly Round[], goal: number): CallFigures {
  const over = (figure: (round: Round) => number) => overRounds(rounds.map(figure));
  const ratio = over(({ calls, bare }) => median(calls) / median(bare));
  const later = rounds.flatMap((round) => round.later ?? []);
  return {
    callMicroseconds: over(({ calls }) => median(calls)),
    callP99Microseconds: over(({ calls }) => quantile(calls, 0.99)),
    bareMicroseconds: over(({ bare }) => median(bare)),
    bareP99Microseconds: over(({ bare }) => quantile(bare, 0.99)),
    ratio,
    ratioOfMeans: over(({ calls, bare }) => mean(calls) / mean(bare)),
    readsPerCall: mean(rounds.map(({ reads, calls }) => reads / calls.length)),
    writesPerCall: mean(rounds.map(({ writes, calls }) => writes / calls.length)),
    callsPerRound: rounds[0]?.calls.length ?? 0,
    ...(later.length === 0 ? {} : { laterMicroseconds: overRounds(later) }),
    met: ratio.median <= goal,
  };
}
