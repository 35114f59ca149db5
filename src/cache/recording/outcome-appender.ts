import { afterThisTurn } from "../../common/timing.js";
import { appendOutcome, appendOutcomes } from "../../operations/outcomes/append-outcomes.js";
import type { OutcomeEntry } from "../../operations/outcomes/outcome.js";
import { appendEntry } from "../../operations/streams/streams.js";
import type { Store } from "../../store/store.js";
import { seenKey } from "../outcome-keys.js";
import { OUTCOME_STREAM } from "./outcome-stream.js";

interface Call {
  readonly entryCount: number;
  readonly resolve: (recorded: readonly boolean[]) => void;
  readonly reject: (error: unknown) => void;
}

/** Calls of one moment, with the entries of all of them in order. */
interface Batch {
  readonly entries: OutcomeEntry[];
  readonly calls: Call[];
}

/**
 * Most entries that calls put together. Fewer cost more scripts; with more, this process and the server would wait for each
 * other in turns, instead of one preparing what comes next while the other is at work.
 */
const MOST_ENTRIES_TOGETHER = 25;

/**
 * Appends entries to the outcome stream. On a server, calls of the same moment share a round trip, each as whole as alone:
 * many callers cost little more than one, and a lone one waits for nobody.
 */
export class OutcomeAppender {
  readonly #store: Store;
  /** What can still be added to, by shard. */
  readonly #open = new Map<number, Batch>();

  constructor(store: Store) {
    this.#store = store;
  }

  /** @returns for each entry, in order, false when its id was used before */
  append(entries: readonly OutcomeEntry[], shard: number): Promise<readonly boolean[]> {
    if (!this.#store.isRemote) return this.#run(entries, shard);
    return new Promise((resolve, reject) => {
      const batch = this.#batchFor(entries.length, shard);
      for (const entry of entries) batch.entries.push(entry);
      batch.calls.push({ entryCount: entries.length, resolve, reject });
    });
  }

  #batchFor(entryCount: number, shard: number): Batch {
    const open = this.#open.get(shard);
    if (open !== undefined && open.entries.length + entryCount <= MOST_ENTRIES_TOGETHER) return open;
    const batch = { entries: [], calls: [] };
    this.#open.set(shard, batch);
    afterThisTurn(() => this.#send(batch, shard)); // once everybody who can go on now has done so
    return batch;
  }

  async #send(batch: Batch, shard: number): Promise<void> {
    if (this.#open.get(shard) === batch) this.#open.delete(shard);
    try {
      const recorded = await this.#run(batch.entries, shard);
      let position = 0;
      for (const { entryCount, resolve } of batch.calls) {
        resolve(recorded.slice(position, position + entryCount));
        position += entryCount;
      }
    } catch (error) {
      for (const { reject } of batch.calls) reject(error);
    }
  }

  #run(entries: readonly OutcomeEntry[], shard: number): Promise<readonly boolean[]> {
    const [first] = entries;
    return entries.length === 1 && first !== undefined ? this.#runOne(first, shard) : this.#runAll(entries, shard);
  }

  async #runOne(entry: OutcomeEntry, shard: number): Promise<readonly boolean[]> {
    const { agentId, eventId } = entry;
    const { streamMaxLength } = this.#store.defaults;
    const nowSeconds = this.#store.nowSeconds();
    if (eventId === undefined) {
      const input = { keys: { stream: OUTCOME_STREAM }, payload: entry, maxLength: streamMaxLength, nowSeconds };
      await this.#store.run(appendEntry, input, shard);
      return [true];
    }
    const keys = { stream: OUTCOME_STREAM, seen: seenKey(agentId) };
    return [
      await this.#store.run(appendOutcome, { keys, eventId, payload: entry, streamMaxLength, nowSeconds }, shard),
    ];
  }

  async #runAll(entries: readonly OutcomeEntry[], shard: number): Promise<readonly boolean[]> {
    const input = {
      keys: { stream: OUTCOME_STREAM, seen: entries.map(({ agentId }) => seenKey(agentId)) },
      eventIds: entries.map(({ eventId = "" }) => eventId),
      payloads: entries,
      streamMaxLength: this.#store.defaults.streamMaxLength,
      nowSeconds: this.#store.nowSeconds(),
    };
    const { duplicates } = await this.#store.run(appendOutcomes, input, shard);
    const recorded = entries.map(() => true);
    for (const position of duplicates) recorded[position] = false;
    return recorded;
  }
}
