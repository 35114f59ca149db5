import { expect, it } from "vitest";
import { PolicyCacheError } from "../../../src/common/errors.js";
import { DEPLOY, outcome } from "../../support/events.js";
import { describeWithServer, startRedis } from "../../support/redis/describe-with-redis.js";
import { expectCountedOnce, loadEvent, repeated } from "../../support/redis/recording-load.js";
import { openCacheAt } from "../../support/stores/stores.js";

/** The error a call rejects with. */
async function errorOf(call: Promise<unknown>): Promise<PolicyCacheError> {
  const error = await call.then(
    () => expect.fail("The call succeeded."),
    (reason: unknown) => reason,
  );
  if (!PolicyCacheError.isInstance(error)) throw error;
  return error;
}

describeWithServer("a Redis server that cannot serve", () => {
  it("is full: nothing is half-written, reading works, and so does writing once there is room", async () => {
    const server = await startRedis({ maxMemory: "8mb" });
    const cache = await openCacheAt(server.url, { workers: "inline" });
    const filler = "x".repeat(100_000);
    let recorded = 0;
    let refused: PolicyCacheError | undefined;
    while (refused === undefined && recorded < 1000) {
      const action = { type: "run", spec: { filler } };
      const call = cache.record({ ...loadEvent(recorded), action });
      await call.then(
        () => {
          recorded += 1;
        },
        (error) => {
          refused = error;
        },
      );
    }
    expect(refused).toMatchObject({ name: "StoreError", code: "STORE_FULL", retryable: true });
    const { totals, stream } = await cache.statistics();
    expect({ events: totals.events, appended: stream.appended }).toEqual({ events: recorded, appended: recorded });
    expect(await cache.decide({ state: DEPLOY })).toMatchObject({ kind: "abstain" });

    await server.command("CONFIG", "SET", "maxmemory", "100mb");
    expect(await cache.record(loadEvent(recorded))).toMatchObject({ recorded: true });
    await expectCountedOnce(cache, recorded + 1);
  });

  it("has become a replica: reading works, writing is refused until it is a master again", async () => {
    const [server, other] = [await startRedis(), await startRedis()];
    const cache = await openCacheAt(server.url, { workers: "inline" });
    await cache.recordMany(Array.from({ length: 12 }, () => outcome("success")));
    // A replica keeps what it has until it has reached its master, which is paused.
    other.pause();
    await server.command("REPLICAOF", "127.0.0.1", other.port);
    await server.command("CONFIG", "SET", "replica-serve-stale-data", "yes");
    expect(await cache.decide({ agentId: "agent-1", state: DEPLOY })).toMatchObject({ kind: "serve" });
    const refused = await errorOf(cache.record(outcome("success", { id: "late" })));
    expect(refused).toMatchObject({ code: "STORE_READ_ONLY", retryable: true });
    await server.command("REPLICAOF", "NO", "ONE");
    expect(await cache.record(outcome("success", { id: "late" }))).toMatchObject({ recorded: true });
    expect((await cache.statistics()).totals.events).toBe(13);
  });

  it("is loading its data: calls are refused, or wait, and succeed when it is done", async () => {
    const server = await startRedis({ appendFsync: "always", settings: { "key-load-delay": "20000" } });
    const cache = await openCacheAt(server.url, { workers: "inline" });
    await cache.recordMany(Array.from({ length: 12 }, () => outcome("success")));
    await server.kill();
    await server.restart("listening");
    const decided = await repeated(() => cache.decide({ agentId: "agent-1", state: DEPLOY }));
    expect(decided).toMatchObject({ kind: "serve" });
  });

  it("is paused: a call gives up in time, and what it did is not done twice", async () => {
    const server = await startRedis();
    const cache = await openCacheAt(server.url, { workers: "inline", commandTimeoutMs: 300 });
    server.pause();
    const event = outcome("success", { id: "once" });
    const refused = await errorOf(cache.record(event));
    expect(refused).toMatchObject({ name: "StoreError", code: "STORE_UNAVAILABLE", retryable: true });
    server.resume();
    await repeated(() => cache.record(event));
    expect((await cache.statistics()).totals.events).toBe(1);
  });

  it("is not there: opening says so", async () => {
    const server = await startRedis();
    await server.kill();
    const refused = await errorOf(openCacheAt(server.url));
    expect(refused).toMatchObject({ name: "StoreError", code: "STORE_UNAVAILABLE", retryable: true });
    expect(refused.message).toContain(server.url);
  });
});
