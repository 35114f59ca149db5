import { AppendSignal } from "../port/append-signal.js";
import type { Keyspace } from "../port/keyspace.js";
import type { StoredItem } from "../port/transfer.js";
import { bitItems, type MemoryBitArrays, memoryBitArrays } from "./structures/bit-arrays.js";
import { memoryConsumerGroups } from "./structures/consumer-groups.js";
import { counterItems, type MemoryCounters, memoryCounters } from "./structures/counters.js";
import { type MemoryRecords, memoryRecords, recordItems } from "./structures/records.js";
import { type MemorySets, memberItems, memorySets } from "./structures/sets.js";
import { type MemorySortedIndexes, memorySortedIndexes, scoreItems } from "./structures/sorted-indexes.js";
import type { MemoryStreams } from "./structures/stream.js";
import { memoryStreams } from "./structures/streams.js";
import { UndoLog } from "./undo-log.js";

/** A keyspace in JavaScript maps. */
export class MemoryKeyspace {
  readonly port: Keyspace;
  readonly appends = new AppendSignal();
  readonly streams: MemoryStreams = new Map();
  readonly #records: MemoryRecords = new Map();
  readonly #indexes: MemorySortedIndexes = new Map();
  readonly #sets: MemorySets = new Map();
  readonly #bits: MemoryBitArrays = new Map();
  readonly #counters: MemoryCounters = new Map();
  readonly #undo = new UndoLog();
  readonly #appendedTo = new Set<string>();

  constructor() {
    const undo = this.#undo;
    this.port = {
      ...memoryRecords(this.#records, undo),
      ...memorySortedIndexes(this.#indexes, undo),
      ...memorySets(this.#sets, undo),
      ...memoryBitArrays(this.#bits, undo),
      ...memoryCounters(this.#counters, undo),
      ...memoryStreams(this.streams, undo, (name) => this.#appendedTo.add(name)),
      ...memoryConsumerGroups(this.streams, undo),
    };
  }

  /** Keeps what the last operation has changed, and wakes who waits for it. */
  commit(): void {
    this.#undo.forget();
    for (const stream of this.#appendedTo) this.appends.notify(stream);
    this.#appendedTo.clear();
  }

  /** Takes back what the last operation has changed. */
  rollback(): void {
    this.#undo.undo();
    this.#appendedTo.clear();
  }

  /** Everything but the streams. */
  *items(): Generator<StoredItem> {
    yield* recordItems(this.#records);
    yield* scoreItems(this.#indexes);
    yield* memberItems(this.#sets);
    yield* bitItems(this.#bits);
    yield* counterItems(this.#counters);
  }
}
