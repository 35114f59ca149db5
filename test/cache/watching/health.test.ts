import { expect, it } from "vitest";
import type { PolicyCache } from "../../../src/cache/policy-cache.js";
import { OUTCOME_STREAM } from "../../../src/cache/recording/outcome-stream.js";
import type { Health } from "../../../src/cache/watching/health.js";
import { appendEntry } from "../../../src/operations/streams/streams.js";
import { StreamConsumer } from "../../../src/streams/stream-consumer.js";
import type { StreamHandler } from "../../../src/streams/stream-handler.js";
import { successes } from "../../support/events.js";
import { eventually } from "../../support/eventually.js";
import { ManualClock } from "../../support/manual-clock.js";
import { describeOnEveryEngine, openTestCache } from "../../support/stores/stores.js";
import { checkOf } from "./check-of.js";

const NOW_SECONDS = 1_715_803_200;

/** The checks that are not well, by name; not of the server's own clock, which a test does not set. */
function unwell({ checks }: Health): Record<string, string> {
  const found = checks.filter(({ name, status }) => status !== "ok" && !["clock", "persistence"].includes(name));
  return Object.fromEntries(found.map(({ name, status }) => [name, status]));
}

function consume(cache: PolicyCache, groupName: string, handler: StreamHandler = () => {}): StreamConsumer {
  const { store } = cache;
  const settings = { streamKey: OUTCOME_STREAM, consumerName: "one", maxRetries: 1 };
  return new StreamConsumer({ store, groupName, handler, ...settings });
}

describeOnEveryEngine("the health of a cache", (engine) => {
  it("is ok where all is well, and says what was looked at", async () => {
    const cache = await openTestCache(engine);
    await cache.recordMany(successes(3));
    await cache.flush();
    const health = await cache.health();
    expect(unwell(health)).toEqual({});
    expect(health.checks.map(({ name }) => name)).toEqual(
      expect.arrayContaining(["store", "counting", "consumers", "groups", "deadLetters", "malformed", "worker"]),
    );
    for (const { status, remedy } of health.checks) expect(remedy === undefined).toBe(status === "ok");
    expect(checkOf(health, "store").figures.latencyMs).toBeGreaterThan(0);
    expect(checkOf(health, "counting").figures).toMatchObject({ events: 0, lagByShard: [0], pendingByShard: [0] });
    expect(checkOf(health, "worker").figures).toMatchObject({ mode: "background", failuresInARow: 0 });
  });

  it("tells what is recorded and not counted, and for how long", async () => {
    const clock = new ManualClock(NOW_SECONDS);
    const cache = await openTestCache(engine, { workers: "none", clock: clock.read });
    await cache.recordMany(successes(4));
    expect(checkOf(await cache.health(), "counting").status).toBe("ok");
    clock.advance(29);
    expect(checkOf(await cache.health(), "counting")).toMatchObject({
      status: "ok",
      figures: { oldestAgeSeconds: 29 },
    });
    clock.advance(1);
    const warned = await cache.health();
    expect(warned.status).toBe("warning");
    expect(unwell(warned)).toEqual({ counting: "warning" });
    expect(checkOf(warned, "counting")).toMatchObject({
      detail: "4 events are recorded and not counted, the oldest for 30 s.",
      remedy: "Run a process that counts: a cache that is opened with workers, or `flush`.",
      figures: { events: 4, oldestAgeSeconds: 30, lagByShard: [4], pendingByShard: [0], limitSeconds: 30 },
    });
    clock.advance(270);
    const failing = await cache.health();
    expect([failing.status, failing.checkedAt]).toEqual(["failing", NOW_SECONDS + 300]);
    await cache.flush();
    expect(unwell(await cache.health())).toEqual({});
  });

  it("takes another limit from the constants", async () => {
    const clock = new ManualClock(NOW_SECONDS);
    const cache = await openTestCache(engine, {
      workers: "none",
      clock: clock.read,
      defaults: { uncountedSeconds: 2 },
    });
    await cache.recordMany(successes(1));
    clock.advance(2);
    expect(checkOf(await cache.health(), "counting").status).toBe("warning");
  });

  it("names a group that is behind, and a consumer that took entries and never came back", async () => {
    const clock = new ManualClock(NOW_SECONDS);
    const cache = await openTestCache(engine, { workers: "inline", clock: clock.read });
    const audit = consume(cache, "audit");
    await audit.processBatch({ blockMs: 0 });
    await cache.recordMany(successes(5));
    clock.advance(300);
    const behind = await cache.health();
    expect(unwell(behind)).toEqual({ groups: "warning" });
    expect(checkOf(behind, "groups").detail).toBe("audit is 5 entries behind, for 300 s.");
    void consume(cache, "audit", () => new Promise(() => {})).processBatch({ blockMs: 0 });
    await eventually("the entries are taken", async () => {
      const { stream } = await cache.statistics();
      return stream.groups.some(({ name, pending }) => name === "audit" && pending === 5);
    });
    clock.advance(300);
    const left = await cache.health();
    expect(unwell(left)).toEqual({ consumers: "warning", groups: "warning" });
    expect(checkOf(left, "consumers")).toMatchObject({
      detail: "one of audit has not come back with 5 entries, for up to 300 s.",
      figures: { consumers: 1, entries: 5, longestHeldSeconds: 300 },
    });
  });

  it("counts dead letters, and entries that nobody can read", async () => {
    const cache = await openTestCache(engine, { workers: "inline" });
    const fails = consume(cache, "audit", () => {
      throw new Error("no such table");
    });
    await cache.recordMany(successes(2));
    await fails.processBatch({ blockMs: 0 }).catch(() => {});
    expect(checkOf(await cache.health(), "deadLetters")).toMatchObject({
      status: "warning",
      detail: "2 entries were set aside after the last attempt allowed.",
      figures: { entries: 2 },
    });
    const foreign = { keys: { stream: OUTCOME_STREAM }, payload: { hello: "you" }, maxLength: 1000 };
    await cache.store.run(appendEntry, { ...foreign, nowSeconds: cache.store.nowSeconds() }, 0);
    await cache.flush();
    const health = await cache.health();
    expect(checkOf(health, "malformed")).toMatchObject({ status: "warning", figures: { entries: 1, appended: 3 } });
  });

  it("notices events from a time that has not come yet", async () => {
    const clock = new ManualClock(NOW_SECONDS);
    const cache = await openTestCache(engine, { workers: "inline", clock: clock.read });
    clock.advance(3600);
    await cache.recordMany(successes(1));
    clock.advance(-3600);
    const check = checkOf(await cache.health(), "eventTimes");
    expect(check).toMatchObject({ status: "warning", figures: { newestAgeSeconds: -3600 } });
    expect(check.detail).toBe("The newest event is 3600 s ahead of the clock of this process.");
  });

  it("of a cache that is closed is failing, and is told all the same", async () => {
    const cache = await openTestCache(engine);
    await cache.close();
    const health = await cache.health();
    expect(health.status).toBe("failing");
    expect(checkOf(health, "store").detail).toMatch(/^The store at .* is closed\.$/);
    expect(checkOf(health, "worker").status).toBe("failing");
  });

  it("refuses what it does not know, and ends with the reason of its signal", async () => {
    const cache = await openTestCache(engine);
    await expect(cache.health({ timeoutMS: 5 } as never)).rejects.toThrow(/timeoutMS.*timeoutMs/);
    await expect(cache.health({ timeoutMs: 0 })).rejects.toThrow(/timeoutMs is 0, expected milliseconds from 1/);
    await expect(cache.health({ signal: AbortSignal.abort("enough") })).rejects.toBe("enough");
  });

  it("is told to who listens, once for each change of a status, for the worse and the better", async () => {
    const clock = new ManualClock(NOW_SECONDS);
    const cache = await openTestCache(engine, { workers: "none", clock: clock.read, healthIntervalMs: 10 });
    const told: string[] = [];
    const end = cache.on("health", (health) => told.push(checkOf(health, "counting").status));
    // Of a server, that it keeps nothing and that its clock is another one is told at once.
    const expected = engine === "redis" ? ["ok"] : [];
    await eventually("what is wrong from the beginning is told", () => told.length === expected.length);
    await cache.recordMany(successes(1));
    clock.advance(31);
    expected.push("warning");
    await eventually("it is told that nothing counts", () => told.length === expected.length);
    clock.advance(1);
    await cache.flush();
    expected.push("ok");
    await eventually("it is told that all is counted", () => told.length === expected.length);
    expect(told).toEqual(expected);
    end();
    end();
    await cache.recordMany(successes(1));
    clock.advance(31);
    expect(checkOf(await cache.health(), "counting").status).toBe("warning");
    expect(told).toEqual(expected);
  });
});
