import { checkKeyText } from "../model/checks.js";
import { countSet, getCounter, pageOfSet } from "../operations/reading.js";
import { describeStream } from "../operations/streams.js";
import { summarizeStates } from "../operations/summarize-states.js";
import type { Store } from "../store.js";
import { OUTCOME_STREAM } from "./crystallization.js";
import { AGENTS_KEY, episodesKey, MALFORMED_KEY, stateKey, statesKey } from "./outcome-event.js";

export interface StatisticsOptions {
  /** Default: all agents. */
  readonly agentId?: string;
  /** Called with the number of states counted so far. */
  readonly onProgress?: (states: number) => void;
}

export interface Statistics {
  readonly agents: readonly AgentStatistics[];
  /** Sums over the agents. */
  readonly totals: Omit<AgentStatistics, "agentId">;
  /** Stream entries that were no outcome. */
  readonly malformed: number;
  readonly stream: StreamStatistics;
}

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
}

export interface StreamStatistics {
  /** Events ever recorded. */
  readonly appended: number;
  /** Events still in the stream. */
  readonly length: number;
  readonly groups: readonly { readonly name: string; readonly pending: number; readonly lag: number }[];
}

const READ_PAGE = 500;

export async function summarize(store: Store, options: StatisticsOptions): Promise<Statistics> {
  const agents: AgentStatistics[] = [];
  let states = 0;
  const onProgress = (counted: number) => options.onProgress?.(states + counted);
  for await (const agentId of agentIds(store, options.agentId)) {
    const agent = await summarizeAgent(store, agentId, onProgress);
    states += agent.states;
    agents.push(agent);
  }
  const { length, appended, groups } = await store.run(describeStream, { keys: { stream: OUTCOME_STREAM } });
  const malformed = await store.run(getCounter, { keys: { counter: MALFORMED_KEY } });
  return { agents, totals: sum(agents), malformed, stream: { appended, length, groups } };
}

async function* agentIds(store: Store, only: string | undefined): AsyncGenerator<string> {
  if (only !== undefined) yield checkKeyText("agentId", only);
  else yield* membersOf(store, AGENTS_KEY);
}

async function summarizeAgent(
  store: Store,
  agentId: string,
  onProgress: (states: number) => void,
): Promise<AgentStatistics> {
  const { minEvents, ciThreshold, wilsonZ: z } = store.defaults;
  const episodes = await store.run(countSet, { keys: { set: episodesKey(agentId) } });
  const agent = { agentId, events: 0, successes: 0, episodes, states: 0, pairs: 0, passing: 0, policies: 0 };
  for await (const page of pagesOf(store, statesKey(agentId))) {
    const states = page.map((fingerprint) => ({ keys: { state: stateKey(agentId, fingerprint) } }));
    const counted = await store.run(summarizeStates, { states, minEvents, ciThreshold, z });
    agent.events += counted.trials;
    agent.successes += counted.successes;
    agent.states += counted.states;
    agent.pairs += counted.pairs;
    agent.passing += counted.passing;
    agent.policies += counted.policies;
    onProgress(agent.states);
  }
  return agent;
}

async function* membersOf(store: Store, set: string): AsyncGenerator<string> {
  for await (const page of pagesOf(store, set)) yield* page;
}

async function* pagesOf(store: Store, set: string): AsyncGenerator<readonly string[]> {
  let after = "";
  for (;;) {
    const page = await store.run(pageOfSet, { keys: { set }, prefix: "", after, limit: READ_PAGE });
    if (page.length > 0) yield page;
    if (page.length < READ_PAGE) return;
    after = page.at(-1) ?? after;
  }
}

function sum(agents: readonly AgentStatistics[]): Statistics["totals"] {
  const totals = { events: 0, successes: 0, episodes: 0, states: 0, pairs: 0, passing: 0, policies: 0 };
  for (const agent of agents) {
    for (const name of Object.keys(totals) as (keyof typeof totals)[]) totals[name] += agent[name];
  }
  return totals;
}
