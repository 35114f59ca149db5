import { readdirSync, statSync, truncateSync } from "node:fs";
import { join } from "node:path";
import { expect, it } from "vitest";
import type { PolicyCache } from "../../../src/cache/policy-cache.js";
import { eventually } from "../../support/eventually.js";
import { describeWithServer, startRedis } from "../../support/redis/describe-with-redis.js";
import { expectCountedOnce, loadEvent, RecordingLoad, recordAgain } from "../../support/redis/recording-load.js";
import type { RedisServer } from "../../support/redis/redis-server.js";
import { seededRandom } from "../../support/seeded-random.js";
import { openCacheAt } from "../../support/stores/stores.js";

const TIMEOUT_MS = 60_000;
const KILLS = 3;
const EVENTS_PER_LIFE = 200;

/** A background worker meets the dead server too: it tries again. */
const PATIENT = { onWorkerError: () => {} };

describeWithServer("a Redis server killed with -9 and started again while agents record", () => {
  it(
    "has lost nothing it acknowledged, and counted nothing twice, when it flushes always",
    async () => {
      const server = await startRedis({ appendFsync: "always" });
      const cache = await openCacheAt(server.url, PATIENT);
      const load = new RecordingLoad(cache);
      for (let life = 1; life <= KILLS; life += 1) {
        await eventually("events arrive", () => load.acknowledgedAtMs.size > life * EVENTS_PER_LIFE);
        await server.kill();
        await server.restart();
      }
      await eventually("events arrive", () => load.acknowledgedAtMs.size > (KILLS + 1) * EVENTS_PER_LIFE);
      await load.stop();
      expect(load.retries, "calls that met the dead server").toBeGreaterThan(0);
      expect(await recordAgain(cache, load.acknowledgedAtMs.size)).toEqual([]);
      await expectCountedOnce(cache, load.acknowledgedAtMs.size);
    },
    TIMEOUT_MS,
  );

  it(
    "has lost at most the last two seconds, and counted nothing twice, when it flushes every second",
    async () => {
      const server = await startRedis({ appendFsync: "everysec" });
      const cache = await openCacheAt(server.url, PATIENT);
      const load = new RecordingLoad(cache);
      await eventually("events arrive", () => load.acknowledgedAtMs.size > 2 * EVENTS_PER_LIFE);
      await server.kill();
      const killedAtMs = performance.now();
      await server.restart();
      await eventually("events arrive", () => load.acknowledgedAtMs.size > 4 * EVENTS_PER_LIFE);
      await load.stop();
      const lost = await recordAgain(cache, load.acknowledgedAtMs.size);
      const lostAtMs = lost.map((index) => load.acknowledgedAtMs.get(index) ?? 0);
      expect(lostAtMs.filter((atMs) => atMs < killedAtMs - 2000)).toEqual([]);
      await expectCountedOnce(cache, load.acknowledgedAtMs.size);
    },
    TIMEOUT_MS,
  );
});

// What power loss takes that a killed process leaves: the end of the append-only file that was not flushed yet.
describeWithServer("a Redis server whose append-only file lost its end", () => {
  const EVENTS = 60;
  const CUTS = 6;

  /** The file that the server appends to now. */
  function appendOnlyFile({ folder }: RedisServer) {
    const files = readdirSync(join(folder, "appendonlydir")).filter((name) => name.endsWith(".incr.aof"));
    const path = join(folder, "appendonlydir", files.sort().at(-1) ?? "");
    return { path, bytes: statSync(path).size };
  }

  async function recordOneByOne(cache: PolicyCache, count: number): Promise<void> {
    for (let index = 0; index < count; index += 1) await cache.record(loadEvent(index));
  }

  it(
    "holds a whole earlier moment: every event is recorded and counted, or neither",
    async () => {
      const random = seededRandom(1);
      for (let cut = 0; cut < CUTS; cut += 1) {
        const server = await startRedis({ appendFsync: "everysec" });
        const before = await openCacheAt(server.url, { workers: "inline" });
        const emptyBytes = appendOnlyFile(server).bytes;
        await recordOneByOne(before, EVENTS);
        await before.close();
        await server.kill();
        const { path, bytes } = appendOnlyFile(server);
        truncateSync(path, emptyBytes + Math.floor(random() * (bytes - emptyBytes)));
        await server.restart();

        const after = await openCacheAt(server.url, { workers: "inline" });
        const { totals, stream } = await after.statistics();
        const kept = stream.appended;
        expect(kept).toBeLessThan(EVENTS);
        expect(totals.events).toBe(kept);
        const lost = await recordAgain(after, EVENTS);
        expect(lost).toEqual(Array.from({ length: EVENTS - kept }, (_, index) => kept + index));
        await expectCountedOnce(after, EVENTS);
        await server.remove();
      }
    },
    TIMEOUT_MS,
  );
});
