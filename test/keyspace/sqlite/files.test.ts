import { chmodSync, existsSync, readdirSync, readlinkSync, renameSync, rmSync, statSync, writeFileSync } from "node:fs";
import { basename, dirname, join } from "node:path";
import { describe, expect, it, onTestFinished } from "vitest";
import { PolicyCache } from "../../../src/cache/policy-cache.js";
import { DEPLOY, outcome, successes } from "../../support/events.js";
import { openSqlite } from "../../support/stores/sqlite-database.js";
import { freshLocation, openCacheAt } from "../../support/stores/stores.js";

/** Descriptors of this process that lead to a file or to one beside it; none where the system does not list them. */
function descriptorsOf(location: string): readonly string[] {
  if (!existsSync("/proc/self/fd")) return [];
  return readdirSync("/proc/self/fd").flatMap((descriptor) => {
    try {
      const target = readlinkSync(join("/proc/self/fd", descriptor));
      return target.startsWith(location) ? [target] : [];
    } catch {
      return []; // the one that was open for the list
    }
  });
}

function filesAt(location: string): readonly string[] {
  return readdirSync(dirname(location)).filter((name) => name.startsWith(basename(location)));
}

const permissions = (path: string) => statSync(path).mode & 0o777;

describe("closing a SQLite store", () => {
  it("leaves one file and holds nothing of it, whatever was done", async () => {
    const location = freshLocation("sqlite");
    for (const workers of ["inline", "background", "none"] as const) {
      const cache = await PolicyCache.open(location, { workers });
      await cache.recordMany(successes(6));
      await cache.decide({ agentId: "agent-1", state: DEPLOY });
      await cache.statistics();
      await cache.close();
      expect(filesAt(location)).toEqual([basename(location)]);
      expect(descriptorsOf(location)).toEqual([]);
    }
  });

  it("that was only read leaves no files behind either", async () => {
    const location = freshLocation("sqlite");
    await (await PolicyCache.open(location)).close();
    const reader = await PolicyCache.open(location, { readOnly: true });
    await reader.decide({ state: DEPLOY });
    await reader.close();
    expect(filesAt(location)).toEqual([basename(location)]);
    expect(descriptorsOf(location)).toEqual([]);
  });

  it("takes nothing from another connection that is open", async () => {
    const location = freshLocation("sqlite");
    const one = await PolicyCache.open(location, { workers: "inline" });
    const other = await openCacheAt(location, { workers: "inline" });
    await one.recordMany(successes(3));
    await one.close();
    await other.recordMany(successes(3));
    expect((await other.statistics()).totals.events).toBe(6);
  });

  it("that could not be opened holds nothing", async () => {
    const location = freshLocation("sqlite");
    writeFileSync(location, "no database at all".repeat(100));
    await expect(PolicyCache.open(location)).rejects.toMatchObject({ code: "DATA_FORMAT" });
    expect(descriptorsOf(location)).toEqual([]);
  });

  it("many times leaks no descriptor", async () => {
    const location = freshLocation("sqlite");
    for (let round = 0; round < 20; round += 1) {
      const caches = await Promise.all([PolicyCache.open(location), PolicyCache.open(location, { workers: "none" })]);
      await Promise.all(caches.map((cache) => cache.close()));
    }
    expect(descriptorsOf(location)).toEqual([]);
  });
});

describe.skipIf(process.platform === "win32")("the permissions of a new file", () => {
  it.each([
    ["the owner's alone by default", undefined, 0o600],
    ["what fileMode says", 0o640, 0o640],
    ["what fileMode says, whatever the mask of the process", 0o666, 0o666],
  ])("are %s", async (_name, fileMode, expected) => {
    const location = freshLocation("sqlite");
    const before = process.umask();
    const cache = await openCacheAt(location, { workers: "inline", ...(fileMode === undefined ? {} : { fileMode }) });
    await cache.record(outcome("success"));
    expect(filesAt(location)).toHaveLength(3);
    for (const name of filesAt(location)) expect(permissions(join(dirname(location), name)), name).toBe(expected);
    expect(process.umask()).toBe(before);
  });

  it("of a file that exists stay as they are", async () => {
    const location = freshLocation("sqlite");
    writeFileSync(location, "");
    chmodSync(location, 0o664);
    await (await PolicyCache.open(location, { fileMode: 0o600 })).close();
    expect(permissions(location)).toBe(0o664);
  });

  it.each([0, 0o177, 0o400, 0o1777, 6.5, -1, Number.NaN, "0600", null])("cannot be %s", async (fileMode) => {
    const location = freshLocation("sqlite");
    const opening = PolicyCache.open(location, { fileMode: fileMode as number });
    await expect(opening).rejects.toMatchObject({ code: "INVALID_CONFIGURATION", option: "fileMode" });
    expect(filesAt(location)).toEqual([]);
  });
});

describe.skipIf(process.platform === "win32")("a file that is taken away while its store is open", () => {
  const LOST = { code: "STORE_UNAVAILABLE", retryable: false };
  const cases = [
    ["deleted", (location: string) => rmSync(location), /was deleted while it was open/],
    ["moved away", (location: string) => renameSync(location, `${location}.old`), /was deleted while it was open/],
    [
      "replaced",
      (location: string) => {
        rmSync(location);
        openSqlite(location).close();
        writeFileSync(location, "");
      },
      /was replaced by another one while it was open/,
    ],
  ] as const;

  it.each(cases)("is noticed by the next write: %s", async (_name, takeAway, message) => {
    const location = freshLocation("sqlite");
    const cache = await openCacheAt(location, { workers: "inline" });
    await cache.recordMany(successes(6));
    takeAway(location);
    const recording = cache.record(outcome("success"));
    await expect(recording).rejects.toMatchObject(LOST);
    await expect(recording).rejects.toThrow(message);
    await expect(cache.record(outcome("success"))).rejects.toMatchObject(LOST);
  });

  it.each(cases)("is noticed by who only reads, within a second: %s", async (_name, takeAway) => {
    const location = freshLocation("sqlite");
    await (await PolicyCache.open(location)).close();
    const cache = await openCacheAt(location, { readOnly: true });
    await cache.decide({ state: DEPLOY });
    takeAway(location);
    const deadline = performance.now() + 5000;
    let error: unknown;
    while (error === undefined && performance.now() < deadline) {
      error = await cache.statistics().then(
        () => undefined,
        (thrown: unknown) => thrown,
      );
      await new Promise((resolve) => setTimeout(resolve, 50));
    }
    expect(error).toMatchObject(LOST);
  });

  it("is one again once the store was closed and opened", async () => {
    const location = freshLocation("sqlite");
    const cache = await PolicyCache.open(location, { workers: "inline" });
    rmSync(location);
    await cache.close();
    const again = await openCacheAt(location, { workers: "inline" });
    expect((await again.record(outcome("success"))).recorded).toBe(true);
  });
});

describe("a relative location", () => {
  it("stays what it was when the working folder changes", async () => {
    const folder = dirname(freshLocation("sqlite"));
    const before = process.cwd();
    onTestFinished(() => process.chdir(before));
    process.chdir(folder);
    const cache = await openCacheAt("policies.db", { workers: "inline" });
    process.chdir(before);
    expect((await cache.record(outcome("success"))).recorded).toBe(true);
  });
});
