import type { Fields } from "./keyspace.js";

/**
 * Reads a whole store and puts streams back as they were: what moving a store to another engine needs beyond operations.
 * Pages keep memory bounded; a page is one snapshot, the pages together are not.
 */
export interface Transfer {
  /**
   * Everything in a shard but its streams, in any order, page by page. Nothing twice while nobody writes.
   *
   * @param structureOf - tells structures apart that an engine keeps alike; what it throws ends the reading
   */
  readItems(shard: number, structureOf: StructureOf): AsyncIterable<readonly StoredItem[]>;
  /** The streams of a shard, those without entries as well. */
  listStreams(shard: number): Promise<readonly string[]>;
  /** Its groups come in the order of their names. */
  describeStream(shard: number, stream: string): Promise<StreamState>;
  /** What a group was given and has not acknowledged, after an id ("" for the first), in order, at most `limit`. */
  readPending(
    shard: number,
    stream: string,
    group: string,
    afterId: string,
    limit: number,
  ): Promise<readonly PendingEntry[]>;
  /** One atomic step of putting a stream back, in a store that nobody else uses: groups, then entries, then its end. */
  restoreStream(shard: number, stream: string, step: StreamStep): Promise<void>;
}

/** The data structures of a keyspace. */
export type Structure = "records" | "index" | "set" | "bits" | "counter" | "stream";

/** Which of the structures that it may be lies under a key: only who made the key knows. */
export type StructureOf = (key: string, possible: readonly Structure[]) => Structure;

/** The smallest part of each structure. Of a bit array: some positions that are 1. */
export type StoredItem =
  | { readonly kind: "record"; readonly key: string; readonly id: string; readonly fields: Fields }
  | { readonly kind: "score"; readonly key: string; readonly member: string; readonly score: number }
  | { readonly kind: "member"; readonly key: string; readonly member: string }
  | { readonly kind: "bits"; readonly key: string; readonly positions: readonly number[] }
  | { readonly kind: "counter"; readonly key: string; readonly value: number };

/** Where a stream ends, so that later entries come after all there ever were. */
export interface StreamEnd {
  /** Id of the newest entry there ever was; "0-0" when there was none. The next one comes after it. */
  readonly lastId: string;
  /** Entries ever appended. */
  readonly appended: number;
}

/** All of a stream but its entries. */
export interface StreamState extends StreamEnd {
  /** Entries present now. */
  readonly length: number;
  readonly groups: readonly GroupState[];
}

/** How far a group has read a stream that is moved. */
export interface GroupState {
  readonly name: string;
  /** Id of the last entry that was delivered; "0-0" when none was. */
  readonly deliveredId: string;
  /** How many were delivered or gone before they could be. */
  readonly delivered: number;
}

/** An entry of a group's pending list. */
export interface PendingEntry {
  readonly id: string;
  readonly consumer: string;
  readonly deliveredAtMs: number;
  readonly failures: number;
}

/** A delivery of a moved entry that is not yet acknowledged. */
export interface PendingDelivery extends Omit<PendingEntry, "id"> {
  readonly group: string;
}

/** An entry of a stream that is moved, with the deliveries that are pending. */
export interface MovedEntry {
  readonly id: string;
  /** Absent when the entry is gone and only pending lists remember it. */
  readonly fields?: Fields;
  /** The groups that have it pending. */
  readonly pending: readonly PendingDelivery[];
}

/** The next part of a stream that is written into a new place. */
export interface StreamStep {
  readonly groups?: readonly GroupState[];
  /** In order of their ids. */
  readonly entries?: readonly MovedEntry[];
  readonly end?: StreamEnd;
}
