import { it } from "vitest";
import {
  AGENTS,
  openTwo,
  ownerOf,
  placeOf,
  record,
  untilKept,
  untilSeen,
} from "../../keyspace/redis/near-cache-agents.js";
import { eventually } from "../../support/eventually.js";
import { describeWithServer, startCluster } from "../../support/redis/describe-with-redis.js";

const TIMEOUT_MS = 60_000;

describeWithServer("the near cache on a cluster that fails over", () => {
  it(
    "sees what the replica of a master that died is told, and keeps it again",
    async () => {
      const cluster = await startCluster({ replicas: 1, nodeTimeoutMs: 1000 });
      const [near, other] = await openTwo(cluster);
      for (const agentId of AGENTS) await record(other, agentId, "first");
      await untilSeen(near, 1);
      await (await ownerOf(cluster, placeOf(near, AGENTS[0] ?? ""))).kill();
      for (const agentId of AGENTS) await record(other, agentId, "second");
      // What the master had not passed on is lost, and recorded again.
      for (const agentId of AGENTS) await record(other, agentId, "first");
      await untilSeen(near, 2);
      await untilKept(cluster, near, 2);
    },
    TIMEOUT_MS,
  );

  it(
    "sees what the new master is told while the old one lives on as a replica, and keeps it again",
    async () => {
      const cluster = await startCluster({ replicas: 1, nodeTimeoutMs: 1000 });
      const [near, other] = await openTwo(cluster);
      for (const agentId of AGENTS) await record(other, agentId, "first");
      await untilSeen(near, 1);
      const replicas = new Set(cluster.replicas);
      for (const replica of replicas) await replica.command("CLUSTER", "FAILOVER");
      await eventually("the replicas have taken over", async () => {
        const masters = await Promise.all(AGENTS.map((agentId) => ownerOf(cluster, placeOf(near, agentId))));
        return masters.every((master) => replicas.has(master));
      });
      for (const agentId of AGENTS) await record(other, agentId, "second");
      await untilSeen(near, 2);
      await untilKept(cluster, near, 2);
    },
    TIMEOUT_MS,
  );
});
