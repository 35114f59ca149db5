import { chmodSync, rmSync, statSync } from "node:fs";
import { expect, it } from "vitest";
import { successes } from "../../support/events.js";
import { freshLocation, openCacheAt } from "../../support/stores/stores.js";
import { checkOf } from "./check-of.js";

it("tells of a SQLite file what it is and how it is kept", async () => {
  const file = freshLocation("sqlite");
  const cache = await openCacheAt(file);
  await cache.recordMany(successes(2));
  await cache.flush();
  const health = await cache.health();
  expect(health.status).toBe("ok");
  expect(checkOf(health, "file").figures).toMatchObject({ bytes: statSync(file).size, permissions: "0600" });
  expect(checkOf(health, "persistence").figures).toEqual({ journalMode: "wal", synchronous: 1 });
  expect(checkOf(health, "format").figures).toEqual({ version: 2 });
  expect(checkOf(health, "log").figures.bytes).toBeGreaterThan(0);
  const { freeBytes, sizeBytes } = checkOf(health, "disk").figures;
  expect(Number(freeBytes)).toBeLessThan(Number(sizeBytes));
  const durable = await openCacheAt(freshLocation("sqlite"), { durability: "power" });
  expect(checkOf(await durable.health(), "persistence")).toMatchObject({ figures: { synchronous: 2 } });
});

it("tells that a SQLite file was deleted while it was open", async () => {
  const file = freshLocation("sqlite");
  const cache = await openCacheAt(file);
  await cache.recordMany(successes(2));
  await cache.flush();
  rmSync(file);
  const health = await cache.health();
  expect(health.status).toBe("failing");
  expect(checkOf(health, "file")).toMatchObject({
    status: "failing",
    detail: `The file at ${file} was deleted while it was open: nothing that is written to it is kept.`,
    remedy: "Close the store and open it again; while a store is open, leave its files alone.",
  });
});

it.skipIf(process.platform === "win32")("tells that others may read a SQLite file", async () => {
  const file = freshLocation("sqlite");
  const cache = await openCacheAt(file);
  chmodSync(file, 0o644);
  expect(checkOf(await cache.health(), "file")).toMatchObject({
    status: "warning",
    detail: "Others than its owner may use the file: its permissions are 0644, not 0600.",
  });
  const shared = await openCacheAt(file, { fileMode: 0o644 });
  expect(checkOf(await shared.health(), "file").status).toBe("ok");
});

it("can be asked of a SQLite file that is only read", async () => {
  const file = freshLocation("sqlite");
  await (await openCacheAt(file)).recordMany(successes(2));
  const reader = await openCacheAt(file, { readOnly: true });
  const health = await reader.health();
  expect(checkOf(health, "persistence").figures).toEqual({ journalMode: "wal" });
  expect(checkOf(health, "worker").figures).toMatchObject({ mode: "none" });
});
