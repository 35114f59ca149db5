import { describe, expect, it, onTestFinished } from "vitest";
import { StoreError } from "../../src/common/errors.js";
import { keyField } from "../../src/model/fields.js";
import { describeStream, readEntries } from "../../src/operations/streams/streams.js";
import { defineModel } from "../../src/repository/define-model.js";
import { Repository } from "../../src/repository/repository.js";
import { openStore, type Store } from "../../src/store/store.js";
import { StreamConsumer, type StreamConsumerOptions } from "../../src/streams/stream-consumer.js";
import { startChild } from "../support/child-process.js";
import { ManualClock } from "../support/manual-clock.js";
import { describeOnDurableEngines, freshLocation, openTestStore } from "../support/stores/stores.js";

const Task = defineModel("Task", {
  scope: "owner",
  identity: ["owner", "id"],
  fields: { owner: keyField(), id: keyField() },
  eventStream: { streamName: "tasks", metadataFields: ["owner"] },
});
const STREAM = "stream:tasks";
const OWNERS = Array.from({ length: 20 }, (_, index) => `owner ${index}`);

/** A store in which each owner has some tasks, and a stream with an entry of each. */
async function openTasks(shards: number, tasksOfEach: number): Promise<{ store: Store; clock: ManualClock }> {
  const clock = new ManualClock();
  const store = await openTestStore("memory", { shards, clock: clock.read });
  const tasks = new Repository(store, Task);
  for (let task = 0; task < tasksOfEach; task += 1) {
    for (const owner of OWNERS) await tasks.create({ owner, id: `task ${task}` });
  }
  return { store, clock };
}

/** A consumer that notes what it is given. */
function consume(store: Store, options: Partial<StreamConsumerOptions> = {}) {
  const handled: { readonly shard: number; readonly owner: string; readonly id: string }[] = [];
  const consumer = new StreamConsumer({
    store,
    streamKey: STREAM,
    groupName: "workers",
    consumerName: "one",
    blockMs: 0,
    handler: (entries, { shard }) => {
      handled.push(...entries.map(({ fields }) => ({ shard, owner: String(fields.owner), id: String(fields.pk) })));
    },
    ...options,
  });
  return { consumer, handled };
}

async function consumeAll(consumer: StreamConsumer): Promise<number> {
  for (let total = 0; ; ) {
    const handled = await consumer.processBatch();
    if (handled === 0) return total;
    total += handled;
  }
}

describe.each([1, 3, 8])("a consumer of a stream in %d shards", (shards) => {
  it("is given every entry once, with its shard, those of a scope in order", async () => {
    const { store } = await openTasks(shards, 5);
    const { consumer, handled } = consume(store, { batchSize: 3 });
    expect(await consumeAll(consumer)).toBe(100);
    for (const owner of OWNERS) {
      const own = handled.filter((entry) => entry.owner === owner);
      expect(own.map(({ id }) => id)).toEqual(["task 0", "task 1", "task 2", "task 3", "task 4"]);
      expect(new Set(own.map(({ shard }) => shard))).toEqual(new Set([store.shardOf(owner)]));
    }
  });

  it("shares the entries with the others of its group, and the others of another group are given all", async () => {
    const { store } = await openTasks(shards, 5);
    const group = ["one", "two", "three"].map((consumerName) => consume(store, { consumerName, batchSize: 3 }));
    const other = consume(store, { groupName: "others" });
    const counts = await Promise.all([...group, other].map(({ consumer }) => consumeAll(consumer)));
    expect(counts.slice(0, 3).reduce((sum, count) => sum + count)).toBe(100);
    expect(counts[3]).toBe(100);
    const names = group.flatMap(({ handled }) => handled.map(({ owner, id }) => `${owner}, ${id}`));
    expect(new Set(names).size).toBe(100);
    for (const { handled } of group) expect(handled.length).toBeGreaterThan(10);
  });

  it("waits for an entry in any shard", async () => {
    const { store } = await openTasks(shards, 0);
    for (const owner of OWNERS.slice(0, 5)) {
      const { consumer, handled } = consume(store, { blockMs: 60_000 });
      const waiting = consumer.processBatch();
      await new Repository(store, Task).create({ owner, id: "late" });
      expect(await waiting).toBe(1);
      expect(handled).toEqual([{ shard: store.shardOf(owner), owner, id: "late" }]);
    }
  });
});

describe("a consumer of several shards", () => {
  it("takes a batch of each in turn: a busy shard keeps nobody waiting", async () => {
    const { store } = await openTasks(8, 1);
    for (let task = 0; task < 50; task += 1) {
      await new Repository(store, Task).create({ owner: "owner 0", id: `more ${task}` });
    }
    const { consumer, handled } = consume(store, { batchSize: 5 });
    const busy = store.shardOf("owner 0");
    const others = OWNERS.filter((owner) => store.shardOf(owner) !== busy).length;
    await consumer.processBatch();
    expect(handled.filter(({ shard }) => shard === busy)).toHaveLength(5);
    expect(handled.filter(({ shard }) => shard !== busy)).toHaveLength(others);
  });

  it("goes on with the others when one cannot be reached, and says so", async () => {
    const { store } = await openTasks(8, 2);
    const away = store.shardOf("owner 0");
    const run = store.run.bind(store);
    store.run = (operation, input, shard) =>
      shard === away ? Promise.reject(new Error("this shard is away")) : run(operation, input, shard);
    const { consumer, handled } = consume(store);
    await expect(consumer.processBatch()).rejects.toThrow("this shard is away");
    const reachable = OWNERS.filter((owner) => store.shardOf(owner) !== away);
    expect(handled).toHaveLength(2 * reachable.length);
    store.run = run;
    expect(await consumeAll(consumer)).toBe(40 - 2 * reachable.length);
  });

  it("sets an entry aside in its own shard, and trims only what every group has handled there", async () => {
    const { store } = await openTasks(3, 1);
    const { consumer } = consume(store, {
      maxRetries: 1,
      handler: ([entry]) => {
        if (entry?.fields.owner === "owner 7") throw new Error("no luck");
      },
    });
    await expect(consumer.processBatch()).rejects.toThrow("no luck");
    const letters = await store.runOnAll(describeStream, { keys: { stream: `dead:${STREAM}` } });
    expect(letters.map(({ length }) => length)).toEqual(
      [0, 1, 2].map((shard) => (shard === store.shardOf("owner 7") ? 1 : 0)),
    );
    const input = { keys: { stream: `dead:${STREAM}` }, afterId: "", limit: 10 };
    const [letter] = (await store.runOnAll(readEntries, input)).flat();
    expect(letter?.fields).toMatchObject({ owner: "owner 7", last_error: "no luck", original_stream: STREAM });
  });
});

describeOnDurableEngines("an abandoned entry", (engine) => {
  it("that kills every process it is given to is set aside in the end, and the others are handled", async () => {
    const location = freshLocation(engine);
    const store = await openStore(location);
    const tasks = new Repository(store, Task);
    for (const id of ["first", "deadly", "last"]) await tasks.create({ owner: "owner", id });
    await store.close();
    const ends: (string | number | null)[] = [];
    const handled: string[] = [];
    while (ends.at(-1) !== 0 && ends.length < 6) {
      const child = startChild("dying-consumer.ts", [location, STREAM, "deadly"]);
      const { code, signal } = await child.ended;
      expect(child.errors()).toBe("");
      ends.push(signal ?? code);
      handled.push(...child.lines);
    }
    // Once in a batch, twice by itself, each counted before it was made.
    expect(ends).toEqual(["SIGKILL", "SIGKILL", "SIGKILL", 0]);
    expect(handled).toEqual(["first", "last"]);
    const again = await openStore(location);
    onTestFinished(() => again.close());
    const [letter] = await again.run(readEntries, { keys: { stream: `dead:${STREAM}` }, afterId: "", limit: 10 }, 0);
    expect(letter?.fields).toMatchObject({ pk: "deadly", failure_count: 2 });
    const { groups } = await again.run(describeStream, { keys: { stream: STREAM } }, 0);
    expect(groups).toEqual([{ name: "workers", pending: 0, lag: 0 }]);
  });
});

describe("an abandoned entry", () => {
  const CLAIM_SECONDS = 180;

  it("is not blamed for a store that was busy, however often", async () => {
    const { store, clock } = await openTasks(1, 1);
    const busy = new StoreError("STORE_BUSY", "busy", { retryable: true });
    let isBusy = true;
    const { consumer, handled } = consume(store, {
      batchSize: 50,
      handler: (entries) => {
        if (isBusy) throw busy;
        handled.push(
          ...entries.map(({ fields }) => ({ shard: 0, owner: String(fields.owner), id: String(fields.pk) })),
        );
      },
    });
    for (let round = 0; round < 6; round += 1) {
      await expect(consumer.processBatch()).rejects.toThrow("busy");
      clock.advance(CLAIM_SECONDS);
    }
    isBusy = false;
    expect(await consumeAll(consumer)).toBe(20);
    expect(handled).toHaveLength(20);
    expect(await store.run(describeStream, { keys: { stream: `dead:${STREAM}` } }, 0)).toMatchObject({ length: 0 });
  });
});
