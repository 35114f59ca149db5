import type { Fields } from "../keyspace/keyspace.js";

/**
 * Where one record of a model lives and what is kept up to date with it. Computed by the model layer from the record's
 * identity alone, so that every key an operation will touch is known before it starts.
 */
export interface RecordPlan {
  readonly keys: {
    /** Holds the record under `id`, beside the other records of its group. */
    readonly records: string;
    /** Set of the names of all records of the model in this scope. */
    readonly members: string;
    /** Bit array of the existence filter, when the model has one. */
    readonly filter?: string;
    /** Stream of the model's changes in this scope, when the model has one. */
    readonly events?: string;
  };
  readonly id: string;
  /** The record's name within its scope. */
  readonly name: string;
  /** Sets with a member `value TAB name` for each record. */
  readonly lookups: readonly FieldIndex[];
  /** Sorted indexes with the record's name as member and a number field as score. */
  readonly orders: readonly FieldIndex[];
  readonly filterPositions: readonly number[];
  /** Records that belong to this one and go when it goes. */
  readonly companions: readonly Companion[];
  /** Sorted indexes, written by others, that may hold the record's name; it leaves them when it goes. */
  readonly rankings: readonly Ranking[];
  /** Edge sets of its co-occurrence fields; reverse edges are removed with the record. */
  readonly edges: readonly EdgeSet[];
  /** Fields every event about this record carries. */
  readonly eventFields: Fields;
  readonly eventMaxLength: number;
}

export interface FieldIndex {
  readonly keys: { readonly index: string };
  readonly field: string;
}

export interface Companion {
  readonly keys: { readonly records: string };
  readonly id: string;
}

export interface Ranking {
  readonly keys: { readonly index: string };
}

export interface EdgeSet {
  readonly keys: { readonly edges: string };
  readonly symmetric: boolean;
}
