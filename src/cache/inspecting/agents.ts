import { compareUtf8 } from "../../common/utf8-order.js";
import { pageOfSet } from "../../operations/records/reading.js";
import type { Store } from "../../store/store.js";
import { AGENTS_KEY } from "../outcome-keys.js";

/** The first agents that have evidence, in order of their ids. Reads one page of every shard. */
export async function firstAgents(store: Store, limit: number): Promise<readonly string[]> {
  const pages = await store.runOnAll(pageOfSet, { keys: { set: AGENTS_KEY }, prefix: "", after: "", limit });
  return pages.flat().sort(compareUtf8).slice(0, limit);
}

/** Whether an agent has evidence. */
export async function isKnownAgent(store: Store, agentId: string): Promise<boolean> {
  const input = { keys: { set: AGENTS_KEY }, prefix: agentId, after: "", limit: 1 };
  return (await store.run(pageOfSet, input, store.shardOf(agentId)))[0] === agentId;
}
