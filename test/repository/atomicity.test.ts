import Database from "libsql";
import { describe, expect, it, onTestFinished } from "vitest";
import { type IdentityOf, openStore, Repository, type Store } from "../../src/models.js";
import { ManualClock } from "../../src/testing/manual-clock.js";
import { FaultInjector, InjectedFault } from "../support/faults.js";
import { Lesson } from "../support/lesson.js";
import { dumpKeys, dumpTables } from "../support/stores/dump-store.js";
import { atomically, EMBEDDED_ENGINES, type EngineName } from "../support/stores/stores.js";
import type { TouchedKeys } from "../support/stores/wrapped-keyspace.js";

// Every change of the store that a call makes is replaced by a failure, one after the other: the call must fail, and
// the store must be exactly as it was before. Then the call succeeds, with the same result as if nothing had happened.

type Lessons = Repository<typeof Lesson>;

const AGENT = "agent-1";

function lesson(lessonId: string): IdentityOf<typeof Lesson> {
  return { agentId: AGENT, topic: "deploy", lessonId };
}

const [first, second, third] = [lesson("1"), lesson("2"), lesson("3")];

interface Bench {
  readonly store: Store;
  readonly lessons: Lessons;
  readonly faults: FaultInjector;
  /** All there is in the store; on memory, under these keys. */
  readonly dump: (keys: TouchedKeys) => Promise<unknown>;
}

async function openBench(engine: EngineName): Promise<Bench> {
  const clock = new ManualClock(1_715_860_800);
  const database = engine === "sqlite" ? new Database(":memory:") : undefined;
  const options = database === undefined ? {} : { database };
  const store = await openStore(engine === "memory" ? "memory:" : "ours.db", { clock: clock.read, ...options });
  onTestFinished(async () => {
    await store.close();
    database?.close();
  });
  const faults = new FaultInjector(store);
  const lessons = new Repository(store, Lesson);
  await prepare(lessons, clock);
  return {
    store,
    lessons,
    faults,
    dump: async (keys) =>
      database === undefined ? atomically(store, (keyspace) => dumpKeys(keyspace, keys)) : dumpTables(database),
  };
}

/** Five lessons with every kind of state: links up to the limit, open predictions, staged reads, open proposals. */
async function prepare(lessons: Lessons, clock: ManualClock): Promise<void> {
  for (const lessonId of ["1", "2", "3", "4", "5"]) {
    await lessons.create({
      ...lesson(lessonId),
      author: lessonId < "3" ? "ann" : "bob",
      rank: Number(lessonId),
      text: `deploy step ${lessonId}`,
      importance: lessonId === "5" ? 0.3 : 0.9,
    });
  }
  await lessons.create({ ...lesson("gone"), author: "ann", rank: 0, text: "words nobody else says" });
  await lessons.delete(lesson("gone"));
  const related = lessons.links("related");
  await related.link(first, second, 0.3);
  await related.link(first, third, 0.2);
  await related.link(first, lesson("4"), 0.1);
  await lessons.links("next").link(first, second, 0.5);
  await lessons.predictions.recordPrediction(first, { reward: 1, latencySeconds: 3 });
  await lessons.predictions.recordPrediction(first, { reward: 0.9 });
  clock.advance(86_400);
  await lessons.confidence("trust").update(first, 0.2);
  await lessons.accesses.onRead([first, first, second]);
  await lessons.accesses.onRead([first], "somebody else");
  await lessons.observations.proposals.onSurfaced([first, second], "of the same task");
  await lessons.observations.proposals.onSurfaced([first, third], "because", "sidebar");
  clock.advance(60);
}

const CALLS: { readonly [name: string]: (lessons: Lessons) => Promise<unknown> } = {
  "observing a contradiction": (lessons) =>
    lessons.observations.onContextUsed([{ record: first, outcome: "contradicted", reward: -1 }]),
  "observing a contradiction that names what replaces the record": (lessons) =>
    lessons.observations.onContextUsed([{ record: first, outcome: "contradicted", replacement: second, reward: -1 }]),
  "setting a window": (lessons) => lessons.validity.set(first, { untilSeconds: 2_000_000_000 }),
  "superseding a record": (lessons) => lessons.validity.supersede(first, second),
  "observing four outcomes at once, and linking": (lessons) =>
    lessons.observations.onContextUsed(
      [
        { record: first, outcome: "acted", reward: 1, td: { maxFutureQ: 0.5 } },
        { record: second, outcome: "acted" },
        { record: third, outcome: "dismissed" },
        { record: lesson("4"), outcome: "used" },
      ],
      { linkActed: true },
    ),
  "creating a record": (lessons) => lessons.create({ ...lesson("6"), author: "ann", rank: 6, importance: 0.8 }),
  "saving a record that is new": (lessons) =>
    lessons.save({ ...lesson("6"), author: "ann", rank: 6, text: "new words" }),
  "saving a record again": (lessons) => lessons.save({ ...first, author: "eve", rank: 9, text: "other words" }),
  "saving three records at once": (lessons) =>
    lessons.saveMany(
      ["1", "6", "7"].map((lessonId) => ({ ...lesson(lessonId), author: "eve", rank: 8, text: "of three" })),
    ),
  "appending an event": (lessons) => lessons.events.append(first, "shared", { with: "bob" }),
  "deleting an event": async (lessons) => {
    const [oldest] = await lessons.events.read({ partition: AGENT });
    return lessons.events.delete(oldest?.id ?? "", AGENT);
  },
  "updating a record": (lessons) => lessons.update(first, { author: "eve", rank: 7, text: "changed", importance: 0.2 }),
  "deleting a record": (lessons) => lessons.delete(first),
  "linking, where the weakest link must go": (lessons) => lessons.links("related").link(first, lesson("5"), 0.4),
  "linking one way": (lessons) => lessons.links("next").link(second, third),
  "strengthening a link": (lessons) => lessons.links("related").strengthen(first, second),
  "strengthening a missing link": (lessons) => lessons.links("related").strengthen(second, third, 0.2),
  unlinking: (lessons) => lessons.links("related").unlink(first, second),
  "weakening all links": (lessons) => lessons.links("related").weakenAll(first, 0.5),
  "removing all links": (lessons) => lessons.links("related").weakenAll(first, 0),
  "recording a prediction": (lessons) => lessons.predictions.recordPrediction(first, { reward: 0.5 }),
  "resolving a prediction that was far off": (lessons) => lessons.predictions.resolvePrediction(first, { reward: -20 }),
  "resolving a prediction by an outcome": (lessons) => lessons.predictions.autoResolve(first, "contradicted"),
  "staging reads": (lessons) => lessons.accesses.onRead([first, second, third]),
  "confirming reads": (lessons) => lessons.accesses.confirmAccess(first),
  "discarding reads": (lessons) => lessons.accesses.discardStagedAccess(first),
  "touching a clock": (lessons) => lessons.clock("recency").touch(first),
  "weakening cycles": (lessons) => lessons.clock("rhythm").weakenCycles(first),
  "resolving pressure": (lessons) => lessons.clock("rhythm").resolvePressure(first),
  "updating confidence": (lessons) => lessons.confidence("trust").update(first, 0.9),
  "updating a Q-value": (lessons) => lessons.qValue("value").update(first, 1),
  "setting a Q-value": (lessons) => lessons.qValue("value").initialize(first, 0.7),
  "surfacing proposals": (lessons) => lessons.observations.proposals.onSurfaced([third, lesson("4")], "again"),
  "resolving a proposal": (lessons) => lessons.observations.proposals.resolve(first),
  "expiring proposals": (lessons) => lessons.observations.proposals.expireStale({ scope: AGENT, ttlSeconds: 0 }),
  "rebuilding a filter": (lessons) => lessons.filter("words").rebuild(AGENT),
};

/** Ids of predictions are random. */
function withoutRandomIds(dump: unknown): unknown {
  const text = JSON.stringify(dump, (_name, value) => (value instanceof Uint8Array ? [...value] : value));
  return JSON.parse(text.replaceAll(/[\w-]{22}\.[0-9a-z]+/g, "an id"));
}

describe.each(EMBEDDED_ENGINES)("with a fault at each change, on %s", (engine) => {
  it.each(Object.entries(CALLS))("%s happens whole or not at all", async (_name, call) => {
    const reference = await openBench(engine);
    await call(reference.lessons);
    const keys = reference.faults.touched;

    const { lessons, faults, dump } = await openBench(engine);
    const before = await dump(keys);
    let change = 1;
    for (; ; change += 1) {
      faults.failAt(change);
      const failure: unknown = await call(lessons).then(
        () => undefined,
        (error: unknown) => error,
      );
      faults.failAt(Number.POSITIVE_INFINITY);
      if (failure === undefined) break;
      expect(failure).toBeInstanceOf(InjectedFault);
      expect(await dump(keys)).toEqual(before);
    }
    // The last fault came at the end of the operation, after all its changes.
    expect(change - 2).toBe(faults.changes);
    expect(faults.changes).toBeGreaterThan(0);
    const after = await dump(keys);
    expect(after).not.toEqual(before);
    expect(withoutRandomIds(after)).toEqual(withoutRandomIds(await reference.dump(keys)));
  });

  it("a contradiction reaches cycles, confidence, ledger, proposals, reads, value, window and events", async () => {
    const { store, lessons, faults } = await openBench(engine);
    const eventCount = () =>
      atomically(store, (keyspace) => keyspace.describeStream(`stream:lessons:${AGENT}`).appended);
    const eventsBefore = await eventCount();
    const before = await lessons.get(first, { noTrack: true });
    await lessons.observations.onContextUsed([
      { record: first, outcome: "contradicted", reward: -1, replacement: second },
    ]);
    expect(faults.changes).toBeGreaterThanOrEqual(9);
    expect(await eventCount()).toBe(eventsBefore + 3);
    const after = await lessons.get(first, { noTrack: true });
    expect(after?.rhythm.cycles[0]?.amplitude).toBe(0.25);
    expect(after?.trust.value).toBeLessThan(before?.trust.value ?? 0);
    expect(after?.value).toBe(-0.1);
    expect(after?.validity).toMatchObject({ untilSeconds: store.nowSeconds(), supersededBy: second });
    expect(await lessons.predictions.getHighestErrors({ scope: AGENT })).toEqual([
      { identity: first, predictionError: 1 },
    ]);
    const pending = await lessons.observations.proposals.getPending({ scope: AGENT });
    expect(pending.map(({ identity }) => identity)).toEqual([second]);
    expect(await lessons.accesses.confirmAccess(first)).toBe(0);
    expect(await lessons.accesses.confirmAccess(first, "somebody else")).toBe(1);
  });
});
