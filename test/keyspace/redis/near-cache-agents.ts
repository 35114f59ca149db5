import { expect, onTestFinished } from "vitest";
import type { PolicyCacheOptions } from "../../../src/cache/opening/cache-options.js";
import { stateKey } from "../../../src/cache/outcome-keys.js";
import { PolicyCache } from "../../../src/cache/policy-cache.js";
import { computeFingerprint } from "../../../src/maths/json/fingerprint.js";
import { listRecords } from "../../../src/operations/records/reading.js";
import { eventually } from "../../support/eventually.js";
import { repeated } from "../../support/redis/recording-load.js";
import type { RedisCluster } from "../../support/redis/redis-cluster.js";
import type { RedisServer } from "../../support/redis/redis-server.js";

// Agents on a cluster, read through a near cache while another process would change what it keeps.

const SHARDS = 16;
const STATE = { at: "home" };
/** Enough to have some on every master. */
export const AGENTS = Array.from({ length: 6 }, (_, index) => `agent-${index}`);

async function open(cluster: RedisCluster, options: PolicyCacheOptions): Promise<PolicyCache> {
  const cache = await PolicyCache.open({ nodes: cluster.urls }, { workers: "inline", shards: SHARDS, ...options });
  onTestFinished(() => cache.close());
  return cache;
}

/** With a near cache, and another that changes what it keeps. */
export async function openTwo(
  cluster: RedisCluster,
  prefix = "policycache",
): Promise<readonly [near: PolicyCache, other: PolicyCache]> {
  return [await open(cluster, { prefix, nearCache: true }), await open(cluster, { prefix })];
}

export function record(cache: PolicyCache, agentId: string, id: string): Promise<unknown> {
  return repeated(() => cache.record({ agentId, id, state: STATE, action: { type: "go" }, outcome: "success" }));
}

/** Outcomes in the evidence of an agent, as a cache sees it. */
export async function trials({ store }: PolicyCache, agentId: string): Promise<unknown> {
  const input = { keys: { records: stateKey(agentId, computeFingerprint(STATE)) } };
  const records = await repeated(() => store.run(listRecords, input, store.shardOf(agentId)));
  return records.map(({ fields }) => fields.trials).find((count) => count !== undefined);
}

/** Tells on which master an agent is. */
export function placeOf({ store }: PolicyCache, agentId: string, prefix = "policycache"): string {
  return `{${prefix}:${store.shardOf(agentId)}}:`;
}

export async function ownerOf(cluster: RedisCluster, place: string): Promise<RedisServer> {
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

export async function untilSeen(near: PolicyCache, expected: number): Promise<void> {
  for (const agentId of AGENTS) {
    await eventually(`${agentId} is at ${expected}`, async () => (await trials(near, agentId)) === expected);
  }
}

/** Expects that, from some time on, nothing is asked that was read before. */
export async function untilKept(cluster: RedisCluster, near: PolicyCache, expected: number): Promise<void> {
  await eventually("everything is kept", async () => {
    const before = await readsOf(cluster);
    for (const agentId of AGENTS) expect(await trials(near, agentId)).toBe(expected);
    return (await readsOf(cluster)) === before;
  });
}
