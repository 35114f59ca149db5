import type Database from "libsql";
import { decisionIdOf } from "../../harness/decision-id.js";
import { type DecideRequest, seededRandom } from "../../harness/library.js";
import { allRows } from "../../harness/sqlite/rows.js";
import { sampleEvent } from "../../harness/stores/sample-events.js";
import type { BareWriter, PreparedWrites } from "./bare-writer.js";
import type { RecordingDatabase } from "./recording-database.js";
import type { Stores, Workers } from "./stores.js";

/** The most a call may cost, as a multiple of its bare statements. */
const GOALS = { decide: 3, write: 2 };

/** Calls in a row before their bare statements follow: short, so that both meet the same weather. */
export const CALLS_PER_TURN = 20;

export interface CallKind {
  readonly name: string;
  readonly against: string;
  readonly goal: number;
  readonly turn: () => Promise<Turn>;
  /** Counts what the calls have left to the background. */
  readonly countLater?: () => Promise<void>;
}

/** What each call took, in microseconds, and each one's bare statements; and how many statements there were. */
interface Turn {
  readonly calls: readonly number[];
  readonly bare: readonly number[];
  readonly reads: number;
  readonly writes: number;
}

export function callKinds({ caches, reading, reader, writer }: Stores, policies: number): readonly CallKind[] {
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

/** @param started - a moment of the clock of `performance` */
export function microseconds(started: number): number {
  return (performance.now() - started) * 1000;
}
