import { expect, it } from "vitest";
import type { PolicyCacheOptions, WorkerMode } from "../../../src/cache/opening/cache-options.js";
import type { PolicyCache } from "../../../src/cache/policy-cache.js";
import { CRYSTALLIZER_GROUP, OUTCOME_STREAM } from "../../../src/cache/recording/outcome-stream.js";
import { PolicyCacheError } from "../../../src/common/errors.js";
import { appendEntry, deliver, describeStream } from "../../../src/operations/streams/streams.js";
import { StreamConsumer } from "../../../src/streams/stream-consumer.js";
import { eventually } from "../../support/eventually.js";
import { describeWithServer, startRedis } from "../../support/redis/describe-with-redis.js";
import { loadEvent, repeated } from "../../support/redis/recording-load.js";
import type { RedisServer } from "../../support/redis/redis-server.js";
import { openCacheAt } from "../../support/stores/stores.js";

const TIMEOUT_MS = 60_000;
const EVENTS = 60;

interface Loss {
  readonly name: string;
  readonly strike: (server: RedisServer) => Promise<unknown>;
  /** Whether what was counted before is still there. */
  readonly keeps: boolean;
}

async function onEveryStream(server: RedisServer, act: (key: string) => Promise<unknown>): Promise<void> {
  const keys = (await server.command("KEYS", `*${OUTCOME_STREAM}`)) as readonly string[];
  for (const key of keys) if (String(key).endsWith(`}:${OUTCOME_STREAM}`)) await act(String(key));
}

const LOSSES: readonly Loss[] = [
  { name: "FLUSHALL", strike: (server) => server.command("FLUSHALL"), keeps: false },
  {
    name: "a restart without persistence",
    strike: async (server) => {
      await server.kill();
      await server.restart();
    },
    keeps: false,
  },
  {
    name: "XGROUP DESTROY",
    strike: (server) => onEveryStream(server, (key) => server.command("XGROUP", "DESTROY", key, CRYSTALLIZER_GROUP)),
    keeps: true,
  },
  {
    name: "DEL of the stream",
    strike: (server) => onEveryStream(server, (key) => server.command("DEL", key)),
    keeps: true,
  },
];

/** A cache that notes what it is told about lost groups. */
async function openTold(server: RedisServer, options: PolicyCacheOptions) {
  const told: PolicyCacheError[] = [];
  const onWorkerError = (error: unknown) => {
    if (PolicyCacheError.isInstance(error) && error.code === "STREAM_GROUP_LOST") told.push(error);
  };
  return { cache: await openCacheAt(server.url, { ...options, onWorkerError }), told };
}

/** Records as users are told to: what fails with a retryable error is repeated. */
async function recordRange(cache: PolicyCache, from: number, to: number): Promise<void> {
  for (let index = from; index < to; index += 1) await repeated(() => cache.record(loadEvent(index)));
}

async function counted(cache: PolicyCache): Promise<number> {
  return (await cache.statistics()).totals.events;
}

describeWithServer("a group that the server lost", () => {
  const modes: readonly WorkerMode[] = ["background", "inline", "none"];
  const cases = LOSSES.flatMap((loss) => modes.map((workers) => ({ ...loss, workers })));

  it.each(cases)(
    "is made again after $name with workers $workers: everything since is counted once, and it is said once",
    async ({ strike, keeps, workers }) => {
      const server = await startRedis();
      const { cache, told } = await openTold(server, { workers, shards: 2 });
      await recordRange(cache, 0, EVENTS);
      await cache.flush();
      expect(await counted(cache)).toBe(EVENTS);
      await strike(server);
      await recordRange(cache, EVENTS, 2 * EVENTS);
      await repeated(() => cache.flush({ signal: AbortSignal.timeout(20_000) }));
      expect(await counted(cache)).toBe(keeps ? 2 * EVENTS : EVENTS);
      expect(told.map(({ message }) => message)).toEqual([expect.stringMatching(/crystallizer .* had been lost/)]);
      await recordRange(cache, 2 * EVENTS, 2 * EVENTS + 5);
      await cache.flush();
      expect(await counted(cache)).toBe((keeps ? 2 * EVENTS : EVENTS) + 5);
      expect(told).toHaveLength(1);
    },
    TIMEOUT_MS,
  );

  it("gives what was in other hands, and what nobody had, once: nothing is lost with the group alone", async () => {
    const server = await startRedis();
    const { cache: recorder } = await openTold(server, { workers: "none" });
    await recordRange(recorder, 0, 20);
    const input = {
      keys: { stream: OUTCOME_STREAM },
      group: CRYSTALLIZER_GROUP,
      consumer: "dead",
      claimTimeoutMs: 1000,
      limit: 8,
      nowSeconds: recorder.store.nowSeconds(),
    };
    expect((await recorder.store.run(deliver, input, 0)).entries).toHaveLength(8);
    const groups = async () => (await recorder.store.run(describeStream, { keys: input.keys }, 0)).groups;
    const before = await groups();
    await server.command("XGROUP", "DESTROY", `{policycache:0}:${OUTCOME_STREAM}`, CRYSTALLIZER_GROUP);
    expect(await groups()).toEqual([]);
    const { cache } = await openTold(server, { workers: "background" });
    expect(before).toEqual([{ name: CRYSTALLIZER_GROUP, pending: 8, lag: 12 }]);
    await cache.flush({ signal: AbortSignal.timeout(20_000) });
    expect(await counted(cache)).toBe(20);
  });

  it("is what was agreed on, too: who comes after FLUSHALL finds how evidence is counted", async () => {
    const server = await startRedis();
    const { cache } = await openTold(server, { workers: "background", evidence: "episode" });
    await recordRange(cache, 0, 10);
    await cache.flush();
    await server.command("FLUSHALL");
    await recordRange(cache, 10, 20);
    await cache.flush();
    await eventually("the mode is agreed on again", () => {
      return server.command("EXISTS", "{policycache:0}:settings\toutcomes").then((found) => found === 1);
    });
    await expect(openCacheAt(server.url, { evidence: "event" })).rejects.toThrow(
      /"episode", by which this store counts/,
    );
  });

  it("is made again for any consumer, who is told by processBatch, too", async () => {
    const server = await startRedis();
    const { cache } = await openTold(server, { workers: "none" });
    const told: unknown[] = [];
    const handled: unknown[] = [];
    const consumer = new StreamConsumer({
      store: cache.store,
      streamKey: "stream:notes",
      groupName: "readers",
      consumerName: "one",
      handler: (entries) => void handled.push(...entries.map(({ fields }) => fields.note)),
      onError: (error) => told.push(error),
    });
    const note = (text: string) => {
      const input = { keys: { stream: "stream:notes" }, payload: { note: text }, maxLength: 100, nowSeconds: 1 };
      return cache.store.run(appendEntry, input, 0);
    };
    await note("first");
    expect(await consumer.processBatch()).toBe(1);
    await server.command("XGROUP", "DESTROY", "{policycache:0}:stream:notes", "readers");
    await note("second");
    expect(await consumer.processBatch()).toBe(1);
    expect(handled).toEqual(["first", "second"]);
    expect(told).toMatchObject([{ code: "STREAM_GROUP_LOST", retryable: false }]);
  });
});
