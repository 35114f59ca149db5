import { expect, it, onTestFinished } from "vitest";
import { computeFingerprint } from "../../src/learning/fingerprint.js";
import { listRecords } from "../../src/operations/reading.js";
import { stateKey } from "../../src/policy-cache/outcome-event.js";
import { PolicyCache, type PolicyCacheOptions } from "../../src/policy-cache/policy-cache.js";
import { eventually } from "../support/eventually.js";
import { describeWithCluster, describeWithServer, startCluster } from "../support/redis/describe-with-redis.js";
import { repeated } from "../support/redis/recording-load.js";
import type { RedisCluster } from "../support/redis/redis-cluster.js";
import type { RedisServer } from "../support/redis/redis-server.js";

const TIMEOUT_MS = 60_000;
const SHARDS = 16;
const STATE = { at: "home" };
/** Enough to have some on every master. */
const AGENTS = Array.from({ length: 12 }, (_, index) => `agent-${index}`);

async function open(cluster: RedisCluster, options: PolicyCacheOptions): Promise<PolicyCache> {
  const cache = await PolicyCache.open({ nodes: cluster.urls }, { workers: "inline", shards: SHARDS, ...options });
  onTestFinished(() => cache.close());
  return cache;
}

/** With a near cache, and another that changes what it keeps. */
async function openTwo(
  cluster: RedisCluster,
  prefix = "policycache",
): Promise<readonly [near: PolicyCache, other: PolicyCache]> {
  return [await open(cluster, { prefix, nearCache: true }), await open(cluster, { prefix })];
}

function record(cache: PolicyCache, agentId: string, id: string): Promise<unknown> {
  return repeated(() => cache.record({ agentId, id, state: STATE, action: { type: "go" }, outcome: "success" }));
}

/** Outcomes in the evidence of an agent, as a cache sees it. */
async function trials({ store }: PolicyCache, agentId: string): Promise<unknown> {
  const input = { keys: { records: stateKey(agentId, computeFingerprint(STATE)) } };
  const records = await repeated(() => store.run(listRecords, input, store.shardOf(agentId)));
  return records.map(({ fields }) => fields.trials).find((count) => count !== undefined);
}

/** Tells on which master an agent is. */
function placeOf({ store }: PolicyCache, agentId: string, prefix = "policycache"): string {
  return `{${prefix}:${store.shardOf(agentId)}}:`;
}

async function ownerOf(cluster: RedisCluster, place: string): Promise<RedisServer> {
  return (await cluster.masterOf(place)) ?? expect.fail("The cluster is not complete.");
}

/** How often the running servers were asked for records. */
async function readsOf({ nodes }: RedisCluster): Promise<number> {
  let calls = 0;
  for (const node of nodes.filter(({ running }) => running)) {
    const statistics = String(await node.command("INFO", "commandstats"));
    calls += Number(/cmdstat_hgetall:calls=(\d+)/.exec(statistics)?.[1] ?? 0);
  }
  return calls;
}

async function untilSeen(near: PolicyCache, expected: number): Promise<void> {
  for (const agentId of AGENTS) {
    await eventually(`${agentId} is at ${expected}`, async () => (await trials(near, agentId)) === expected);
  }
}

/** Expects that, from some time on, nothing is asked that was read before. */
async function untilKept(cluster: RedisCluster, near: PolicyCache, expected: number): Promise<void> {
  await eventually("everything is kept", async () => {
    const before = await readsOf(cluster);
    for (const agentId of AGENTS) expect(await trials(near, agentId)).toBe(expected);
    return (await readsOf(cluster)) === before;
  });
}

describeWithCluster("the near cache on a cluster", (cluster) => {
  it(
    "answers for every master what it has read, until somebody else changes it",
    async () => {
      const [near, other] = await openTwo(cluster, "calm");
      const masters = await Promise.all(AGENTS.map((agentId) => ownerOf(cluster, placeOf(near, agentId, "calm"))));
      expect(new Set(masters).size).toBe(3);
      for (let count = 1; count <= 4; count += 1) {
        for (const agentId of AGENTS) await record(other, agentId, `event-${count}`);
        await untilSeen(near, count);
        await untilKept(cluster, near, count);
      }
    },
    TIMEOUT_MS,
  );

  it(
    "forgets everything when the connection to one master breaks",
    async () => {
      const [near, other] = await openTwo(cluster, "cut");
      for (const [index, master] of cluster.masters.entries()) {
        for (const agentId of AGENTS) await record(other, agentId, `event-${index}`);
        await untilSeen(near, index + 1);
        const clients = String(await master.command("CLIENT", "LIST")).split("\n");
        const tracking = clients.find((line) => / flags=\w*t/.test(line)) ?? expect.fail("Nothing is tracked.");
        await master.command("CLIENT", "KILL", "ID", /id=(\d+)/.exec(tracking)?.[1] ?? "");
      }
      for (const agentId of AGENTS) await record(other, agentId, "last");
      await untilSeen(near, 4);
      await untilKept(cluster, near, 4);
    },
    TIMEOUT_MS,
  );

  it(
    "sees what it found nowhere come up where its slot is moving to, and where it has moved",
    async () => {
      const [near, other] = await openTwo(cluster, "moved");
      const [moving = "", ...others] = AGENTS;
      expect(await trials(near, moving)).toBeUndefined();
      const place = placeOf(near, moving, "moved");
      const source = await ownerOf(cluster, place);
      const target = cluster.masters.find((master) => master !== source) ?? expect.fail("There is one master.");
      const move = await cluster.beginMove(place, target);
      await eventually("nothing of the slot is kept any more", async () => {
        const before = String(await source.info("total_error_replies"));
        await trials(near, moving);
        return (await source.info("total_error_replies")) !== before; // ASK: it asked
      });
      await cluster.endMove(move);
      await record(other, moving, "first");
      await eventually("it is seen", async () => (await trials(near, moving)) === 1);
      for (const agentId of others) await record(other, agentId, "first");
      await untilSeen(near, 1);
      await untilKept(cluster, near, 1);
    },
    TIMEOUT_MS,
  );
});

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
