import { checkKeyText, checkNumber, checkObject } from "../../common/checks.js";
import { namesOf, refuseUnknownNames } from "../../common/unknown-names.js";
import { compareUtf8 } from "../../common/utf8-order.js";
import { countSet, pageOfSet } from "../../operations/records/reading.js";
import type { Page, PageOptions } from "../../repository/reading.js";
import type { Store } from "../../store/store.js";
import { AGENTS_KEY, episodesKey, statesKey } from "../outcome-keys.js";
import { policyLayout } from "../policy-entry.js";

/** Which page of the agents to read. */
export interface AgentsOptions extends PageOptions {}

const OPTION_NAMES = namesOf<AgentsOptions>({ limit: true, after: true });

/** What one agent has in the store, as far as it can be said without reading it all. */
export interface KnownAgent {
  readonly agentId: string;
  /** States with evidence. */
  readonly states: number;
  /** In service or not. */
  readonly policies: number;
  readonly episodes: number;
}

const MOST_AGENTS = 1000;

/** A page of the agents that have evidence, in order of their ids. */
export async function pageOfAgents(store: Store, options: AgentsOptions): Promise<Page<KnownAgent>> {
  const given = refuseUnknownNames(checkObject("options", options), OPTION_NAMES);
  const isSize = (size: number) => Number.isInteger(size) && size >= 1 && size <= MOST_AGENTS;
  const limit = checkNumber("limit", given.limit ?? 100, isSize, `an integer from 1 to ${MOST_AGENTS}`);
  const after = given.after === undefined ? "" : checkKeyText("after", given.after);
  const found = await firstAgents(store, limit + 1, after);
  const shown = found.slice(0, limit);
  const records = await Promise.all(shown.map((agentId) => countOf(store, agentId)));
  const last = shown.at(-1);
  return found.length > limit && last !== undefined ? { records, next: last } : { records };
}

/** Three counts that a store keeps; a client sends those of all agents together. */
async function countOf(store: Store, agentId: string): Promise<KnownAgent> {
  const shard = store.shardOf(agentId);
  const keys = [statesKey(agentId), policyLayout.membersKey(agentId), episodesKey(agentId)];
  const counts = await Promise.all(keys.map((set) => store.run(countSet, { keys: { set } }, shard)));
  const [states = 0, policies = 0, episodes = 0] = counts;
  return { agentId, states, policies, episodes };
}

/** The first agents that have evidence, in order of their ids. Reads one page of every shard. */
export async function firstAgents(store: Store, limit: number, after = ""): Promise<readonly string[]> {
  const pages = await store.runOnAll(pageOfSet, { keys: { set: AGENTS_KEY }, prefix: "", after, limit });
  return pages.flat().sort(compareUtf8).slice(0, limit);
}

/** Whether an agent has evidence. */
export async function isKnownAgent(store: Store, agentId: string): Promise<boolean> {
  const input = { keys: { set: AGENTS_KEY }, prefix: agentId, after: "", limit: 1 };
  return (await store.run(pageOfSet, input, store.shardOf(agentId)))[0] === agentId;
}
