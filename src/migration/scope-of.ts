import { AGENTS_KEY, MALFORMED_KEY } from "../cache/events/outcome-event.js";
import type { Fields } from "../keyspace/port/keyspace.js";

// Which scope stored data belongs to: what decides its shard when a store is moved to another number of shards.

const SEPARATOR = "\t";

/** Where the scope is among the parts of a key, by the key's first part. Of all other keys it is the second part. */
const SCOPE_POSITIONS: ReadonlyMap<string, number> = new Map([
  ...["records", "members", "priority", "errors", "staged", "access", "ledger", "rhythm"].map(
    (kind) => [kind, 2] as const,
  ),
  ...["proposals", "reasons", "filters", "activity", "surfaced", "weekly", "daily", "history"].map(
    (kind) => [kind, 2] as const,
  ),
  ...["lookup", "sorted", "edges", "sketch", "filter", "clock", "ranking"].map((kind) => [kind, 3] as const),
]);

/** Holds what belongs to no scope: the shard of settings and of sums over all shards. */
const COMMON = undefined;

/**
 * The scope of what lies under a key.
 *
 * @param member - id or member, "" where there is none
 * @returns undefined for what belongs to no scope
 */
export function scopeOfKey(key: string, member: string): string | undefined {
  if (key === AGENTS_KEY) return member;
  if (key === MALFORMED_KEY) return COMMON;
  const parts = key.split(SEPARATOR);
  const [kind = ""] = parts;
  if (kind === "settings" || parts.length === 1) return COMMON;
  return parts[SCOPE_POSITIONS.get(kind) ?? 1] ?? "";
}

/** The scope of an entry of a stream: it says so itself, or its stream is named after it. */
export function scopeOfEntry(stream: string, fields: Fields): string {
  if (typeof fields.scope === "string") return fields.scope;
  if (fields.op === "outcome" && typeof fields.agentId === "string") return fields.agentId;
  return /^(?:dead:)*stream:[^:]*:(.*)$/.exec(stream)?.[1] ?? "";
}
