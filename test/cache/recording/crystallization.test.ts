import { describe, expect, it } from "vitest";
import type { OutcomeEvent } from "../../../src/cache/events/outcome-event.js";
import type { PolicyCache } from "../../../src/cache/policy-cache.js";
import { PolicyEntry, policyLayout } from "../../../src/cache/policy-entry.js";
import { createCrystallizationHandler, crystallizationHandler } from "../../../src/cache/recording/crystallization.js";
import { CRYSTALLIZER_GROUP, OUTCOME_STREAM } from "../../../src/cache/recording/outcome-stream.js";
import { InvalidArgumentError, StoreError } from "../../../src/common/errors.js";
import type { Fields } from "../../../src/keyspace/port/keyspace.js";
import { itemHashes } from "../../../src/maths/sketches/bloom.js";
import { addToFilter } from "../../../src/operations/primitives/existence-filter.js";
import { appendEntry, deliver, describeStream } from "../../../src/operations/streams/streams.js";
import { filterTarget } from "../../../src/primitives/existence-filter.js";
import { StreamConsumer } from "../../../src/streams/stream-consumer.js";
import type { StreamHandler } from "../../../src/streams/stream-handler.js";
import { DEPLOY, DEPLOY_FINGERPRINT, failures, outcome, successes } from "../../support/events.js";
import { FaultInjector } from "../../support/faults.js";
import { ManualClock } from "../../support/manual-clock.js";
import { seededRandom } from "../../support/seeded-random.js";
import { atomically, describeOnEveryEngine, EMBEDDED_ENGINES, openTestCache } from "../../support/stores/stores.js";

/** A consumer of one's own, as the documentation shows it. */
function consumerOf(cache: PolicyCache, batchSize = 50, handler: StreamHandler = crystallizationHandler) {
  return new StreamConsumer({ ...memberNamed(cache, "own"), batchSize, handler });
}

async function consumeAll(consumer: StreamConsumer): Promise<void> {
  while ((await consumer.processBatch({ blockMs: 0 })) > 0) {
    // One batch after the other.
  }
}

async function qValuesOf(cache: PolicyCache, agentId = "agent-1"): Promise<readonly number[]> {
  const { records } = await cache.policies.query({ agentId });
  return records.map(({ qValue }) => qValue);
}

function append({ store }: PolicyCache, fields: Fields): Promise<string> {
  const keys = { stream: OUTCOME_STREAM };
  return store.run(appendEntry, { keys, payload: fields, maxLength: 10_000, nowSeconds: store.nowSeconds() }, 0);
}

const ENTRY = { op: "outcome", stateFingerprint: DEPLOY_FINGERPRINT, actionType: "run_playbook", ts: 1 };

describeOnEveryEngine("crystallization", (engine) => {
  it.each([
    { name: "8 successes", events: successes(8), qValues: [0.6096569663469354] },
    { name: "2 successes", events: successes(2), qValues: [] },
    { name: "5 successes", events: successes(5), qValues: [] },
    { name: "6 successes", events: successes(6), qValues: [0.6096569663469354] },
    { name: "2 of 10", events: [...failures(8), ...successes(2)], qValues: [] },
    { name: "9 of 10", events: [...failures(1), ...successes(9)], qValues: [] },
    { name: "12 of 14", events: [...failures(2), ...successes(12)], qValues: [0.600580922361363] },
  ])("of $name in one batch gives $qValues, the bound when it first passed (C109)", async ({ events, qValues }) => {
    const cache = await openTestCache(engine, { workers: "none" });
    await cache.recordMany(events);
    expect(await cache.statistics()).toMatchObject({ totals: { events: 0 }, stream: { appended: events.length } });
    await consumeAll(consumerOf(cache));
    expect(await qValuesOf(cache)).toEqual(qValues);
  });

  it("of 6 successes delivered one per batch gives a policy (C110)", async () => {
    const cache = await openTestCache(engine, { workers: "none" });
    for (let round = 0; round < 6; round += 1) {
      expect(await qValuesOf(cache)).toEqual([]);
      await cache.record(outcome("success"));
      expect(await consumerOf(cache, 1).processBatch({ blockMs: 0 })).toBe(1);
    }
    expect(await qValuesOf(cache)).toEqual([0.6096569663469354]);
  });

  it("counts entries that were delivered twice once (C110)", async () => {
    const clock = new ManualClock();
    const cache = await openTestCache(engine, { workers: "none", clock: clock.read });
    await cache.recordMany(successes(3));
    const abandoned = await deliverTo(cache, "dead", 10);
    expect(abandoned).toHaveLength(3);
    clock.advance(200);
    expect(await consumerOf(cache).processBatch({ blockMs: 0 })).toBe(3);
    // The consumer that was believed dead finishes after all.
    await crystallizationHandler(abandoned, contextOf(cache, "dead"));
    expect((await cache.statistics()).totals).toMatchObject({ events: 3, pairs: 1 });
  });

  it("creates one policy each for a second action and a second agent of a state (C111)", async () => {
    const cache = await openTestCache(engine, { workers: "none" });
    const second = { action: { type: "rollback" } };
    await cache.recordMany([...successes(6), ...successes(6, second), ...successes(6, { agentId: "agent-2" })]);
    await consumeAll(consumerOf(cache));
    expect(await qValuesOf(cache)).toHaveLength(2);
    expect(await qValuesOf(cache, "agent-2")).toHaveLength(1);
  });

  it("leaves the learned value of an existing policy alone", async () => {
    const cache = await openTestCache(engine, { workers: "inline" });
    await cache.recordMany(successes(6));
    const identity = { agentId: "agent-1", stateFingerprint: DEPLOY_FINGERPRINT, actionType: "run_playbook" };
    await cache.policies.qValue("qValue").update(identity, 7);
    const before = await cache.policies.get(identity);
    expect(await cache.recordMany([...successes(30), ...failures(1)])).toMatchObject({ crystallized: 0 });
    expect(await cache.policies.get(identity)).toEqual(before);
  });

  it("takes features and specification from the newest event, by event time", async () => {
    const cache = await openTestCache(engine, { workers: "inline", clock: new ManualClock(5000).read });
    for (const [index, ts] of [10, 50, 20, 50, 30, 40].entries()) {
      await cache.record(outcome("success", { ts, action: { type: "run_playbook", spec: { index } } }));
    }
    const [policy] = (await cache.policies.query({ agentId: "agent-1" })).records;
    expect(policy?.actionSpec).toEqual({ index: 3 });
    expect(await cache.explain({ agentId: "agent-1", state: DEPLOY })).toMatchObject({
      evidence: [{ firstSeenSeconds: 10, lastSeenSeconds: 50 }],
    });
  });

  it.each<{ name: string; fields: Fields }>([
    { name: "an unknown outcome", fields: { ...ENTRY, outcome: "perhaps" } },
    { name: "no outcome", fields: ENTRY },
    { name: "no state", fields: { op: "outcome", actionType: "a", outcome: "success", ts: 1 } },
    { name: "no action", fields: { op: "outcome", stateFingerprint: "f", outcome: "success", ts: 1 } },
    { name: "an empty agent", fields: { ...ENTRY, outcome: "success", agentId: "" } },
    { name: "a negative time", fields: { ...ENTRY, outcome: "success", ts: -1 } },
    { name: "a number as action", fields: { ...ENTRY, outcome: "success", actionType: 5 } },
    { name: "nothing of an outcome", fields: { hello: "world" } },
  ])("counts a stream entry with $name as malformed and goes on", async ({ fields }) => {
    const cache = await openTestCache(engine, { workers: "none" });
    await cache.recordMany(successes(3));
    await append(cache, fields);
    await cache.recordMany(successes(3));
    await consumeAll(consumerOf(cache));
    expect(await cache.statistics()).toMatchObject({
      malformed: 1,
      totals: { events: 6, policies: 1 },
      stream: { groups: [{ name: CRYSTALLIZER_GROUP, pending: 0, lag: 0 }] },
    });
  });

  it("counts an entry whose features are not readable, without them", async () => {
    const cache = await openTestCache(engine, { workers: "none" });
    await append(cache, { ...ENTRY, agentId: "agent-1", outcome: "success", stateFeatures: "{broken", actionSpec: 5 });
    await consumeAll(consumerOf(cache));
    expect(await cache.statistics()).toMatchObject({ malformed: 0, totals: { events: 1 } });
  });

  it("uses the constants its handler was made with", async () => {
    const cache = await openTestCache(engine, { workers: "none" });
    await cache.recordMany(successes(3));
    await consumeAll(consumerOf(cache, 50, createCrystallizationHandler({ ciThreshold: 0.3 })));
    expect(await qValuesOf(cache)).toEqual([0.4384939195509822]);
    expect(() => createCrystallizationHandler({ ciThreshold: 2 })).toThrow("ciThreshold");
  });

  it.each([
    { name: "the mean reward", defaults: { initialQ: "meanReward" }, expected: 0.5 },
    { name: "a fixed value", defaults: { initialQ: 3 }, expected: 3 },
    { name: "the bound", defaults: { initialQ: "bound" }, expected: 0.6096569663469354 },
  ] as const)("starts a policy from $name when asked to", async ({ defaults, expected }) => {
    const cache = await openTestCache(engine, { workers: "inline", defaults });
    for (const reward of [1, 0, 1, 0, 1, 0]) await cache.record(outcome("success", { reward }));
    expect(await qValuesOf(cache)).toEqual([expected]);
  });

  it("refuses a list with a hole, as one with undefined", async () => {
    const cache = await openTestCache(engine, { workers: "none" });
    const events = successes(3);
    delete events[1];
    await expect(cache.recordMany(events)).rejects.toThrow(InvalidArgumentError);
  });

  it("checks the threshold after every event, so that a batch may create what its end would not", async () => {
    const events = [...successes(6), ...failures(6)];
    for (const batchSize of [1, 5, 12, 5000]) {
      const cache = await openTestCache(engine, { workers: "none" });
      await cache.recordMany(events);
      await consumeAll(consumerOf(cache, batchSize));
      expect(await qValuesOf(cache)).toEqual([0.6096569663469354]);
      expect(await cache.decide({ agentId: "agent-1", state: DEPLOY })).toMatchObject({ kind: "suggest" });
    }
  });
});

describeOnEveryEngine("crystallization of a state that a filter falsely knows", (engine) => {
  it("creates a policy that the existence filter falsely knows already (C111)", async () => {
    const cache = await openTestCache(engine, { workers: "inline" });
    const target = filterTarget(policyLayout, "bloom", PolicyEntry.fields.bloom, "agent-1");
    await atomically(cache.store, (keyspace) => addToFilter(keyspace, target, [itemHashes(DEPLOY_FINGERPRINT)]));
    expect(await cache.policies.filter("bloom").mightExist(DEPLOY_FINGERPRINT, "agent-1")).toBe(true);
    expect(await cache.recordMany(successes(6))).toMatchObject({ crystallized: 1 });
    expect(await qValuesOf(cache)).toHaveLength(1);
  });
});

describeOnEveryEngine("two consumers of the group in one process", (engine) => {
  it("share the work, count every event once and keep the order", async () => {
    const random = seededRandom(3);
    const cache = await openTestCache(engine, { workers: "none" });
    const reference = await openTestCache("memory", { workers: "inline" });
    const events = mixedEvents(random, 600);
    const consumers = [7, 11].map((batchSize, index) => {
      const handled: string[] = [];
      const handler: StreamHandler = async (entries, context) => {
        handled.push(...entries.map(({ id }) => id));
        return crystallizationHandler(entries, context);
      };
      return { handled, consumer: new StreamConsumer({ ...memberNamed(cache, `c${index}`), batchSize, handler }) };
    });
    for (const event of events) await reference.record(event);
    const running = consumers.map(({ consumer }) => consumer.run());
    for (let start = 0; start < events.length; start += 20) await cache.recordMany(events.slice(start, start + 20));
    await cache.flush();
    for (const { consumer } of consumers) await consumer.stop();
    await Promise.all(running);

    const [one, two] = consumers.map(({ handled }) => handled);
    expect(one?.length).toBeGreaterThan(0);
    expect(two?.length).toBeGreaterThan(0);
    expect(new Set([...(one ?? []), ...(two ?? [])]).size).toBe((one?.length ?? 0) + (two?.length ?? 0));
    const { stream: _ours, ...figures } = await cache.statistics();
    const { stream: _theirs, ...expected } = await reference.statistics();
    expect(figures).toEqual(expected);
    expect(await qValuesOf(cache)).toEqual(await qValuesOf(reference));
  });
});

describeOnEveryEngine("entries abandoned by a consumer that died", (engine) => {
  it("are counted before newer ones, however many there are", async () => {
    const clock = new ManualClock();
    const cache = await openTestCache(engine, { workers: "none", clock: clock.read });
    await cache.recordMany(successes(40));
    expect(await deliverTo(cache, "dead", 30)).toHaveLength(30);
    clock.advance(200);
    const consumer = consumerOf(cache, 7);
    let cycles = 0;
    while ((await consumer.processBatch({ blockMs: 0 })) > 0) cycles += 1;
    expect(cycles).toBeGreaterThan(4);
    expect((await cache.statistics()).totals.events).toBe(40);
    const dead = await cache.store.run(describeStream, { keys: { stream: `dead:${OUTCOME_STREAM}` } }, 0);
    expect(dead.appended).toBe(0);
  });

  it("hold nothing up: whoever comes next counts them first", async () => {
    const cache = await openTestCache(engine, { workers: "none", clock: new ManualClock().read });
    // Six successes make a policy only when they are counted before the failures.
    await cache.recordMany([...successes(6), ...failures(4)]);
    const held = await deliverTo(cache, "slow", 5);
    const later = await deliverTo(cache, "dead", 2);
    expect(later).toHaveLength(2);
    expect(await consumerOf(cache, 2).processBatch({ blockMs: 0 })).toBe(2);
    expect(await qValuesOf(cache)).toHaveLength(1);
    await consumeAll(consumerOf(cache));
    await crystallizationHandler(held, contextOf(cache, "slow"));
    const { totals, stream } = await cache.statistics();
    expect(totals).toMatchObject({ events: 10, successes: 6 });
    expect(stream.groups).toEqual([{ name: CRYSTALLIZER_GROUP, pending: 0, lag: 0 }]);
  });

  it("are counted even when the clock has gone back since", async () => {
    const clock = new ManualClock();
    const cache = await openTestCache(engine, { workers: "none", clock: clock.read });
    await cache.recordMany(successes(6));
    await deliverTo(cache, "dead", 3);
    clock.advance(-86_400);
    expect(await consumerOf(cache).processBatch({ blockMs: 0 })).toBe(3);
    expect((await cache.statistics()).totals).toMatchObject({ events: 6, policies: 1 });
  });
});

describe.each(EMBEDDED_ENGINES)("a store in trouble on %s", (engine) => {
  it("never turns good events into dead letters", async () => {
    const cache = await openTestCache(engine, { workers: "none" });
    await cache.recordMany(successes(6));
    const faults = new FaultInjector(cache.store, "count-delivered", () => {
      return new StoreError("STORE_FULL", "The disk is full.", { retryable: true });
    });
    let attempts = 0;
    const handler: StreamHandler = (entries, context) => {
      attempts += 1;
      return crystallizationHandler(entries, context);
    };
    const options = { handler, claimTimeoutMs: 0, maxRetries: 1 };
    const consumer = new StreamConsumer({ ...memberNamed(cache, "patient"), ...options });
    faults.failAt(1);
    for (let round = 1; round <= 3; round += 1) {
      await expect(consumer.processBatch({ blockMs: 0 })).rejects.toMatchObject({ code: "STORE_FULL" });
      expect(attempts, "entries are not tried one by one").toBe(round);
    }
    faults.failAt(Number.POSITIVE_INFINITY);
    await consumeAll(consumer);
    expect((await cache.statistics()).totals).toMatchObject({ events: 6, policies: 1 });
    const letters = await cache.store.run(describeStream, { keys: { stream: `dead:${OUTCOME_STREAM}` } }, 0);
    expect(letters.appended).toBe(0);
  });
});

function contextOf(cache: PolicyCache, consumerName: string) {
  return { ...memberNamed(cache, consumerName), shard: 0 };
}

function memberNamed({ store }: PolicyCache, consumerName: string) {
  return { store, streamKey: OUTCOME_STREAM, groupName: CRYSTALLIZER_GROUP, consumerName };
}

async function deliverTo({ store }: PolicyCache, consumer: string, limit: number) {
  const input = {
    keys: { stream: OUTCOME_STREAM },
    group: CRYSTALLIZER_GROUP,
    consumer,
    claimTimeoutMs: 180_000,
    limit,
    nowSeconds: store.nowSeconds(),
  };
  return (await store.run(deliver, input, 0)).entries;
}

/** Events over a few states and actions in which the order decides which policies are created. */
function mixedEvents(random: () => number, count: number): OutcomeEvent[] {
  return Array.from({ length: count }, () => {
    const state = { place: Math.floor(random() * 4) };
    const action = { type: `action-${Math.floor(random() * 3)}` };
    return outcome(random() < 0.75 ? "success" : "failure", { state, action, reward: random() });
  });
}
