import { setTimeout as sleep } from "node:timers/promises";
import { expect, it } from "vitest";
import { StreamConsumer } from "../../src/models.js";
import { appendEntry } from "../../src/operations/streams/streams.js";
import { describeOnEveryEngine, openTestStore } from "../support/stores/stores.js";

const STREAM = "stream:notes";

describeOnEveryEngine("a consumer that waits for entries", (engine) => {
  it("misses none that is appended while it looks whether there are any", async () => {
    // The consumer looks once when it starts. Each store is given its entry one turn later than the one before.
    for (let turns = 0; turns < 24; turns += 1) {
      const store = await openTestStore(engine);
      const handled: unknown[] = [];
      const handler = (entries: readonly unknown[]) => void handled.push(...entries);
      const names = { streamKey: STREAM, groupName: "readers", consumerName: "one" };
      const consumer = new StreamConsumer({ store, ...names, handler, blockMs: 600_000 });
      const running = consumer.run();
      for (let turn = 0; turn < turns; turn += 1) await Promise.resolve();
      const input = { keys: { stream: STREAM }, payload: { note: "hello" }, maxLength: 10, nowSeconds: 1 };
      await store.run(appendEntry, input, 0);
      for (const deadline = Date.now() + 10_000; handled.length === 0 && Date.now() < deadline; ) await sleep(2);
      expect(handled, `${turns} turns`).toHaveLength(1);
      await consumer.stop();
      await running;
    }
  });
});
