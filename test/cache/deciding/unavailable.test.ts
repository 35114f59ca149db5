import { createClient } from "@redis/client";
import { describe, expect, it, onTestFinished } from "vitest";
import { PolicyCache } from "../../../src/cache/policy-cache.js";
import { DataFormatError } from "../../../src/common/errors.js";
import { describeWithServer, startRedis } from "../../support/redis/describe-with-redis.js";
import { repeated } from "../../support/redis/recording-load.js";
import { openSqlite } from "../../support/stores/sqlite-database.js";
import { freshLocation, openCacheAt, openTestCache } from "../../support/stores/stores.js";

const STATE = { task: "deploy" };
const SHIP = { type: "ship" };
const ASK = { type: "ask" };
const fallback = () => ASK;

async function proven(cache: PolicyCache): Promise<PolicyCache> {
  for (let run = 0; run < 8; run += 1) await cache.record({ state: STATE, action: SHIP, outcome: "success" });
  expect((await cache.decide({ state: STATE, fallback })).kind).toBe("serve");
  return cache;
}

async function openOnServer(commandTimeoutMs = 60_000) {
  const server = await startRedis();
  const cache = await PolicyCache.open(server.url, { workers: "inline", commandTimeoutMs });
  onTestFinished(() => cache.close().catch(() => {}));
  return { server, cache: await proven(cache) };
}

describeWithServer("with a fallback, when the server", () => {
  it("was killed, the agent decides, and is told why", async () => {
    const { server, cache } = await openOnServer(2000);
    await server.kill();
    const decision = await cache.decide({ state: STATE, fallback, timeoutMs: 200 });
    expect(decision).toMatchObject({
      kind: "fallback",
      action: ASK,
      unavailable: { code: "STORE_UNAVAILABLE", retryable: true },
      answer: { kind: "abstain", ranked: [] },
    });
    expect(decision.reason).toContain("The cache is not available");
    await server.restart();
    const report = () => cache.report(decision.decisionId, { outcome: "success" });
    expect(await repeated(report)).toMatchObject({ status: "learned" });
  });

  it("does not answer, it is asked no longer than the call allows", async () => {
    const { server, cache } = await openOnServer();
    server.pause();
    const started = performance.now();
    const decision = await cache.decide({ state: STATE, fallback, timeoutMs: 150 });
    expect(performance.now() - started).toBeLessThan(5000); // not the minute that a command may take
    expect(decision).toMatchObject({ kind: "fallback", unavailable: { code: "STORE_UNAVAILABLE" } });
    const usual = await cache.decide({ state: STATE, fallback });
    expect(usual).toMatchObject({ kind: "fallback", unavailable: { message: expect.stringContaining("1000 ms") } });
    server.resume();
    expect((await cache.decide({ state: STATE, fallback })).kind).toBe("serve");
  });

  it("holds something else under its keys, the agent decides", async () => {
    const { server, cache } = await openOnServer();
    const { stateFingerprint } = await cache.decide({ state: STATE });
    const client = createClient({ url: server.url });
    await client.connect();
    await client.set(`{policycache:0}:state\tdefault\t${stateFingerprint}`, "text");
    client.destroy();
    const decision = await cache.decide({ state: STATE, fallback });
    expect(decision).toMatchObject({ kind: "fallback", action: ASK, unavailable: { retryable: expect.any(Boolean) } });
  });
});

describe("with a fallback, when the file", () => {
  it("is damaged, the agent decides", async () => {
    const location = freshLocation("sqlite");
    const cache = await proven(await openCacheAt(location, { workers: "inline" }));
    const database = openSqlite(location);
    database.exec("UPDATE records SET fields = 'no json' WHERE key LIKE 'state%'");
    database.close();
    const decision = await cache.decide({ state: STATE, fallback });
    expect(decision).toMatchObject({ kind: "fallback", action: ASK, unavailable: { code: "DATA_FORMAT" } });
    await expect(cache.decide({ state: STATE })).rejects.toThrow(DataFormatError);
  });

  it("cannot be written to, a refusal that cannot be counted stops no decision", async () => {
    const location = freshLocation("sqlite");
    await (await proven(await PolicyCache.open(location, { workers: "inline" }))).close();
    const actions = { ship: { guard: () => false } };
    const cache = await openCacheAt(location, { workers: "none", readOnly: true, actions });
    expect(await cache.decide({ state: STATE, fallback })).toMatchObject({ kind: "fallback", action: ASK });
    expect((await cache.decide({ state: STATE })).kind).toBe("abstain");
  });
});

describe("with a fallback", () => {
  it("wrong arguments, a closed store and what the fallback throws are told", async () => {
    const cache = await openTestCache("memory", { workers: "inline" });
    await expect(cache.decide({ state: STATE, fallback, errorBudget: 2 })).rejects.toMatchObject({
      code: "INVALID_ARGUMENT",
    });
    await expect(cache.decide({ state: STATE, fallback, timeoutMs: 0 })).rejects.toThrow("timeoutMs");
    const failing = () => Promise.reject(new Error("the model is away"));
    await expect(cache.decide({ state: STATE, fallback: failing })).rejects.toThrow("the model is away");
    await cache.close();
    await expect(cache.decide({ state: STATE, fallback })).rejects.toMatchObject({ code: "STORE_CLOSED" });
  });

  it("exploring does not silence the agent where it would decide, unless candidates are named", async () => {
    const cache = await openTestCache("memory", { workers: "inline" });
    let asked = 0;
    const agent = () => {
      asked += 1;
      return { type: asked % 2 === 0 ? "ask" : "ship" };
    };
    for (let run = 0; run < 50; run += 1) {
      const decision = await cache.decide({ state: STATE, explore: "thompson", fallback: agent });
      await cache.report(decision.decisionId, { outcome: run % 3 === 0 ? "failure" : "success" });
    }
    expect(asked).toBe(50);
    const named = { strategy: "epsilon-greedy", candidates: [SHIP, ASK] } as const;
    expect((await cache.decide({ state: STATE, explore: named, fallback: agent })).kind).toBe("explore");
    await proven(await openTestCache("memory", { workers: "inline" }));
  });
});
