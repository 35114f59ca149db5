import { closeSync, createReadStream, openSync, readdirSync, statSync, writeFileSync, writeSync } from "node:fs";
import { dirname, join } from "node:path";
import { describe, expect, it, onTestFinished } from "vitest";
import { PolicyCache } from "../../src/cache/policy-cache.js";
import { backupStore, importStore } from "../../src/migration/index.js";
import { openStore } from "../../src/store/store.js";
import { startChild } from "../support/child-process.js";
import { DEPLOY, outcome, successes } from "../support/events.js";
import { eventually } from "../support/eventually.js";
import { learnedOf } from "../support/learned.js";
import { dumpTables, integrityOf } from "../support/stores/dump.js";
import { describeOnEveryEngine, freshLocation, openCacheAt, openTestCache } from "../support/stores/stores.js";
import { temporaryFolder } from "../support/temporary-folder.js";

describeOnEveryEngine("a backup", (engine) => {
  it("is all there is, and a store again", async () => {
    const cache = await openTestCache(engine, { workers: "inline" });
    await cache.recordMany(successes(6));
    const file = join(temporaryFolder(), "backup");
    const backup = await backupStore(cache.store, file);
    expect(backup).toEqual({ kind: engine === "sqlite" ? "sqlite" : "export", bytes: statSync(file).size });
    await cache.recordMany(successes(6)); // in the store, not in its backup
    const restored = engine === "sqlite" ? await openCacheAt(file) : await cacheOf(file);
    expect((await restored.statistics()).totals).toMatchObject({ events: 6, policies: 1 });
    expect((await restored.decide({ agentId: "agent-1", state: DEPLOY })).kind).toBe("serve");
  });

  it("takes the place of nothing, and leaves nothing of itself when it fails", async () => {
    const cache = await openTestCache(engine, { workers: "inline" });
    await cache.recordMany(successes(6));
    const folder = temporaryFolder();
    const file = join(folder, "backup");
    writeFileSync(file, "mine");
    const unusable = { code: "INVALID_ARGUMENT", parameter: "file" };
    await expect(backupStore(cache.store, file)).rejects.toMatchObject(unusable);
    await expect(backupStore(cache.store, folder)).rejects.toMatchObject(unusable);
    await expect(backupStore(cache.store, "")).rejects.toMatchObject(unusable);
    const missing = backupStore(cache.store, join(folder, "missing", "backup"));
    await expect(missing).rejects.toMatchObject({ code: "STORE_UNAVAILABLE" });
    const unknown = backupStore(cache.store, join(folder, "other"), { onprogress: () => {} } as object);
    await expect(unknown).rejects.toMatchObject({ code: "INVALID_ARGUMENT", parameter: "onprogress" });
    expect(readdirSync(folder)).toEqual(["backup"]);
  });

  it.skipIf(process.platform === "win32")("is its owner's alone", async () => {
    const cache = await openTestCache(engine, { workers: "inline" });
    const file = join(temporaryFolder(), "backup");
    await backupStore(cache.store, file);
    expect(statSync(file).mode & 0o777).toBe(0o600);
  });
});

async function cacheOf(file: string): Promise<PolicyCache> {
  const store = await openStore("memory:");
  onTestFinished(() => store.close());
  await importStore(store, createReadStream(file));
  const cache = await PolicyCache.open(store);
  onTestFinished(() => cache.close());
  return cache;
}

describe("a backup of a SQLite file", () => {
  it("that another process learns into is the store of one moment, each time: learning goes on from it as if nothing had been", async () => {
    const location = freshLocation("sqlite");
    const work = ["background", "20", "agent-1", "4000"];
    const learner = startChild("learner.ts", [location, ...work]);
    await eventually("it learns", () => learner.lines.length > 200);
    const store = await openStore(location, { readOnly: true });
    onTestFinished(() => store.close());
    const backups: { file: string; acknowledged: number }[] = [];
    while (!learner.lines.includes("done")) {
      const acknowledged = learner.lines.filter((line) => line.startsWith("acknowledged")).length;
      const file = join(dirname(location), `backup-${backups.length}.db`);
      await backupStore(store, file);
      backups.push({ file, acknowledged });
      const had = learner.lines.length;
      await eventually("it goes on", () => learner.lines.length > had + 400 || learner.lines.includes("done"));
    }
    expect(await learner.ended).toEqual({ code: 0, signal: null });
    expect(backups.length).toBeGreaterThan(3);
    const expected = learnedOf(dumpTables(location));
    for (const { file, acknowledged } of backups.slice(0, 4)) {
      expect(integrityOf(file)).toBe("ok");
      const { length } = dumpTables(file).members.filter(({ key }) => String(key).startsWith("seen"));
      expect(length).toBeGreaterThanOrEqual(acknowledged);
      expect(length).toBeLessThanOrEqual(4000);
      const again = startChild("learner.ts", [file, ...work]);
      expect({ ...(await again.ended), errors: again.errors() }).toEqual({ code: 0, signal: null, errors: "" });
      expect(learnedOf(dumpTables(file))).toEqual(expected);
    }
  }, 120_000);

  it("is refused by a damaged store, and is not there then", async () => {
    const location = freshLocation("sqlite");
    const cache = await PolicyCache.open(location, { workers: "inline" });
    await cache.recordMany(Array.from({ length: 300 }, (_, index) => outcome("success", { state: { index } })));
    await cache.close();
    const descriptor = openSync(location, "r+");
    for (let page = 3; page < 40; page += 1) writeSync(descriptor, "\x07".repeat(4096), page * 4096);
    closeSync(descriptor);
    const file = join(dirname(location), "backup.db");
    const backup = async () => {
      const store = await openStore(location, { readOnly: true }); // may meet the damage already
      onTestFinished(() => store.close());
      await backupStore(store, file);
    };
    await expect(backup()).rejects.toMatchObject({ code: "DATA_FORMAT" });
    expect(readdirSync(dirname(location)).filter((name) => name.startsWith("backup"))).toEqual([]);
  });
});
