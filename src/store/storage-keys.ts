import { joinParts } from "../common/joined-parts.js";
import type { Structure } from "../keyspace/port/transfer.js";

/** What lies under keys of one kind. */
export interface KeyDefinition {
  readonly structure: Structure;
  /**
   * What follows the kind in a key, in order. Everything belongs to the shard of its `scope`, or `agent`; what has
   * neither belongs to none. A part that ends in `...` stands for any number of them.
   */
  readonly parts: readonly string[];
  /** Set where members of the key are the scopes. */
  readonly scopeIn?: "member";
  readonly holds: string;
}

/**
 * Every kind of key that is stored, by its first part: all keys are made from this list, and all that looks into a store
 * from outside reads it. A model that declares a group adds a kind of its own: see {@link GROUP_KEYS}. Stored data depends on
 * every word but those of `holds`.
 */
export const STORAGE_KEYS = {
  // Of a store.
  import: { structure: "records", parts: [], holds: "the mark of an import that is not complete" },
  settings: { structure: "records", parts: ["subject"], holds: "what all users of the store agreed on" },
  malformed: { structure: "counter", parts: ["subject"], holds: "entries that no event was found in" },
  agents: { structure: "set", parts: [], scopeIn: "member", holds: "every agent with an outcome" },

  // Of an agent.
  states: { structure: "set", parts: ["agent"], holds: "fingerprints of the states it was seen in" },
  episodes: { structure: "set", parts: ["agent"], holds: "its episodes" },
  seen: { structure: "set", parts: ["agent"], holds: "ids of the events that were recorded" },
  decisions: { structure: "index", parts: ["agent"], holds: "decisions that were reported, by time" },
  state: {
    structure: "records",
    parts: ["agent", "fingerprint"],
    holds: "the evidence and the policies of one state",
  },
  visits: {
    structure: "set",
    parts: ["agent", "fingerprint", "action"],
    holds: "episodes that were counted, when evidence is counted by episode",
  },
  arrivals: {
    structure: "set",
    parts: ["agent", "fingerprint"],
    holds: "episodes that were in the state, when evidence is counted by episode",
  },
  trail: {
    structure: "records",
    parts: ["agent", "episode"],
    holds: "the n-step buffer: steps whose return is not known yet",
  },

  // Of the records of a model, such as PolicyEntry.
  records: { structure: "records", parts: ["model", "scope"], holds: "the records of a model without groups" },
  members: { structure: "set", parts: ["model", "scope"], holds: "names of all records" },
  lookup: { structure: "set", parts: ["model", "field", "scope"], holds: "names by the value of a key field" },
  sorted: { structure: "index", parts: ["model", "field", "scope"], holds: "names by the value of a sorted field" },
  clock: { structure: "index", parts: ["model", "field", "scope", "partition..."], holds: "names by last touch" },
  ranking: {
    structure: "index",
    parts: ["model", "field", "scope", "partition..."],
    holds: "names by the highest score they may have",
  },
  priority: { structure: "index", parts: ["model", "scope"], holds: "names by the score of the write filter" },
  edges: { structure: "records", parts: ["model", "field", "scope"], holds: "links between records" },
  filter: { structure: "bits", parts: ["model", "field", "scope"], holds: "bits of an existence filter" },
  filters: { structure: "records", parts: ["model", "scope"], holds: "how full each existence filter is" },
  sketch: { structure: "index", parts: ["model", "field", "scope"], holds: "counts of a frequency sketch" },
  access: { structure: "records", parts: ["model", "scope"], holds: "when records were used" },
  staged: { structure: "records", parts: ["model", "scope", "name..."], holds: "reads that are not confirmed yet" },
  ledger: {
    structure: "records",
    parts: ["model", "scope", "name..."],
    holds: "the last predictions about one record",
  },
  errors: { structure: "index", parts: ["model", "scope", "partition"], holds: "names by prediction error" },
  proposals: { structure: "index", parts: ["model", "scope", "partition"], holds: "names proposed, by time" },
  reasons: { structure: "records", parts: ["model", "scope", "partition"], holds: "why each was proposed" },
  surfaced: { structure: "records", parts: ["model", "scope"], holds: "where each record is proposed" },
  rhythm: {
    structure: "records",
    parts: ["model", "scope", "name..."],
    holds: "occasions of one record: hours, by week",
  },
  activity: { structure: "records", parts: ["model", "scope"], holds: "occasions of any record: hours, by week" },
  weekly: { structure: "index", parts: ["model", "scope"], holds: "names by the p-value of a weekly rhythm" },
  daily: { structure: "index", parts: ["model", "scope"], holds: "names by the p-value of a daily rhythm" },
  history: { structure: "records", parts: ["group", "scope", "name..."], holds: "the last outcomes behind one record" },

  // Of streams, on Redis only.
  deliveries: {
    structure: "records",
    parts: ["stream"],
    holds: "when pending entries were delivered, and how far each group is",
  },
} as const satisfies Readonly<Record<string, KeyDefinition>>;

export type KeyKind = keyof typeof STORAGE_KEYS;

type PartsOf<Kind extends KeyKind> = TextsFor<(typeof STORAGE_KEYS)[Kind]["parts"]>;

type TextsFor<Parts extends readonly string[]> = Parts extends readonly [infer First, ...infer Rest extends string[]]
  ? First extends `${string}...`
    ? readonly string[]
    : readonly [string, ...TextsFor<Rest>]
  : readonly [];

/** Whether the first part of a key is a kind of this list. */
export function isKeyKind(kind: string): kind is KeyKind {
  return Object.hasOwn(STORAGE_KEYS, kind);
}

/** Whether a model cannot have a group of this name; `state` is one itself. */
export function isReservedKind(name: string): boolean {
  return isKeyKind(name) && name !== "state";
}

/** The key of this kind with these parts. */
export function storageKey<Kind extends KeyKind>(kind: Kind, ...parts: PartsOf<Kind>): string {
  return joinParts(kind, ...parts);
}

/** Of groups that models declare: the kind is the group's name, the other parts what it groups by. */
export const GROUP_KEYS: KeyDefinition = {
  structure: "records",
  parts: ["scope", "by..."],
  holds: "records that lie side by side",
};

/** The key of a group of records that a model declares. */
export function groupKey(group: string, scope: string, ...by: readonly string[]): string {
  return joinParts(group, scope, ...by);
}

const STREAM = "stream";
const DEAD_LETTERS = "dead";

/** @param partition - "" for a stream that has none; else the scope of its entries, unless these name another */
export function streamKey(name: string, partition: string): string {
  return partition === "" ? `${STREAM}:${name}` : `${STREAM}:${name}:${partition}`;
}

/** The stream that keeps what no consumer of another stream could handle, in the same shard. */
export function deadLettersOf(stream: string): string {
  return `${DEAD_LETTERS}:${stream}`;
}

/** The partition of a stream, also of its dead letters; "" when it has none. */
export function partitionOf(stream: string): string {
  return /^(?:dead:)*stream:[^:]*:(.*)$/.exec(stream)?.[1] ?? "";
}
