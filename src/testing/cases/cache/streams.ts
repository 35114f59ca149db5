import assert from "node:assert/strict";
import type { Fields, StreamEntry } from "../../../keyspace/port/keyspace.js";
import { keyField, numberField, textField } from "../../../model/fields.js";
import { type SaveInput, saveRecord } from "../../../operations/records/record.js";
import { saveRecords } from "../../../operations/records/save-records.js";
import { defineModel } from "../../../repository/define-model.js";
import { Repository } from "../../../repository/repository.js";
import type { Store } from "../../../store/store.js";
import { StreamConsumer, type StreamConsumerOptions } from "../../../streams/stream-consumer.js";
import type { StreamHandler } from "../../../streams/stream-handler.js";
import { rejectsArgument } from "../../assertions.js";
import { type ConformanceContext, section } from "../../conformance-case.js";
import { entriesOf, pendingEntries } from "../../stream-reading.js";

const STREAM = "stream:tasks";
const GROUP = "workers";
const CLAIM_TIMEOUT_MS = 180_000;

const Task = defineModel("Task", {
  identity: ["id"],
  fields: { id: keyField(), a: textField({ default: "" }), b: numberField({ default: 0 }) },
  eventStream: { streamName: "tasks" },
});

/** A store whose stream holds one entry per task. */
async function openTasks(context: ConformanceContext, count: number) {
  const store = await context.openStore();
  const tasks = new Repository(store, Task);
  const add = async (from: number, to: number) => {
    for (let index = from; index < to; index += 1) await tasks.create({ id: `task ${index}` });
  };
  await add(0, count);
  return { store, tasks, add };
}

function consume(store: Store, handler: StreamHandler, options: Partial<StreamConsumerOptions> = {}): StreamConsumer {
  const defaults = { streamKey: STREAM, groupName: GROUP, consumerName: "one", blockMs: 0 };
  return new StreamConsumer({ ...defaults, store, handler, ...options });
}

/** A handler that remembers what it was given. */
function recorder(): { readonly handler: StreamHandler; readonly handled: StreamEntry[] } {
  const handled: StreamEntry[] = [];
  return {
    handled,
    handler: (entries) => {
      handled.push(...entries);
    },
  };
}

function deadLetters(store: Store): Promise<readonly Fields[]> {
  return entriesOf(store, `dead:${STREAM}`);
}

/** A consumer that takes what there is and never comes back to acknowledge it. */
async function abandon(store: Store): Promise<void> {
  const vanish = consume(
    store,
    () => {
      throw new Error("gone");
    },
    { consumerName: "vanished", maxRetries: 1_000 },
  );
  await assert.rejects(() => vanish.processBatch(), /gone/);
}

type Tasks = Repository<typeof Task>;

function saveInput(tasks: Tasks, identity: { readonly id: string }): SaveInput {
  const { store, layout } = tasks;
  const place = tasks.records.place(identity);
  return {
    record: layout.recordKeys(place.values),
    fields: layout.codec.newFields(identity, place.values, store.nowSeconds(), store.defaults),
    sideWrites: layout.sideWrites(place, identity, store.defaults) ?? [],
    nowSeconds: store.nowSeconds(),
    plainFields: layout.codec.plainFields,
    clocks: [],
  };
}

/** A save that fails after its last write: the limit of the stream is asked for once the event was appended. */
function interruptedSave(tasks: Tasks, identity: { readonly id: string }): SaveInput {
  const input = saveInput(tasks, identity);
  const record = {
    ...input.record,
    get eventMaxLength(): number {
      throw new Error("interrupted");
    },
  };
  return { ...input, record };
}

export const streamCases = section("Streams and consumers", {
  C92: [
    "An entry is handed over exactly maxRetries times before it becomes a dead letter",
    async (context) => {
      for (const [maxRetries, count] of [
        [1, 1],
        [2, 1],
        [3, 1],
        [5, 1],
        [1, 3],
        [2, 3],
        [3, 3],
      ] as const) {
        const { store } = await openTasks(context, count);
        const calls = new Map<unknown, number>();
        const failing: StreamHandler = (entries) => {
          for (const { fields } of entries) calls.set(fields.pk, (calls.get(fields.pk) ?? 0) + 1);
          throw new Error("no luck");
        };
        let cycles = 0;
        while ((await deadLetters(store)).length < count) {
          cycles += 1;
          assert.ok(cycles <= maxRetries, `still no dead letter after ${maxRetries} cycles`);
          const consumer = consume(store, failing, { maxRetries, consumerName: `number ${cycles}` });
          await assert.rejects(() => consumer.processBatch(), /no luck/);
          context.clock.advance(CLAIM_TIMEOUT_MS / 1000);
        }
        assert.equal(await consume(store, failing, { maxRetries }).processBatch(), 0);
        assert.deepEqual([...calls.values()], new Array<number>(count).fill(maxRetries));
        assert.equal(await pendingEntries(store, STREAM, GROUP), 0);
        const letters = await deadLetters(store);
        assert.deepEqual(
          letters.map(({ pk, failure_count }) => [pk, failure_count]),
          Array.from({ length: count }, (_, index) => [`task ${index}`, maxRetries]),
        );
      }
    },
  ],
  C93: [
    "A cycle handles at most a batch of new entries, waits for the first, and shares with other consumers",
    async (context) => {
      const empty = await openTasks(context, 0);
      const waiting = recorder();
      assert.equal(await consume(empty.store, waiting.handler, { blockMs: 20 }).processBatch(), 0);
      const blocked = consume(empty.store, waiting.handler, { blockMs: 60_000 }).processBatch();
      await empty.add(0, 1);
      assert.equal(await blocked, 1);

      const ten = await openTasks(context, 10);
      assert.equal(await consume(ten.store, recorder().handler, { batchSize: 3 }).processBatch(), 3);

      const six = await openTasks(context, 6);
      const [one, two] = [recorder(), recorder()];
      assert.equal(await consume(six.store, one.handler, { batchSize: 3 }).processBatch(), 3);
      const second = consume(six.store, two.handler, { batchSize: 3, consumerName: "two" });
      assert.equal(await second.processBatch(), 3);
      const keys = [...one.handled, ...two.handled].map(({ fields }) => fields.pk);
      assert.deepEqual(keys, ["task 0", "task 1", "task 2", "task 3", "task 4", "task 5"]);
      assert.equal(await pendingEntries(six.store, STREAM, GROUP), 0);
    },
  ],
  C94: [
    "A failing handler leaves its entries pending, and abandoned ones are taken over with the new",
    async (context) => {
      const { store, add } = await openTasks(context, 3);
      await abandon(store);
      assert.equal(await pendingEntries(store, STREAM, GROUP), 3);
      await add(3, 5);
      const early = recorder();
      context.clock.advance(CLAIM_TIMEOUT_MS / 1000 - 1);
      const other = await openTasks(context, 2);
      await abandon(other.store);
      assert.equal(await consume(other.store, early.handler, { consumerName: "two" }).processBatch(), 0);
      context.clock.advance(1);
      const { handled, handler } = recorder();
      assert.equal(await consume(store, handler, { consumerName: "two" }).processBatch(), 5);
      assert.deepEqual(
        handled.map(({ fields }) => fields.pk),
        ["task 0", "task 1", "task 2", "task 3", "task 4"],
      );
      assert.equal(await pendingEntries(store, STREAM, GROUP), 0);
    },
  ],
  C95: [
    "A deleted entry is acknowledged and never handled; a dead letter keeps the original fields",
    async (context) => {
      const { store, tasks } = await openTasks(context, 2);
      const seen = recorder();
      const failing: StreamHandler = (entries) => {
        seen.handled.push(...entries);
        throw new Error("no luck");
      };
      await assert.rejects(() => consume(store, failing, { maxRetries: 100 }).processBatch(), /no luck/);
      const [first] = seen.handled;
      assert.equal(await tasks.events.delete(first?.id ?? ""), true);
      assert.equal(await tasks.events.delete(first?.id ?? ""), false);
      context.clock.advance(CLAIM_TIMEOUT_MS / 1000);
      const { handled, handler } = recorder();
      assert.equal(await consume(store, handler).processBatch(), 1);
      assert.deepEqual(
        handled.map(({ fields }) => fields.pk),
        ["task 1"],
      );
      assert.equal(await pendingEntries(store, STREAM, GROUP), 0);

      const letters = await openTasks(context, 1);
      const [original] = await entriesOf(letters.store, STREAM);
      const [entry] = await letters.tasks.events.read();
      await assert.rejects(() => consume(letters.store, failing, { maxRetries: 1 }).processBatch(), /no luck/);
      const [letter] = await deadLetters(letters.store);
      assert.deepEqual(letter, {
        ...original,
        original_stream: STREAM,
        original_id: entry?.id,
        failure_count: 1,
        last_error: "no luck",
        dead_letter_ts: context.clock.nowSeconds,
      });
    },
  ],
  C96: [
    "One poison entry does not take the good ones of its batch with it",
    async (context) => {
      for (const maxRetries of [1, 2]) {
        const { store } = await openTasks(context, 10);
        const handled: unknown[] = [];
        const handler: StreamHandler = (entries) => {
          if (entries.some(({ fields }) => fields.pk === "task 4")) throw new Error("poison");
          for (const { fields } of entries) handled.push(fields.pk);
        };
        await assert.rejects(() => consume(store, handler, { maxRetries }).processBatch(), /poison/);
        const good = [0, 1, 2, 3, 5, 6, 7, 8, 9].map((index) => `task ${index}`);
        assert.deepEqual(handled, good);
        assert.equal(await pendingEntries(store, STREAM, GROUP), 0);
        assert.deepEqual(
          (await deadLetters(store)).map(({ pk }) => pk),
          ["task 4"],
        );
      }
    },
  ],
  C97: [
    "Data and event are written together or not at all, and an update names the changed fields",
    async (context) => {
      const { store, tasks } = await openTasks(context, 0);
      const nothingIsThere = async () => {
        assert.equal(await tasks.count(), 0);
        assert.equal(await tasks.get({ id: "broken" }), undefined);
        assert.deepEqual(await entriesOf(store, STREAM), []);
      };
      const interrupted = interruptedSave(tasks, { id: "broken" });
      await assert.rejects(async () => store.run(saveRecord, interrupted, store.shardOf("")), /interrupted/);
      await nothingIsThere();
      const items = [saveInput(tasks, { id: "before" }), interrupted];
      await assert.rejects(async () => store.run(saveRecords, { items }, store.shardOf("")), /interrupted/);
      await nothingIsThere();
      await rejectsArgument(() => tasks.saveMany([{ id: "before" }, { id: "broken", b: Number.NaN }]));
      await nothingIsThere();

      await tasks.create({ id: "whole" });
      await tasks.update({ id: "whole" }, { a: "new", b: 1 });
      await tasks.save({ id: "whole" });
      await tasks.delete({ id: "whole" });
      const events = await entriesOf(store, STREAM);
      assert.deepEqual(
        events.map(({ op, model, pk, changed_fields }) => [op, model, pk, changed_fields]),
        [
          ["create", "Task", "whole", ""],
          ["update", "Task", "whole", "a,b"],
          ["update", "Task", "whole", ""],
          ["delete", "Task", "whole", ""],
        ],
      );
      assert.deepEqual(await tasks.saveMany([{ id: "one" }, { id: "two" }]), [true, true]);
      assert.deepEqual(
        (await entriesOf(store, STREAM)).slice(-2).map(({ op, pk }) => [op, pk]),
        [
          ["create", "one"],
          ["create", "two"],
        ],
      );
      assert.equal(events[0]?.ts, context.clock.nowSeconds);
    },
  ],
});
