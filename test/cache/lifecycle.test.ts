import Database from "libsql";
import { describe, expect, it, onTestFinished } from "vitest";
import { PolicyCache } from "../../src/cache/policy-cache.js";
import { PolicyCacheError } from "../../src/common/errors.js";
import { startChild } from "../support/child-process.js";
import { DEPLOY, DEPLOY_FINGERPRINT, outcome, successes } from "../support/events.js";
import { eventually } from "../support/eventually.js";
import { ManualClock } from "../support/manual-clock.js";
import {
  describeOnDurableEngines,
  describeOnEveryEngine,
  freshLocation,
  openCacheAt,
  openTestCache,
} from "../support/stores/stores.js";

const IDENTITY = { agentId: "agent-1", stateFingerprint: DEPLOY_FINGERPRINT, actionType: "run_playbook" };

describeOnEveryEngine("a cache", (engine) => {
  it("closes once, however often it is asked to", async () => {
    const cache = await openTestCache(engine);
    await cache.recordMany(successes(3));
    await Promise.all([cache.close(), cache.close()]);
    await cache.close();
  });

  it("refuses every call after it was closed", async () => {
    const cache = await openTestCache(engine, { workers: "inline" });
    await cache.recordMany(successes(6));
    const decision = await cache.decide({ agentId: "agent-1", state: DEPLOY });
    const decisionId = decision.kind === "abstain" ? "" : decision.decisionId;
    await cache.close();
    const calls: Record<string, () => Promise<unknown>> = {
      record: () => cache.record(outcome("success")),
      recordMany: () => cache.recordMany(successes(2)),
      decide: () => cache.decide({ agentId: "agent-1", state: DEPLOY }),
      report: () => cache.report(decisionId, { outcome: "success" }),
      explain: () => cache.explain({ agentId: "agent-1", state: DEPLOY }),
      ranking: () => cache.ranking({ agentId: "agent-1" }),
      statistics: () => cache.statistics(),
      flush: () => cache.flush(),
      get: () => cache.policies.get(IDENTITY),
      create: () => cache.policies.create({ ...IDENTITY, actionType: "other" }),
      update: () => cache.policies.update(IDENTITY, {}),
      delete: () => cache.policies.delete(IDENTITY),
      query: () => cache.policies.query({ agentId: "agent-1" }),
      touch: () => cache.policies.clock("expectedValue").touch(IDENTITY),
    };
    for (const [name, call] of Object.entries(calls)) {
      await expect(call(), name).rejects.toMatchObject({ code: "STORE_CLOSED", retryable: false });
    }
  });

  it("still reports a wrong argument as such after it was closed", async () => {
    const cache = await openTestCache(engine);
    await cache.close();
    await expect(cache.record(outcome("perhaps" as never))).rejects.toMatchObject({ code: "INVALID_ARGUMENT" });
  });

  it("counts in the background what is recorded, without being asked", async () => {
    const cache = await openTestCache(engine);
    await cache.recordMany(successes(6));
    await eventually("the background worker creates the policy", async () => {
      return (await cache.decide({ agentId: "agent-1", state: DEPLOY })).kind === "serve";
    });
  });

  it("has counted everything when a flush returns, whoever counts", async () => {
    for (const workers of ["background", "inline", "none"] as const) {
      const cache = await openTestCache(engine, { workers, batchSize: 7 });
      await cache.recordMany(successes(40));
      await cache.flush();
      expect((await cache.statistics()).totals.events, workers).toBe(40);
    }
  });

  it("tells about errors of its background worker and goes on when they are over", async () => {
    const clock = new ManualClock();
    const errors: unknown[] = [];
    const cache = await openTestCache(engine, { clock: clock.read, onWorkerError: (error) => errors.push(error) });
    const run = cache.store.run.bind(cache.store);
    cache.store.run = (operation, input, shard) => {
      if (operation.name === "count-delivered") return Promise.reject(new TypeError("a defect"));
      return run(operation, input, shard);
    };
    await cache.recordMany(successes(1));
    await eventually("the worker reports its error", () => errors.length > 0);
    expect(errors[0]).toMatchObject({ message: "a defect" });
    cache.store.run = run;
    clock.advance(60); // What a worker failed to handle is taken up again after a while.
    await cache.recordMany(successes(5));
    await cache.flush();
    expect((await cache.statistics()).totals.events).toBe(6);
  });

  it("warns about errors of its background worker when nobody listens for them", async () => {
    const cache = await openTestCache(engine);
    const warnings: Error[] = [];
    const listen = (warning: Error) => warnings.push(warning);
    process.on("warning", listen);
    onTestFinished(() => void process.off("warning", listen));
    await cache.store.close(); // underneath the cache
    await eventually("a warning is printed", () => warnings.some((warning) => PolicyCacheError.isInstance(warning)));
  });
});

describeOnEveryEngine("a forgotten cache", (engine) => {
  it.each(["background", "inline", "none"])("does not keep its process alive, workers %s", async (workers) => {
    const child = startChild("forgetful.ts", [freshLocation(engine), workers]);
    expect({ ...(await child.ended), errors: child.errors() }).toEqual({ code: 0, signal: null, errors: "" });
    expect(child.lines).toEqual(["serve"]);
  });
});

describeOnDurableEngines("a cache that is opened again", (engine) => {
  it("finds everything again after it was closed and opened", async () => {
    const location = freshLocation(engine);
    const first = await openCacheAt(location, { workers: "inline" });
    await first.recordMany(successes(8));
    const decision = await first.decide({ agentId: "agent-1", state: DEPLOY });
    const before = await first.statistics();
    await first.close();
    const second = await openCacheAt(location, { workers: "inline" });
    expect(await second.statistics()).toEqual(before);
    if (decision.kind === "abstain") throw new Error(decision.reason);
    expect((await second.report(decision.decisionId, { outcome: "success" })).status).toBe("learned");
  });

  it("counts after the next open what was recorded and not yet counted", async () => {
    const location = freshLocation(engine);
    const first = await openCacheAt(location, { workers: "none" });
    await first.recordMany(successes(6));
    await first.close();
    const second = await openCacheAt(location);
    await second.flush();
    expect((await second.decide({ agentId: "agent-1", state: DEPLOY })).kind).toBe("serve");
  });

  it("is served by a process of its own that only consumes, for as long as that is not stopped", async () => {
    const location = freshLocation(engine);
    const cache = await openCacheAt(location, { workers: "none" });
    const consumer = startChild("consumer.ts", [location]);
    await eventually("the consumer runs", () => consumer.lines.includes("running"));
    for (let round = 0; round < 3; round += 1) {
      await cache.recordMany(successes(2));
      await eventually("the consumer counts", async () => (await cache.statistics()).totals.events === 2 * (round + 1));
    }
    expect((await cache.decide({ agentId: "agent-1", state: DEPLOY })).kind).toBe("serve");
    consumer.process.kill("SIGTERM");
    expect({ ...(await consumer.ended), errors: consumer.errors() }).toEqual({ code: 0, signal: null, errors: "" });
    expect(consumer.lines).toEqual(["running", "stopped"]);
  });
});

describe("a cache on a SQLite database", () => {
  it("leaves a database that the caller opened open, and works on it", async () => {
    const database = new Database(":memory:");
    const cache = await PolicyCache.open("shared", { database, workers: "inline" });
    await cache.recordMany(successes(6));
    await cache.close();
    const again = await PolicyCache.open("shared", { database });
    expect((await again.decide({ agentId: "agent-1", state: DEPLOY })).kind).toBe("serve");
    await again.close();
    expect(database.prepare("SELECT count(*) AS records FROM records WHERE key LIKE 'state%'").get()).toMatchObject({
      records: 2,
    });
    database.close();
  });
});
