/**
 * The port every engine implements: the few data structures an atomic operation may use.
 *
 * - **Atomic:** a keyspace is only ever handed to an operation that runs inside one transaction (memory, SQLite) or one
 *   script (Redis). Its methods are synchronous, see each other's effects at once, and become durable together or not
 *   at all.
 * - **Order:** "ordered" always means by UTF-8 bytes. Whatever returns several does so in the order that it states.
 * - **Misses:** nothing has to be created before it is used. A key that was never written is like one from which all
 *   was removed: it holds no records, members or bits, counts 0, and has no entries and no groups. A method about a
 *   group that does not exist finds nothing and changes nothing.
 * - **Keys** and members are text without control characters other than TAB. A key holds one structure.
 */
export interface Keyspace extends Records, SortedIndexes, Sets, BitArrays, Counters, Streams, ConsumerGroups {}

/** Flat maps of scalar fields, read and written whole. A key holds many records, told apart by their id. */
export interface Records {
  /** A copy of its own, to be changed at will; undefined when there is none. */
  getRecord(key: string, id: string): Fields | undefined;
  /** Every record under a key, ordered by id: to be read only. */
  listRecords(key: string): readonly StoredRecord[];
  /** Replaces a record of this id. */
  putRecord(key: string, id: string, fields: Fields): void;
  /** @returns whether there was such a record */
  deleteRecord(key: string, id: string): boolean;
}

/**
 * Members with a score, read in ascending order of (score, member). An index that is to be read highest first stores
 * negated scores, so that ties still come out by member.
 */
export interface SortedIndexes {
  /** Undefined for what is no member. */
  getScore(key: string, member: string): number | undefined;
  /** Adds a member, or gives it another score. */
  putScore(key: string, member: string, score: number): void;
  /** Gives a member a score unless it has one. @returns whether it had none */
  addScore(key: string, member: string, score: number): boolean;
  /** @returns whether there was such a member */
  removeScore(key: string, member: string): boolean;
  /** Members by rank, lowest first; `start` and `stop` are inclusive, counted from 0, negative from the end. */
  rangeByRank(key: string, start: number, stop: number): readonly ScoredMember[];
  /** Members with `score <= maxScore`, lowest first, at most `limit`. */
  rangeUpToScore(key: string, maxScore: number, limit: number): readonly ScoredMember[];
  /** Members with `score >= minScore`, lowest first, at most `limit`. */
  rangeFromScore(key: string, minScore: number, limit: number): readonly ScoredMember[];
  /** @returns how many members the index has; 0 when there is none */
  countScores(key: string): number;
}

/** Ordered members. */
export interface Sets {
  /** @returns whether the member is new */
  addToSet(key: string, member: string): boolean;
  /** @returns whether there was such a member */
  removeFromSet(key: string, member: string): boolean;
  /** @returns whether the set has the member */
  isInSet(key: string, member: string): boolean;
  /** Members that start with `prefix` and come after `after` ("" for the first page), in order, at most `limit`. */
  pageOfSet(key: string, prefix: string, after: string, limit: number): readonly string[];
  /** @returns how many members the set has; 0 when there is none */
  countSet(key: string): number;
}

/** Arrays of bits, all of which are 0 until set. */
export interface BitArrays {
  /**
   * @param length - how many bits the array is going to have, so that an engine can make room for them at once
   * @returns how many of the positions were 0 before
   */
  setBits(key: string, positions: readonly number[], length?: number): number;
  /** Whether every one of the positions is 1. */
  hasBits(key: string, positions: readonly number[]): boolean;
  /** How many bits are 1. Reads the whole array. */
  countBits(key: string): number;
  /** Sets every bit to 0. */
  deleteBits(key: string): void;
}

/** Numbers, 0 until added to. */
export interface Counters {
  /** Adds as JavaScript does. @returns the sum */
  addToCounter(key: string, amount: number): number;
  /** @returns the sum so far; 0 before the first addition */
  getCounter(key: string): number;
}

/** Append-only streams. Ids of entries are opaque text, unique and growing within a stream. */
export interface Streams {
  /** @returns the id of the entry: greater than all before, also when the clock went back */
  appendToStream(stream: string, fields: Fields, nowMs: number): string;
  /** Entries after an id ("" from the beginning), oldest first, at most `limit`. */
  readStream(stream: string, afterId: string, limit: number): readonly StreamEntry[];
  /**
   * Removes oldest entries until about `maxLength` remain, but never one that a group has yet to acknowledge.
   * @returns how many were removed
   */
  trimStream(stream: string, maxLength: number): number;
  /**
   * Removes one entry, wherever it is. A group that holds it as pending is told when it takes it over; for a group that
   * it was never delivered to, it counts as delivered. @returns whether there was such an entry
   */
  deleteEntry(stream: string, id: string): boolean;
  /** How much the stream holds, and ever held; both 0 when there is none. */
  describeStream(stream: string): StreamDescription;
}

/** A group hands each entry of a stream to one consumer and remembers it as pending until acknowledged. */
export interface ConsumerGroups {
  /**
   * Starts a group at the stream's beginning; nothing happens when it exists. One that was destroyed from outside goes on where
   * it was, as far as the engine can tell. @returns whether it did not exist
   */
  createGroup(stream: string, group: string): boolean;
  /** Hands the next entries, never delivered to this group before, to a consumer: oldest first, at most `limit`. */
  deliverNew(stream: string, group: string, consumer: string, limit: number, nowMs: number): readonly StreamEntry[];
  /**
   * Hands a consumer the oldest entries that were delivered before and have been idle for at least `minIdleMs`; 0 takes
   * any, even when the clock went back. An entry that no longer exists comes without fields.
   */
  takeOver(
    stream: string,
    group: string,
    consumer: string,
    minIdleMs: number,
    limit: number,
    nowMs: number,
  ): readonly ClaimedEntry[];
  /** Removes an entry from the pending list. @returns whether it was pending: true for exactly one caller, ever */
  acknowledge(stream: string, group: string, id: string): boolean;
  /** @returns whether the entry was delivered to the group and is not acknowledged */
  isPending(stream: string, group: string, id: string): boolean;
  /** The id of the oldest pending entry of a group, whoever holds it; undefined when nothing is pending. */
  oldestPending(stream: string, group: string): string | undefined;
  /** Counts one more failed handling of a pending entry. @returns failures so far; 0 when it is not pending */
  addFailure(stream: string, group: string, id: string): number;
  /** True when every entry of the stream was delivered to the group and acknowledged. */
  isCaughtUp(stream: string, group: string): boolean;
  /** Marks the `count` newest entries as delivered and acknowledged. The group must have been caught up before them. */
  passNewest(stream: string, group: string, count: number): void;
  /** Forgets a consumer that holds nothing; one that holds something stays, and so does what it holds. */
  forgetConsumer(stream: string, group: string, consumer: string): void;
  /** In the order of their names. */
  describeGroups(stream: string): readonly GroupDescription[];
  /** What a group has yet to do, and since when. Reads at most `limit` pending entries, the oldest. */
  describeBacklog(stream: string, group: string, limit: number): Backlog;
}

/** What a field of a record or of an entry may hold. */
export type FieldValue = string | number | boolean | readonly string[] | readonly number[];

/** Values by the names of their fields. */
export interface Fields {
  [name: string]: FieldValue;
}

/** A record under a key, with the id that tells it apart there. */
export interface StoredRecord {
  readonly id: string;
  readonly fields: Readonly<Fields>;
}

/** A member of a sorted index with its score. */
export interface ScoredMember {
  readonly member: string;
  readonly score: number;
}

/** An entry of a stream: its id tells its place, its fields never change. */
export interface StreamEntry {
  readonly id: string;
  readonly fields: Readonly<Fields>;
}

/** An entry that was handed to a consumer; without fields when it was deleted since. */
export interface ClaimedEntry {
  readonly id: string;
  readonly fields: Fields | undefined;
}

/** How much a stream holds, and ever held. */
export interface StreamDescription {
  /** Entries present now. */
  readonly length: number;
  /** Entries ever appended. */
  readonly appended: number;
}

/** How far a group has read a stream. */
export interface GroupDescription {
  readonly name: string;
  /** Entries delivered and not yet acknowledged. */
  readonly pending: number;
  /** Entries never delivered to this group. */
  readonly lag: number;
}

/** What a group has yet to do. All times are by the clocks of those who appended and were given entries. */
export interface Backlog {
  /** When the newest entry of the stream was appended, though it may be gone; undefined when there never was one. */
  readonly newestAtMs?: number | undefined;
  /** When the oldest entry was appended that the group has not acknowledged; undefined when it is caught up. */
  readonly waitingSinceMs?: number | undefined;
  /** The oldest pending entries, in the order of the stream. */
  readonly held: readonly HeldEntry[];
}

/** An entry that a consumer was given and has not acknowledged. */
export interface HeldEntry {
  readonly consumer: string;
  /** When the consumer was given it. */
  readonly sinceMs: number;
}
