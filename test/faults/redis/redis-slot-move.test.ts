import { expect, it } from "vitest";
import type { PolicyCache } from "../../../src/cache/policy-cache.js";
import { eventually } from "../../support/eventually.js";
import { describeWithCluster } from "../../support/redis/describe-with-redis.js";
import { expectCountedOnce, loadEvent, RecordingLoad, repeated } from "../../support/redis/recording-load.js";
import type { RedisCluster } from "../../support/redis/redis-cluster.js";
import type { RedisServer } from "../../support/redis/redis-server.js";
import { openCacheAt } from "../../support/stores/stores.js";

const TIMEOUT_MS = 60_000;

/** Begins the keys of the shard of an agent. */
function placeOf({ store }: PolicyCache, agentId: string, prefix: string): string {
  return `{${prefix}:${store.shardOf(agentId)}}:`;
}

/** A master that does not have a key's slot. */
async function otherMaster(cluster: RedisCluster, key: string): Promise<RedisServer> {
  const owner = await cluster.masterOf(key);
  return cluster.masters.find((master) => master !== owner) ?? expect.fail("There is one master.");
}

/** How often the masters answered with an error that begins with a word, by `INFO errorstats`. */
async function errorsOf({ masters }: RedisCluster, word: string): Promise<number> {
  let count = 0;
  for (const master of masters) {
    const statistics = String(await master.command("INFO", "errorstats"));
    count += Number(new RegExp(`^errorstat_${word}:count=(\\d+)`, "m").exec(statistics)?.[1] ?? 0);
  }
  return count;
}

describeWithCluster("a slot that moves to another master while agents record and decide", (cluster) => {
  it(
    "loses and doubles nothing, whatever the masters answer meanwhile",
    async () => {
      const prefix = "moving";
      const cache = await openCacheAt({ nodes: cluster.urls }, { prefix, shards: 3, commandTimeoutMs: TIMEOUT_MS });
      const load = new RecordingLoad(cache);
      let decisions = 0;
      let isOver = false;
      const deciding = (async () => {
        for (; !isOver; decisions += 1) {
          const { agentId = "", state } = loadEvent(decisions);
          await repeated(() => cache.decide({ agentId, state }));
        }
      })();
      const progress = async (count: number) => {
        const [recorded, decided] = [load.acknowledgedAtMs.size, decisions];
        const goesOn = () => load.acknowledgedAtMs.size > recorded + count && decisions > decided + count;
        await eventually("agents record and decide", goesOn);
      };
      await progress(30);
      for (const master of cluster.masters) await master.command("CONFIG", "RESETSTAT");
      for (let round = 0; round < 3; round += 1) {
        const place = placeOf(cache, `agent-${round}`, prefix);
        const target = await otherMaster(cluster, place);
        await target.command("SCRIPT", "FLUSH");
        const move = await cluster.beginMove(place, target);
        // While it moves, whoever needs keys of both sides is told to try again, until the move is over.
        for (let pages = 0; pages < 5; pages += 1) {
          await cluster.moveKeys(move, 3);
          await new Promise((resolve) => setTimeout(resolve, 20));
        }
        await cluster.endMove(move);
        expect(await cluster.masterOf(place)).toBe(target);
        await progress(20);
      }
      isOver = true;
      await Promise.all([deciding, load.stop()]);
      expect(load.retries, "calls that noticed").toBe(0);
      for (const word of ["MOVED", "ASK", "TRYAGAIN", "NOSCRIPT"]) {
        expect(await errorsOf(cluster, word), `answers that began with ${word}`).toBeGreaterThan(0);
      }
      await expectCountedOnce(cache, load.acknowledgedAtMs.size);
    },
    TIMEOUT_MS,
  );

  it("lets callers try again when the move takes longer than a call may", async () => {
    const prefix = "slow";
    const cache = await openCacheAt(
      { nodes: cluster.urls },
      { prefix, shards: 1, workers: "inline", commandTimeoutMs: 300 },
    );
    for (let index = 0; index < 10; index += 1) await cache.record(loadEvent(index));
    const place = placeOf(cache, "agent-0", prefix);
    const move = await cluster.beginMove(place, await otherMaster(cluster, place));
    await cluster.moveKeys(move, 5);
    const recording = cache.record(loadEvent(10));
    await expect(recording).rejects.toMatchObject({ code: "STORE_UNAVAILABLE", retryable: true });
    await expect(recording).rejects.toThrow("is a cluster that is incomplete or moving its slots");
    await cluster.endMove(move);
    await cache.record(loadEvent(10));
    await expectCountedOnce(cache, 11);
  });
});
