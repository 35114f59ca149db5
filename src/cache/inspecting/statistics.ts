import { checkKeyText, checkObject } from "../../common/checks.js";
import { InvalidArgumentError } from "../../common/errors.js";
import { namesOf, refuseUnknownNames } from "../../common/unknown-names.js";
import { compareUtf8 } from "../../common/utf8-order.js";
import type { GroupDescription } from "../../keyspace/port/keyspace.js";
import { summarizeStates } from "../../operations/policies/summarize-states.js";
import { countSet, getCounter, pageOfSet } from "../../operations/records/reading.js";
import { describeStream } from "../../operations/streams/streams.js";
import { deadLettersOf } from "../../store/storage-keys.js";
import type { Store } from "../../store/store.js";
import { AGENTS_KEY, episodesKey, MALFORMED_KEY, stateKey, statesKey } from "../outcome-keys.js";
import { OUTCOME_STREAM } from "../recording/outcome-stream.js";

/** Which agents to count. */
export interface StatisticsOptions {
  /** Default: all agents. */
  readonly agentId?: string | undefined;
  /** Called with the number of states counted so far. */
  readonly onProgress?: ((states: number) => void) | undefined;
}

const OPTION_NAMES = namesOf<StatisticsOptions>({ agentId: true, onProgress: true });

/** What the cache holds: by agent, in sum, and in the stream of outcomes. */
export interface Statistics {
  readonly agents: readonly AgentStatistics[];
  /** Sums over the agents. */
  readonly totals: Omit<AgentStatistics, "agentId">;
  /** Stream entries that were no outcome. */
  readonly malformed: number;
  readonly stream: StreamStatistics;
}

/** What the cache holds of one agent. */
export interface AgentStatistics {
  readonly agentId: string;
  /** Outcomes counted as evidence. */
  readonly events: number;
  readonly successes: number;
  readonly episodes: number;
  readonly states: number;
  /** (state, action) pairs with evidence. */
  readonly pairs: number;
  /** Pairs whose bound passes now. */
  readonly passing: number;
  readonly policies: number;
  /** How often guards and other checks kept an action from being acted on. */
  readonly refusals: number;
}

/** Sums over the shards. */
export interface StreamStatistics {
  /** Events ever recorded. */
  readonly appended: number;
  /** Events still in the stream. */
  readonly length: number;
  readonly groups: readonly GroupDescription[];
  /** Entries that could not be handled and were set aside, and are still kept. */
  readonly deadLetters: number;
}

const READ_PAGE = 500;

export async function summarize(store: Store, options: StatisticsOptions): Promise<Statistics> {
  const given = refuseUnknownNames(checkObject("options", options), OPTION_NAMES);
  if (given.onProgress !== undefined && typeof given.onProgress !== "function") {
    throw new InvalidArgumentError("onProgress", given.onProgress, "a function");
  }
  const agents: AgentStatistics[] = [];
  let states = 0;
  const onProgress = (counted: number) => given.onProgress?.(states + counted);
  for await (const agentId of agentIds(store, given.agentId)) {
    const agent = await summarizeAgent(store, agentId, onProgress);
    states += agent.states;
    agents.push(agent);
  }
  agents.sort((left, right) => compareUtf8(left.agentId, right.agentId));
  const malformed = await countMalformed(store);
  return { agents, totals: sum(agents), malformed, stream: await summarizeStream(store, OUTCOME_STREAM) };
}

async function countMalformed(store: Store): Promise<number> {
  const counts = await store.runOnAll(getCounter, { keys: { counter: MALFORMED_KEY } });
  return counts.reduce((total, count) => total + count, 0);
}

/** A stream over all shards. Every shard is one snapshot; the shards together are not. */
async function summarizeStream(store: Store, stream: string): Promise<StreamStatistics> {
  const parts = await store.runOnAll(describeStream, { keys: { stream } });
  const letters = await store.runOnAll(describeStream, { keys: { stream: deadLettersOf(stream) } });
  const groups = new Map<string, GroupDescription>();
  for (const { name, pending, lag } of parts.flatMap((part) => part.groups)) {
    const known = groups.get(name) ?? { name, pending: 0, lag: 0 };
    groups.set(name, { name, pending: known.pending + pending, lag: known.lag + lag });
  }
  return {
    appended: parts.reduce((total, { appended }) => total + appended, 0),
    length: parts.reduce((total, { length }) => total + length, 0),
    groups: [...groups.values()].sort((left, right) => compareUtf8(left.name, right.name)),
    deadLetters: letters.reduce((total, { length }) => total + length, 0),
  };
}

async function* agentIds(store: Store, only: string | undefined): AsyncGenerator<string> {
  if (only !== undefined) {
    yield checkKeyText("agentId", only);
    return;
  }
  for (const shard of store.shards) {
    for await (const page of pagesOf(store, AGENTS_KEY, shard)) yield* page;
  }
}

async function summarizeAgent(
  store: Store,
  agentId: string,
  onProgress: (states: number) => void,
): Promise<AgentStatistics> {
  const { minEvents, ciThreshold, wilsonZ: z } = store.defaults;
  const shard = store.shardOf(agentId);
  const episodes = await store.run(countSet, { keys: { set: episodesKey(agentId) } }, shard);
  const agent = {
    agentId,
    events: 0,
    successes: 0,
    episodes,
    states: 0,
    pairs: 0,
    passing: 0,
    policies: 0,
    refusals: 0,
  };
  for await (const page of pagesOf(store, statesKey(agentId), shard)) {
    const states = page.map((fingerprint) => ({ keys: { state: stateKey(agentId, fingerprint) } }));
    const counted = await store.run(summarizeStates, { states, minEvents, ciThreshold, z }, shard);
    agent.events += counted.trials;
    agent.successes += counted.successes;
    agent.states += counted.states;
    agent.pairs += counted.pairs;
    agent.passing += counted.passing;
    agent.policies += counted.policies;
    agent.refusals += counted.refusals;
    onProgress(agent.states);
  }
  return agent;
}

async function* pagesOf(store: Store, set: string, shard: number): AsyncGenerator<readonly string[]> {
  let after = "";
  for (;;) {
    const page = await store.run(pageOfSet, { keys: { set }, prefix: "", after, limit: READ_PAGE }, shard);
    if (page.length > 0) yield page;
    if (page.length < READ_PAGE) return;
    after = page.at(-1) ?? after;
  }
}

function sum(agents: readonly AgentStatistics[]): Statistics["totals"] {
  const totals = { events: 0, successes: 0, episodes: 0, states: 0, pairs: 0, passing: 0, policies: 0, refusals: 0 };
  for (const agent of agents) {
    for (const name of Object.keys(totals) as (keyof typeof totals)[]) totals[name] += agent[name];
  }
  return totals;
}
