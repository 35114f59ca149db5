import { readFileSync } from "node:fs";
import { createClient } from "@redis/client";
import { describe, expect, it, onTestFinished } from "vitest";
import { PolicyCache } from "../../../src/cache/policy-cache.js";
import { type ErrorCode, PolicyCacheError } from "../../../src/common/errors.js";
import type { StoreLocation } from "../../../src/keyspace/open-engine.js";
import { allScripts } from "../../../src/keyspace/redis/scripts/operation-scripts.js";
import { countSet } from "../../../src/operations/records/reading.js";
import { getRecord } from "../../../src/operations/records/record.js";
import { createGroup } from "../../../src/operations/streams/streams.js";
import { openStore, type Store, type StoreOptions } from "../../../src/store/store.js";
import { linesOf } from "../../migration/export-content.js";
import { DEPLOY, outcome, successes } from "../../support/events.js";
import { createCertificates } from "../../support/redis/certificates.js";
import {
  describeWithCluster,
  describeWithServer,
  startCluster,
  startRedis,
} from "../../support/redis/describe-with-redis.js";
import { temporaryFolder } from "../../support/temporary-folder.js";

const STREAM = { keys: { stream: "stream:s" }, group: "g" };

async function open(location: StoreLocation, options: StoreOptions = {}): Promise<Store> {
  const store = await openStore(location, options);
  onTestFinished(() => store.close());
  return store;
}

async function failure(work: Promise<unknown>): Promise<PolicyCacheError> {
  const error = await work.then(
    () => expect.fail("it succeeded"),
    (reason: unknown) => reason,
  );
  if (!PolicyCacheError.isInstance(error)) throw error;
  return error;
}

async function expectFailure(work: Promise<unknown>, code: ErrorCode, retryable: boolean): Promise<PolicyCacheError> {
  const error = await failure(work);
  expect({ code: error.code, retryable: error.retryable }, error.message).toEqual({ code, retryable });
  return error;
}

/** What docs/redis.md names. */
const RULES = [
  "resetkeys ~{policycache}:store ~{policycache:[0-9]}:* ~{policycache:[0-9][0-9]}:*",
  "resetchannels +@all -@admin -@dangerous +info",
].join(" ");
const QUICK = { connectTimeoutMs: 2000, commandTimeoutMs: 500 };

describeWithServer("a store on Redis", () => {
  it("is made by whoever opens it first, and refuses another number of shards or another format", async () => {
    const server = await startRedis();
    const store = await open(server.url, { shards: 3 });
    expect(store.shardCount).toBe(3);
    expect((await open(server.url)).shardCount).toBe(3);
    expect((await open(server.url, { prefix: "other" })).shardCount).toBe(1);
    const { message } = await expectFailure(openStore(server.url, { shards: 4 }), "INVALID_CONFIGURATION", false);
    expect(message).toMatch(/shards is 4, expected 3/);
    await server.command("SET", "{new}:store", `{"format":9,"shards":1}`);
    await expectFailure(openStore(server.url, { prefix: "new" }), "DATA_FORMAT", false);
    await server.command("SET", "{alien}:store", "hello");
    await expectFailure(openStore(server.url, { prefix: "alien" }), "DATA_FORMAT", false);
    expect(await server.command("GET", "{alien}:store")).toBe("hello");
  });

  it("is not made by who only reads", async () => {
    const server = await startRedis();
    await server.command("SET", "somebody's", "else");
    const missing = await expectFailure(PolicyCache.open(server.url, { readOnly: true }), "STORE_NOT_FOUND", false);
    expect(missing.message).toContain(`There is no store at ${server.url}, prefix policycache.`);
    expect(await server.command("KEYS", "*")).toEqual(["somebody's"]);
    expect(Number(await server.info("number_of_cached_scripts")), "scripts left behind").toBe(0);
    const writer = await open(server.url, { shards: 3 });
    await writer.run(createGroup, STREAM, 0);
    const reader = await open(server.url, { readOnly: true });
    expect(reader.shardCount).toBe(3);
    expect(await reader.run(countSet, { keys: { set: "none" } }, 0)).toBe(0);
    await expectFailure(reader.run(createGroup, STREAM, 0), "STORE_READ_ONLY", false);
  });

  it("keeps all keys of a shard under one hash tag, and declares every key", async () => {
    const server = await startRedis();
    const cache = await PolicyCache.open(server.url, { shards: 2, workers: "inline" });
    onTestFinished(() => cache.close());
    for (let step = 0; step < 8; step += 1) {
      await cache.record({ state: { at: 1 }, action: { type: "go" }, outcome: "success", episodeId: `${step}` });
    }
    const keys = (await server.command("KEYS", "*")) as readonly string[];
    expect(keys.length).toBeGreaterThan(5);
    for (const key of keys) expect(String(key)).toMatch(/^\{policycache(:[01])?\}:/);
  });

  it("loads its scripts when it is opened, and again after SCRIPT FLUSH", async () => {
    const server = await startRedis();
    const store = await open(server.url);
    const hashes = allScripts().map(({ sha1 }) => sha1);
    expect(new Set((await server.command("SCRIPT", "EXISTS", ...hashes)) as number[])).toEqual(new Set([1]));
    await server.command("SCRIPT", "FLUSH");
    expect(await store.run(createGroup, STREAM, 0)).toBe(true);
    expect(await store.run(countSet, { keys: { set: "none" } }, 0)).toBe(0);
  });

  it("says where a script failed by the name and the source of the function", async () => {
    const server = await startRedis();
    const store = await open(server.url);
    await server.command("SET", "{policycache:0}:stream:s", "no stream");
    const error = await expectFailure(store.run(createGroup, STREAM, 0), "DATA_FORMAT", false);
    expect(error.message).toMatch(/operation create-group failed in \w+ \(src\/\S+:\d+\): WRONGTYPE/);
  });

  it("accepts a client of the caller's, which stays open", async () => {
    const server = await startRedis();
    const client = createClient({ url: server.url });
    onTestFinished(() => client.destroy());
    const store = await openStore({ client });
    await store.run(createGroup, STREAM, 0);
    await store.close();
    await expectFailure(store.run(createGroup, STREAM, 0), "STORE_CLOSED", false);
    expect(await client.ping()).toBe("PONG");
  });

  it("needs the right password, and never shows it", async () => {
    const server = await startRedis({ password: "open-sesame" });
    await open(server.url);
    const url = new URL(server.url);
    url.password = "wrong-secret";
    const error = await expectFailure(openStore(url.href), "STORE_ACCESS_DENIED", false);
    expect(error.message).not.toContain("wrong-secret");
    url.password = "";
    await expectFailure(openStore(url.href), "STORE_ACCESS_DENIED", false);
  });

  it("is reached through TLS by who trusts the authority behind its certificate, and by nobody else", async () => {
    const [server, other] = [await startRedis({ tls: true }), await startRedis({ tls: true })];
    const store = await open(server.tlsUrl, { tls: { ca: readFileSync(server.certificates.authority) } });
    expect(await store.run(createGroup, STREAM, 0)).toBe(true);
    const strange = { ...QUICK, tls: { ca: readFileSync(other.certificates.authority) } };
    await expectFailure(openStore(server.tlsUrl, strange), "STORE_UNAVAILABLE", true);
    await expectFailure(openStore(server.tlsUrl, QUICK), "STORE_UNAVAILABLE", true);
    await expectFailure(openStore(server.url.replace("redis:", "rediss:"), QUICK), "STORE_UNAVAILABLE", true);
  });

  it("is reached through a unix socket", async () => {
    const server = await startRedis();
    const store = await open(`redis+unix://${server.socketPath}`);
    expect(await store.run(createGroup, STREAM, 0)).toBe(true);
    await expectFailure(openStore(`redis+unix://${server.folder}/none`, QUICK), "STORE_UNAVAILABLE", true);
  });

  it("works for a user with the rights that the documents name, over TCP, TLS and a unix socket", async () => {
    const user = { name: "agent@1", password: "p@ss/w:rd", rules: RULES };
    const server = await startRedis({ tls: true, password: "open-sesame", user });
    const ca = readFileSync(server.certificates.authority);
    const login = `${encodeURIComponent(user.name)}:${encodeURIComponent(user.password)}`;
    const urls = [server.url, server.tlsUrl].map((url) => url.replace(/\/\/.*@/, `//${login}@`));
    for (const url of [...urls, `redis+unix://${login}@${server.socketPath}`]) {
      const cache = await PolicyCache.open(url, { workers: "inline", nearCache: true, tls: { ca } });
      onTestFinished(() => cache.close());
      await cache.recordMany(successes(12));
      const decision = await cache.decide({ agentId: "agent-1", state: DEPLOY });
      if (decision.kind === "abstain") expect.fail(decision.reason);
      await cache.report(decision.decisionId, { outcome: "success" });
      expect((await linesOf(cache.store)).length).toBeGreaterThan(10);
      for (const prefix of ["other", "policycache:victim", "policycache:7:victim"]) {
        await expectFailure(openStore(url, { ...QUICK, prefix, tls: { ca } }), "STORE_ACCESS_DENIED", false);
      }
    }
    const wrong = `redis+unix://${login.replace("p", "q")}@${server.socketPath}`;
    const { message } = await expectFailure(openStore(wrong), "STORE_ACCESS_DENIED", false);
    expect(message).not.toContain(user.password.slice(1));
  });

  it("fails at once where nobody listens, and says how to try again", async () => {
    const server = await startRedis();
    await server.remove();
    const error = await expectFailure(openStore(server.url, QUICK), "STORE_UNAVAILABLE", true);
    expect(error.message).toMatch(/cannot be reached/);
  });

  it("gives a retryable error while the server is gone, and goes on when it is back", async () => {
    const server = await startRedis();
    const store = await open(server.url, QUICK);
    await server.kill();
    await expectFailure(store.run(createGroup, STREAM, 0), "STORE_UNAVAILABLE", true);
    await expectFailure(store.run(getRecord, { keys: { records: "r" }, id: "i" }, 0), "STORE_UNAVAILABLE", true);
    await server.restart();
    await expect.poll(() => codeOf(store.run(createGroup, STREAM, 0)), { timeout: 20_000 }).toBe("none");
  });

  it("gives a retryable error when the server takes no more writes, and still reads", async () => {
    const server = await startRedis();
    const store = await open(server.url, QUICK);
    await server.command("CONFIG", "SET", "maxmemory", "1");
    await expectFailure(store.run(createGroup, STREAM, 0), "STORE_FULL", true);
    expect(await store.run(getRecord, { keys: { records: "r" }, id: "i" }, 0)).toBeUndefined();
    expect(await server.command("EXISTS", "{policycache:0}:stream:s")).toBe(0);
    await server.command("CONFIG", "SET", "maxmemory", "0");
    await server.command("REPLICAOF", "127.0.0.1", "1");
    await expectFailure(store.run(createGroup, STREAM, 0), "STORE_READ_ONLY", true);
  });

  it("gives a retryable error when a script of somebody else's does not end", async () => {
    const server = await startRedis({ settings: { "busy-reply-threshold": "50" } });
    const store = await open(server.url, QUICK);
    const loop = server.command("EVAL", "while true do end", "0").catch(() => undefined);
    await expect.poll(() => codeOf(store.run(createGroup, STREAM, 0)), { timeout: 20_000 }).toBe("STORE_BUSY");
    await server.command("SCRIPT", "KILL");
    await loop;
    expect(await store.run(createGroup, STREAM, 0)).toBeTypeOf("boolean");
  });

  it("closes after what is under way, and stops waiting for entries at once", async () => {
    const server = await startRedis();
    const store = await openStore(server.url);
    const { signal } = new AbortController();
    await store.waitForAppend("stream:s", 0, 10_000, signal);
    const waiting = store.waitForAppend("stream:s", 0, 10_000, signal);
    const underWay = store.run(createGroup, STREAM, 0);
    await store.close();
    expect(await underWay).toBe(true);
    await waiting;
    await store.close();
  });
});

async function codeOf(work: Promise<unknown>): Promise<string> {
  return work.then(
    () => "none",
    (error) => error.code,
  );
}

describe("the location of a Redis store", () => {
  it.each(["redis://", "redis:/x", "redis://host:port", "unix://relative", "rediss://"])("refuses %s", async (url) => {
    await expectFailure(openStore(url), "INVALID_CONFIGURATION", false);
  });

  it.each([{ prefix: "a{b}" }, { prefix: "" }, { shards: 0 }, { shards: 1.5 }, { commandTimeoutMs: 0 }])(
    "refuses %o",
    async (options) => {
      await expectFailure(openStore("redis://127.0.0.1:1", options), "INVALID_CONFIGURATION", false);
    },
  );
});

describeWithServer("a store on a Redis cluster with TLS", () => {
  it("is reached by a user with a password who trusts the authority behind its certificates", async () => {
    const tls = createCertificates(temporaryFolder());
    const user = { name: "agent@1", password: "p@ss/w:rd", rules: RULES };
    const cluster = await startCluster({ node: { tls, password: "open-sesame", user } });
    const login = `${encodeURIComponent(user.name)}:${encodeURIComponent(user.password)}`;
    const nodes = cluster.masters.map(({ tlsUrl }) => tlsUrl.replace(/\/\/.*@/, `//${login}@`));
    const ca = readFileSync(tls.authority);
    const cache = await PolicyCache.open({ nodes }, { workers: "inline", nearCache: true, tls: { ca } });
    onTestFinished(() => cache.close());
    for (let agent = 0; agent < 6; agent += 1) await cache.record(outcome("success", { agentId: `agent-${agent}` }));
    const sizes = await Promise.all(cluster.masters.map((master) => master.command("DBSIZE")));
    expect(Math.min(...sizes.map(Number))).toBeGreaterThan(0);
    expect(await cache.decide({ agentId: "agent-1", state: DEPLOY })).toMatchObject({ kind: "abstain" });
    await expectFailure(openStore({ nodes }, QUICK), "STORE_UNAVAILABLE", true);
    const strangers = nodes.map((url) => url.replace(login, "agent:wrong"));
    await expectFailure(openStore({ nodes: strangers }, { ...QUICK, tls: { ca } }), "STORE_ACCESS_DENIED", false);
  });
});

describeWithCluster("a store on a Redis cluster", (cluster) => {
  it("spreads its shards over the masters and is reached through any node", async () => {
    const store = await open(cluster.urls.slice(0, 1));
    expect(store.shardCount).toBe(16);
    await store.runOnAll(createGroup, STREAM);
    const counts = await Promise.all(cluster.masters.map((master) => master.command("DBSIZE")));
    for (const count of counts) expect(Number(count)).toBeGreaterThan(0);
  });
});
