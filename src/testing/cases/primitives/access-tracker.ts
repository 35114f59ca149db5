import assert from "node:assert/strict";
import { keyField } from "../../../model/fields.js";
import { defineModel } from "../../../repository/define-model.js";
import { Repository } from "../../../repository/repository.js";
import { rejectsMissingRecord, throwsConfiguration } from "../../assertions.js";
import { type ConformanceContext, section } from "../../conformance-case.js";

const id = { id: "only" };

const Page = defineModel("Page", { identity: ["id"], fields: { id: keyField() }, accessTracker: {} });

async function openPages(context: ConformanceContext) {
  const pages = new Repository(await context.openStore(), Page);
  await pages.create(id);
  const read = async (count: number) => {
    for (let index = 0; index < count; index += 1) await pages.get(id);
  };
  const use = async () => {
    const { accessCount, lastAccessedSeconds } = (await pages.get(id, { noTrack: true })) ?? {};
    return { accessCount, lastAccessedSeconds };
  };
  return { pages, read, use };
}

export const accessTrackerCases = section("Access tracker", {
  C74: [
    "Reads count once they are confirmed, and only once",
    async (context) => {
      const { pages, read, use } = await openPages(context);
      await read(1);
      context.clock.advance(5);
      await read(1);
      const lastRead = context.clock.nowSeconds;
      assert.deepEqual(await use(), { accessCount: 0, lastAccessedSeconds: undefined });
      context.clock.advance(5);
      assert.equal(await pages.accesses.confirmAccess(id), 2);
      assert.deepEqual(await use(), { accessCount: 2, lastAccessedSeconds: lastRead });
      assert.deepEqual(await pages.accesses.log(id), [lastRead - 5, lastRead]);
      assert.equal(await pages.accesses.confirmAccess(id), 0);
      assert.deepEqual(await use(), { accessCount: 2, lastAccessedSeconds: lastRead });
    },
  ],
  C75: [
    "The log is capped, the count is not",
    async (context) => {
      const { pages, read, use } = await openPages(context);
      await read(100);
      context.clock.advance(60);
      await read(50);
      assert.equal(await pages.accesses.confirmAccess(id), 150);
      const log = await pages.accesses.log(id);
      assert.equal(log.length, 100);
      assert.equal(log.filter((readAt) => readAt === context.clock.nowSeconds).length, 50);
      assert.equal((await use()).accessCount, 150);
      throwsConfiguration(() =>
        defineModel("Page", { identity: ["id"], fields: { id: keyField() }, accessTracker: { maxAccessLog: 0 } }),
      );
    },
  ],
  C76: [
    "Discarded reads never count",
    async (context) => {
      const { pages, read, use } = await openPages(context);
      await read(2);
      await pages.accesses.confirmAccess(id);
      await read(3);
      assert.equal(await pages.accesses.discardStagedAccess(id), 3);
      assert.equal(await pages.accesses.confirmAccess(id), 0);
      assert.equal((await use()).accessCount, 2);
    },
  ],
  C77: [
    "Reads that are not confirmed in time expire, from the first of them on",
    async (context) => {
      const { pages, read, use } = await openPages(context);
      await read(1);
      context.clock.advance(80_000);
      await read(1);
      context.clock.advance(6_401);
      assert.equal(await pages.accesses.confirmAccess(id), 0);
      assert.equal((await use()).accessCount, 0);
      await rejectsMissingRecord(() => pages.accesses.confirmAccess({ id: "unsaved" }));
    },
  ],
  C78: [
    "Concurrent reads and confirmations lose nothing",
    async (context) => {
      const { pages, use } = await openPages(context);
      await Promise.all(Array.from({ length: 50 }, () => pages.get(id)));
      assert.equal(await pages.accesses.confirmAccess(id), 50);
      const confirmed = await Promise.all(
        Array.from({ length: 40 }, async (_, index) => {
          if (index % 4 === 3) return pages.accesses.confirmAccess(id);
          await pages.get(id);
          return 0;
        }),
      );
      const rest = await pages.accesses.confirmAccess(id);
      assert.equal(
        confirmed.reduce((sum, count) => sum + count, rest),
        30,
      );
      assert.equal((await use()).accessCount, 80);
      assert.equal((await pages.accesses.log(id)).length, 80);
    },
  ],
});
