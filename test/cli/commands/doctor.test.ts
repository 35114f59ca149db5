import { chmodSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { OUTCOME_STREAM } from "../../../src/cache/recording/outcome-stream.js";
import type { Health } from "../../../src/cache/watching/health.js";
import { StreamConsumer } from "../../../src/streams/stream-consumer.js";
import { successes } from "../../support/events.js";
import { describeWithServer, startRedis } from "../../support/redis/describe-with-redis.js";
import { freshLocation, openCacheAt } from "../../support/stores/stores.js";
import { temporaryFolder } from "../../support/temporary-folder.js";
import { jsonOf, runCli } from "../run-cli.js";

/** A store with an event that was counted, and one that was set aside. */
async function storeWithTrouble(): Promise<string> {
  const file = freshLocation("sqlite");
  const cache = await openCacheAt(file, { workers: "inline" });
  const consumer = new StreamConsumer({
    store: cache.store,
    streamKey: OUTCOME_STREAM,
    groupName: "audit",
    consumerName: "one",
    maxRetries: 1,
    handler: () => {
      throw new Error("no such table");
    },
  });
  await cache.recordMany(successes(1));
  await consumer.processBatch({ blockMs: 0 }).catch(() => {});
  await cache.close();
  return file;
}

describe("policycache doctor", () => {
  it("prints each check with what to do, in lines of at most 80 characters", async () => {
    const file = await storeWithTrouble();
    const { stdout, stderr, exitCode } = await runCli(["doctor", "--store", file]);
    expect([stderr, exitCode]).toEqual(["", 0]);
    const lines = stdout.split("\n");
    const at = lines.findIndex((line) => line.startsWith("warning  deadLetters  1 entry was set aside"));
    expect(lines[at + 1]).toMatch(/^ {22}To do: Read the last_error of each/);
    expect(lines.filter((line) => line.length > 80 && !line.includes(file))).toEqual([]);
    expect(lines.at(-2)).toMatch(/^1 warning, \d+ ok$/);
  });

  it("exits with 1 for a warning when it is strict", async () => {
    const file = await storeWithTrouble();
    const run = await runCli(["doctor", "--store", file, "--strict", "--json"]);
    expect(run.exitCode).toBe(1);
    const { status, checks } = jsonOf<Health>(run);
    expect(status).toBe("warning");
    expect(checks.find(({ name }) => name === "deadLetters")?.figures).toEqual({ entries: 1 });
  });

  it("says what keeps a store that is there from being opened, and exits with 1", async () => {
    const file = join(temporaryFolder(), "policies.db");
    writeFileSync(file, "not a database at all, but long enough to be looked at as one: ".repeat(20));
    const run = await runCli(["doctor", "--store", file, "--json"]);
    expect(run.exitCode).toBe(1);
    expect(jsonOf<Health>(run)).toMatchObject({ status: "failing", checks: [{ name: "store", status: "failing" }] });
    const unreachable = await runCli(["doctor", "--store", "redis://:secret@127.0.0.1:1"]);
    expect(unreachable.stdout).toMatch(/^failing {2}store {8}The store at redis:\/\/.*127\.0\.0\.1:1 cannot/);
    expect([unreachable.stdout.includes("secret"), unreachable.exitCode]).toEqual([false, 1]);
  });

  it("refuses a store that does not exist, and options that it does not know", async () => {
    const folder = temporaryFolder();
    expect(await runCli(["doctor"], { folder })).toMatchObject({ exitCode: 1, stdout: "" });
    expect(await runCli(["doctor", "--store", "memory:"], { folder })).toMatchObject({ exitCode: 2 });
    expect(await runCli(["doctor", "--strickt"], { folder })).toMatchObject({ exitCode: 2 });
  });

  it.skipIf(process.platform === "win32")("warns of a file that others may read", async () => {
    const file = freshLocation("sqlite");
    await (await openCacheAt(file)).close();
    chmodSync(file, 0o666);
    const { stdout } = await runCli(["doctor", "--store", file]);
    expect(stdout).toMatch(/^warning {2}file {9}Others than its owner may use the file/m);
  });
});

describeWithServer("policycache doctor on a server", () => {
  it("exits with 1 when it evicts", async () => {
    const server = await startRedis({ settings: { maxmemory: "64mb", "maxmemory-policy": "allkeys-lru" } });
    await (await openCacheAt(server.url)).close();
    const { stdout, exitCode } = await runCli(["doctor", "--store", server.url]);
    expect(stdout).toMatch(/^failing {2}eviction {5}maxmemory-policy allkeys-lru deletes/m);
    expect(stdout).toMatch(/^warning {2}persistence {2}Nothing is kept on a disk/m);
    expect(exitCode).toBe(1);
  });
});
