import { statSync } from "node:fs";
import Database from "libsql";
import { describe, expect, it, onTestFinished } from "vitest";
import { PolicyCache } from "../../../src/cache/policy-cache.js";
import type { Keyspace } from "../../../src/keyspace/port/keyspace.js";
import type { BetterSqlite3Database } from "../../../src/keyspace/sqlite/drivers/better-sqlite3.js";
import { openStore, type Store } from "../../../src/store/store.js";
import { DEPLOY, outcome, successes } from "../../support/events.js";
import { openSqlite } from "../../support/stores/sqlite-database.js";
import { atomically, freshLocation, openCacheAt } from "../../support/stores/stores.js";

/** A connection that counts the transactions it commits. */
class CountingDatabase implements BetterSqlite3Database {
  commits = 0;
  readonly #inner: Database.Database;

  constructor(path: string) {
    this.#inner = new Database(path);
  }

  prepare(sql: string) {
    const statement = this.#inner.prepare(sql);
    if (sql !== "COMMIT") return statement;
    const run = (...parameters: unknown[]) => {
      this.commits += 1;
      return statement.run(...parameters);
    };
    return Object.assign(Object.create(statement) as typeof statement, { run });
  }

  exec(sql: string): unknown {
    return this.#inner.exec(sql);
  }

  close(): unknown {
    return this.#inner.close();
  }
}

async function openCounting(): Promise<{ store: Store; database: CountingDatabase }> {
  const location = freshLocation("sqlite");
  const database = new CountingDatabase(location);
  const store = await openStore(location, { database });
  onTestFinished(async () => {
    await store.close();
    database.close();
  });
  return { store, database };
}

const put = (id: string) => (keyspace: Keyspace) => keyspace.putRecord("records", id, { id });

describe("writes to a SQLite file", () => {
  it("that are asked for at the same time share a transaction, and one alone has its own", async () => {
    const { store, database } = await openCounting();
    const before = database.commits;
    await Promise.all(Array.from({ length: 50 }, (_, index) => atomically(store, put(`${index}`))));
    expect(database.commits - before).toBe(1);
    await atomically(store, put("alone"));
    await atomically(store, put("alone again"));
    expect(database.commits - before).toBe(3);
    // Callers that wait for each of their writes stay together.
    const caller = async (name: number) => {
      for (let turn = 0; turn < 10; turn += 1) await atomically(store, put(`${name} ${turn}`));
    };
    await Promise.all(Array.from({ length: 20 }, (_, name) => caller(name)));
    expect(database.commits - before).toBe(13);
    const records = await atomically(store, (keyspace) => keyspace.listRecords("records"));
    expect(records).toHaveLength(252);
  });

  it("see each other in the order they were asked for", async () => {
    const { store } = await openCounting();
    const counts = await Promise.all(
      Array.from({ length: 150 }, () => atomically(store, (keyspace) => keyspace.addToCounter("count", 1))),
    );
    expect(counts).toEqual(Array.from({ length: 150 }, (_, index) => index + 1));
  });

  it("do not fail with one of them that fails, and nothing of that one remains", async () => {
    const { store } = await openCounting();
    const fail = (keyspace: Keyspace) => {
      put("half done")(keyspace);
      throw new Error("this one fails");
    };
    const calls = [put("a"), fail, put("b"), fail, put("c")].map((body) => atomically(store, body));
    const results = await Promise.allSettled(calls);
    expect(results.map(({ status }) => status)).toEqual([
      "fulfilled",
      "rejected",
      "fulfilled",
      "rejected",
      "fulfilled",
    ]);
    const records = await atomically(store, (keyspace) => keyspace.listRecords("records"));
    expect(records.map(({ id }) => id)).toEqual(["a", "b", "c"]);
  });

  it("that were asked for before the store was closed are done, and later ones refused", async () => {
    const location = freshLocation("sqlite");
    const store = await openStore(location);
    const writes = Promise.all([put("a"), put("b")].map((body) => atomically(store, body)));
    const closed = store.close();
    await expect(atomically(store, put("c"))).rejects.toMatchObject({ code: "STORE_CLOSED" });
    await Promise.all([writes, closed]);
    const reopened = await openStore(location);
    expect(await atomically(reopened, (keyspace) => keyspace.listRecords("records"))).toHaveLength(2);
    await reopened.close();
  });

  it("are waited for by no reader, of this process or another", async () => {
    const location = freshLocation("sqlite");
    const cache = await openCacheAt(location, { workers: "inline", busyTimeoutMs: 0 });
    await cache.recordMany(successes(6));
    const writer = openSqlite(location);
    writer.exec("BEGIN IMMEDIATE");
    try {
      expect((await cache.decide({ agentId: "agent-1", state: DEPLOY })).kind).toBe("serve");
      expect((await cache.statistics()).totals.events).toBe(6);
      await expect(cache.record(outcome("success"))).rejects.toMatchObject({ code: "STORE_BUSY", retryable: true });
    } finally {
      writer.exec("ROLLBACK");
      writer.close();
    }
    expect((await cache.record(outcome("success"))).recorded).toBe(true);
  });

  it("that go on for ever leave log and file as large as they were, with a reader beside them", async () => {
    // What ten minutes of 200 events a second append, trim, put and delete.
    const location = freshLocation("sqlite");
    const store = await openStore(location);
    const reader = await openStore(location, { readOnly: true });
    const ROUNDS = 24;
    const PER_ROUND = 5000;
    const text = "x".repeat(100);
    const sizes: number[] = [];
    let largestLog = 0;
    for (let round = 0; round < ROUNDS; round += 1) {
      await atomically(store, (keyspace) => {
        for (let index = 0; index < PER_ROUND; index += 1) {
          keyspace.appendToStream("stream", { text }, round * 1000);
          keyspace.putRecord("records", `${round} ${index}`, { text });
          if (round > 0) keyspace.deleteRecord("records", `${round - 1} ${index}`);
        }
        keyspace.trimStream("stream", PER_ROUND);
      });
      const length = await reader.run(
        { name: "length", access: "read", execute: (keyspace) => keyspace.describeStream("stream").length },
        undefined,
        0,
      );
      expect(length).toBe(PER_ROUND);
      sizes.push(statSync(location).size);
      largestLog = Math.max(largestLog, statSync(`${location}-wal`).size);
    }
    await reader.close();
    await store.close();
    // Some 35 MB were written; what is there at any time takes about 2.
    expect(Math.max(...sizes, statSync(location).size)).toBeLessThan(8 * 1024 * 1024);
    // Sixteen MiB, and what one transaction adds before it is looked at.
    expect(largestLog).toBeLessThan(32 * 1024 * 1024);
    expect(statSync(`${location}-wal`, { throwIfNoEntry: false })?.size ?? 0).toBe(0);
  }, 60_000);

  it("are in the file itself once the store is closed", async () => {
    const location = freshLocation("sqlite");
    const cache = await PolicyCache.open(location, { workers: "inline" });
    await cache.recordMany(successes(6));
    await cache.close();
    expect(statSync(`${location}-wal`, { throwIfNoEntry: false })?.size ?? 0).toBe(0);
  });
});
