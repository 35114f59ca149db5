import { expect, it } from "vitest";
import { eventually } from "../../support/eventually.js";
import { describeWithServer, startCluster } from "../../support/redis/describe-with-redis.js";
import { expectCountedOnce, RecordingLoad, recordAgain } from "../../support/redis/recording-load.js";
import type { RedisCluster } from "../../support/redis/redis-cluster.js";
import type { RedisServer } from "../../support/redis/redis-server.js";
import { openCacheAt } from "../../support/stores/stores.js";

const TIMEOUT_MS = 60_000;

async function busiestMaster(cluster: RedisCluster): Promise<RedisServer> {
  const sizes = await Promise.all(cluster.masters.map((node) => node.command("DBSIZE").then(Number)));
  const busiest = cluster.masters[sizes.indexOf(Math.max(...sizes))];
  return busiest ?? expect.fail("The cluster has no masters.");
}

/** Replication is asynchronous: a replica has what the master had done when its offset has reached the master's. */
async function untilReplicated({ masters, replicas }: RedisCluster, master: RedisServer): Promise<void> {
  const offset = Number(await master.info("master_repl_offset"));
  const replica = replicas[masters.indexOf(master)];
  await eventually("the replica reaches it", async () => Number(await replica?.info("slave_repl_offset")) >= offset);
}

describeWithServer("a cluster whose master is killed while agents record", () => {
  it(
    "goes on with its replica, has what the replica had confirmed, and counted nothing twice",
    async () => {
      const cluster = await startCluster({ replicas: 1, nodeTimeoutMs: 1000, node: { appendFsync: "everysec" } });
      const cache = await openCacheAt({ nodes: cluster.urls }, { onWorkerError: () => {} });
      const load = new RecordingLoad(cache);
      await eventually("events arrive", () => load.acknowledgedAtMs.size > 300);
      const victim = await busiestMaster(cluster);
      const acknowledged = new Set(load.acknowledgedAtMs.keys());
      await untilReplicated(cluster, victim);
      await victim.kill();
      const before = load.acknowledgedAtMs.size;
      await eventually("events arrive again", () => load.acknowledgedAtMs.size > before + 300, 30_000);
      await load.stop();
      expect(load.retries, "calls that met the dead master").toBeGreaterThan(0);

      const lost = await recordAgain(cache, load.acknowledgedAtMs.size);
      expect(lost.filter((index) => acknowledged.has(index))).toEqual([]);
      await expectCountedOnce(cache, load.acknowledgedAtMs.size);
    },
    TIMEOUT_MS,
  );
});
