import { existsSync } from "node:fs";
import { eventsOf, queryFile, type TableDump } from "./stores/dump.js";

/** When a policy was created, on its clock and in its history: nothing else depends on that. */
const CLOCK_FIELDS = ["expectedValue.lastTouched", "times"];

/** The keys that decision ids are sealed with are random. */
const DECISION_KEYS = "settings\tdecisions";

/** What a store has learned from outcomes, without the moments at which it did. */
export interface Learned {
  /** Evidence and policies of every state, by their key and id. */
  readonly records: ReadonlyMap<string, unknown>;
  /** Agents, states, episodes and event ids. */
  readonly members: readonly Record<string, unknown>[];
  readonly bits: readonly Record<string, unknown>[];
}

export function learnedOf(tables: TableDump): Learned {
  const records = new Map<string, unknown>();
  for (const { key, id, fields } of tables.records) {
    if (key === DECISION_KEYS) continue;
    const parsed = JSON.parse(String(fields)) as Record<string, unknown>;
    for (const name of CLOCK_FIELDS) delete parsed[name];
    records.set(JSON.stringify([key, id]), parsed);
  }
  return { records, members: tables.members, bits: tables.bits };
}

/** Ids of the events an agent recorded. */
export function recordedIds(tables: TableDump, agentId: string): ReadonlySet<string> {
  return new Set(tables.members.filter(({ key }) => key === `seen\t${agentId}`).map(({ member }) => String(member)));
}

/** Events with an id that all agents of a file recorded; 0 while there is no file, or no table in it. */
export function countRecorded(location: string): number {
  if (!existsSync(location)) return 0;
  const rows = queryFile(location, "SELECT count(*) AS tables FROM sqlite_master WHERE name = 'members'");
  if (rows[0]?.tables === 0) return 0;
  return Number(queryFile(location, "SELECT count(*) AS ids FROM members WHERE key LIKE 'seen%'")[0]?.ids);
}

/** How often each policy of an agent was created, by the policy's name. */
export function creationsOf(tables: TableDump, agentId: string): ReadonlyMap<string, number> {
  const creations = new Map<string, number>();
  for (const fields of eventsOf(tables, `stream:policy_mutations:${agentId}`)) {
    if (fields.op === "create") creations.set(String(fields.pk), (creations.get(String(fields.pk)) ?? 0) + 1);
  }
  return creations;
}
