import type { Fields } from "../../keyspace/port/keyspace.js";
import type { RankingIndex } from "./ranking/ranking-index.js";

/**
 * Where one record of a model lives and all that is kept up to date with it: the keys, and what is written under them.
 * Computed by the model layer before an operation starts, so that every key it will touch is known. Most keys follow from the record's identity; those of a partition by
 * another field follow from what that field was when the keys were made, which `basis` tells.
 */
export interface RecordKeys {
  readonly keys: {
    /** Holds the record under `id`, beside the other records of its group. */
    readonly records: string;
    /** Set of the names of all records of the model in this scope. */
    readonly members: string;
    /** Stream of the model's changes in this scope, when the model has one. */
    readonly events?: string;
  };
  readonly id: string;
  /** The record's name within its scope. */
  readonly name: string;
  /** What fields outside of the identity were, from which some of these keys follow. Empty for most models. */
  readonly basis: Fields;
  /** Sets with a member `value TAB name` for each record. */
  readonly lookups: readonly FieldIndex[];
  /** Sorted indexes with the record's name as member and a number field as score. */
  readonly orders: readonly FieldIndex[];
  /** Indexes of what its scores are at most. */
  readonly rankings: readonly RankingIndex[];
  /** Single records that belong to this one and go when it goes. */
  readonly companions: readonly Companion[];
  /** Keys all of whose records belong to this one and go when it goes. */
  readonly belongings: readonly Belonging[];
  /** Where it is listed under another measure than its own fields: priority, prediction errors, rhythms. */
  readonly listings: readonly SortedIndex[];
  /** Edge sets of its co-occurrence fields; reverse edges are removed with the record. */
  readonly edges: readonly EdgeSet[];
  /** Fields every event about this record carries. */
  readonly eventFields: Fields;
  /** Names of stored fields every event carries as well. */
  readonly eventMetadata: readonly string[];
  readonly eventMaxLength: number;
}

/** The part of a record's keys that its place in the rankings depends on. */
export interface RankedRecord extends Pick<RecordKeys, "id" | "name" | "rankings"> {
  readonly keys: { readonly records: string };
}

/** The part of a record's keys that the events about it depend on. */
export interface LoggedRecord extends Pick<RecordKeys, "eventFields" | "eventMetadata" | "eventMaxLength"> {
  readonly keys: { readonly events?: string };
}

/** The part of a record's keys that learning about it takes. */
export interface LearnedRecord extends LoggedRecord, Pick<RecordKeys, "id" | "name" | "orders"> {
  readonly keys: { readonly records: string; readonly events?: string };
  /** Where the bounds of its scores are. What bounds them is told elsewhere. */
  readonly rankings: readonly SortedIndex[];
}

export interface SortedIndex {
  readonly keys: { readonly index: string };
}

export interface FieldIndex extends SortedIndex {
  readonly field: string;
}

export interface Companion {
  readonly keys: { readonly records: string };
  readonly id: string;
  readonly remains?: Remains;
}

/** What is left of a companion when its record goes, if it has a certain field. */
export interface Remains {
  /** The field, which is kept. */
  readonly field: string;
  /** Other fields of it that are kept. */
  readonly with: readonly string[];
  /** Fields of the record that it takes over. */
  readonly inherits: readonly string[];
  /** Fields that start again at 0. */
  readonly zero: readonly string[];
}

export interface Belonging {
  readonly keys: { readonly records: string };
}

export interface EdgeSet {
  readonly keys: { readonly edges: string };
  readonly symmetric: boolean;
}
