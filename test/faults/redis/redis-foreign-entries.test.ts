import { expect, it } from "vitest";
import { OUTCOME_STREAM } from "../../../src/cache/recording/outcome-stream.js";
import { readEntries } from "../../../src/operations/streams/streams.js";
import { deadLettersOf } from "../../../src/store/storage-keys.js";
import { StreamConsumer } from "../../../src/streams/stream-consumer.js";
import { describeWithServer, startRedis } from "../../support/redis/describe-with-redis.js";
import { loadEvent } from "../../support/redis/recording-load.js";
import { openCacheAt } from "../../support/stores/stores.js";

const PLACE = "{policycache:0}:";

/** What anybody may append to a stream of ours: names and values, as XADD takes them. */
const FOREIGN: readonly (readonly [what: string, pairs: readonly string[]])[] = [
  ["no JSON", ["fields", "not json"]],
  ["JSON that breaks off", ["fields", '{"agentId":"a']],
  ["JSON that goes on", ["fields", '{"agentId":"a"} and more']],
  ["JSON of something else", ["fields", "[1,2,3]"]],
  ["JSON too deep", ["fields", `{"a":${"[".repeat(5000)}${"]".repeat(5000)}}`]],
  ["JSON of objects and nulls", ["fields", '{"agentId":null,"stateFingerprint":{"a":[{"b":null}]},"outcome":[]}']],
  ["an empty text", ["fields", ""]],
  ["MessagePack of a number", ["fields", "\x05"]],
  ["MessagePack that breaks off", ["fields", "\xde"]],
  ["other names", ["agentId", "agent-1", "outcome", "success"]],
  ["the name and more", ["fields", "{}", "agentId", "agent-1"]],
  ["another name alone", ["payload", "{}"]],
  ["an outcome of nothing", ["fields", '{"op":"outcome"}']],
  ["the name of every object's parent", ["fields", '{"__proto__":{"agentId":"a"},"constructor":"c"}']],
];

describeWithServer("an entry of a stream that this library did not write", () => {
  it.each(["background", "inline", "none"] as const)(
    "is counted as malformed, and the later ones as usual, with workers %s",
    async (workers) => {
      const server = await startRedis();
      const told: unknown[] = [];
      const cache = await openCacheAt(server.url, { workers, onWorkerError: (error) => told.push(error) });
      await cache.record(loadEvent(0));
      for (const [index, [, pairs]] of FOREIGN.entries()) {
        await server.command("XADD", PLACE + OUTCOME_STREAM, "*", ...pairs);
        await cache.record(loadEvent(index + 1));
      }
      await cache.flush({ signal: AbortSignal.timeout(20_000) });
      const { totals, malformed, stream } = await cache.statistics();
      expect({ events: totals.events, malformed }).toEqual({ events: FOREIGN.length + 1, malformed: FOREIGN.length });
      expect(stream.groups).toMatchObject([{ pending: 0, lag: 0 }]);
      expect(told).toEqual([]);
    },
  );

  it.each(FOREIGN)("reaches any handler, and becomes a dead letter when it is refused: %s", async (_what, pairs) => {
    const server = await startRedis();
    const cache = await openCacheAt(server.url, { workers: "none" });
    await server.command("XADD", `${PLACE}stream:notes`, "*", ...pairs);
    await server.command("XADD", `${PLACE}stream:notes`, "*", "fields", '{"note":"good"}');
    const handled: unknown[] = [];
    const consumer = new StreamConsumer({
      store: cache.store,
      streamKey: "stream:notes",
      groupName: "readers",
      consumerName: "one",
      claimTimeoutMs: 0,
      blockMs: 0,
      handler: (entries) => {
        for (const { fields } of entries) if (fields.note !== "good") throw new Error("no note");
        handled.push(...entries);
      },
    });
    for (let cycle = 0; cycle < 5; cycle += 1) await consumer.processBatch().catch(() => 0);
    expect(handled).toHaveLength(1);
    const input = { keys: { stream: deadLettersOf("stream:notes") }, afterId: "", limit: 10 };
    const letters = await cache.store.run(readEntries, input, 0);
    expect(letters).toMatchObject([{ fields: { last_error: "no note", original_stream: "stream:notes" } }]);
    expect(await consumer.processBatch()).toBe(0);
  });

  it("reads as the names and texts that it is made of", async () => {
    const server = await startRedis();
    const cache = await openCacheAt(server.url, { workers: "none" });
    await server.command("XADD", `${PLACE}stream:notes`, "*", "fields", "not json");
    await server.command("XADD", `${PLACE}stream:notes`, "*", "agentId", "agent-1", "outcome", "success");
    const input = { keys: { stream: "stream:notes" }, afterId: "", limit: 10 };
    const entries = await cache.store.run(readEntries, input, 0);
    expect(entries.map(({ fields }) => fields)).toEqual([
      { fields: "not json" },
      { agentId: "agent-1", outcome: "success" },
    ]);
  });
});
