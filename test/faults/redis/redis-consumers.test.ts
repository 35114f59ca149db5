import { expect, it } from "vitest";
import { startChild } from "../../support/child-process.js";
import { eventually } from "../../support/eventually.js";
import { describeWithServer, startRedis } from "../../support/redis/describe-with-redis.js";
import { expectCountedOnce, loadEvent, RecordingLoad } from "../../support/redis/recording-load.js";
import { openCacheAt } from "../../support/stores/stores.js";

const TIMEOUT_MS = 60_000;
const HOUR_SECONDS = 3600;
const KILLS = 3;

describeWithServer("consumers of a Redis server", () => {
  for (const secondsAhead of [0, HOUR_SECONDS, -HOUR_SECONDS]) {
    it(`take over what a consumer held that was killed, its clock ${secondsAhead} s ahead`, async () => {
      const server = await startRedis();
      const recorder = await openCacheAt(server.url, { workers: "none" });
      await recorder.recordMany(Array.from({ length: 40 }, (_, index) => loadEvent(index)));
      const hanging = startChild("hanging-consumer.ts", [server.url, String(secondsAhead)]);
      await eventually("it holds the entries", () => hanging.lines.some((line) => line.startsWith("holds")));
      hanging.process.kill("SIGKILL");
      await hanging.ended;
      expect((await recorder.statistics()).stream.groups).toMatchObject([{ pending: 40 }]);

      const successor = await openCacheAt(server.url);
      await expectCountedOnce(successor, 40);
    });
  }

  it(
    "count every event once when they are killed and replaced again and again",
    async () => {
      const server = await startRedis();
      const cache = await openCacheAt(server.url, { workers: "none" });
      const load = new RecordingLoad(cache, 1);
      for (let kill = 1; kill <= KILLS; kill += 1) {
        const [one, other] = [startChild("consumer.ts", [server.url]), startChild("consumer.ts", [server.url])];
        const counted = async () => (await cache.statistics()).totals.events;
        const before = await counted();
        await eventually("events are counted", async () => (await counted()) > before);
        for (const child of [one, other]) child.process.kill("SIGKILL");
        await Promise.all([one.ended, other.ended]);
      }
      await load.stop();
      startChild("consumer.ts", [server.url]);
      await expectCountedOnce(cache, load.acknowledgedAtMs.size);
    },
    TIMEOUT_MS,
  );

  it("count every event once while the clock of one is an hour ahead", async () => {
    const server = await startRedis();
    const clock = () => Date.now() / 1000 + HOUR_SECONDS;
    const [cache] = await Promise.all([openCacheAt(server.url), openCacheAt(server.url, { clock, batchSize: 3 })]);
    const load = new RecordingLoad(cache);
    await eventually("events arrive", () => load.acknowledgedAtMs.size > 500);
    await load.stop();
    await expectCountedOnce(cache, load.acknowledgedAtMs.size);
  });
});
