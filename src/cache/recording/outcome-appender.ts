import { appendOutcome, appendOutcomes, type RecordedEvent } from "../../operations/outcomes/append-outcomes.js";
import { appendEntry } from "../../operations/streams/streams.js";
import type { Store } from "../../store/store.js";
import { OUTCOME_STREAM } from "./crystallization.js";

interface Call {
  readonly eventCount: number;
  readonly resolve: (recorded: readonly boolean[]) => void;
  readonly reject: (error: unknown) => void;
}

/** Calls of one moment, with the events of all of them in order. */
interface Batch {
  readonly events: RecordedEvent[];
  readonly calls: Call[];
}

/**
 * Most events that calls put together. Fewer cost more scripts; with more, this process and the server would wait for each
 * other in turns, instead of one preparing what comes next while the other is at work.
 */
const MOST_EVENTS_TOGETHER = 25;

/**
 * Appends events to the outcome stream. On a server, calls of the same moment share a round trip, each as whole as alone:
 * many callers cost little more than one, and a lone one waits for nobody.
 */
export class OutcomeAppender {
  readonly #store: Store;
  /** What can still be added to, by shard. */
  readonly #open = new Map<number, Batch>();

  constructor(store: Store) {
    this.#store = store;
  }

  /** @returns for each event, in order, false when its id was used before */
  append(events: readonly RecordedEvent[], shard: number): Promise<readonly boolean[]> {
    if (!this.#store.isRemote) return this.#run(events, shard);
    return new Promise((resolve, reject) => {
      const batch = this.#batchFor(events.length, shard);
      for (const event of events) batch.events.push(event);
      batch.calls.push({ eventCount: events.length, resolve, reject });
    });
  }

  #batchFor(eventCount: number, shard: number): Batch {
    const open = this.#open.get(shard);
    if (open !== undefined && open.events.length + eventCount <= MOST_EVENTS_TOGETHER) return open;
    const batch = { events: [], calls: [] };
    this.#open.set(shard, batch);
    process.nextTick(() => this.#send(batch, shard)); // once everybody who can go on now has done so
    return batch;
  }

  async #send(batch: Batch, shard: number): Promise<void> {
    if (this.#open.get(shard) === batch) this.#open.delete(shard);
    try {
      const recorded = await this.#run(batch.events, shard);
      let position = 0;
      for (const { eventCount, resolve } of batch.calls) {
        resolve(recorded.slice(position, position + eventCount));
        position += eventCount;
      }
    } catch (error) {
      for (const { reject } of batch.calls) reject(error);
    }
  }

  #run(events: readonly RecordedEvent[], shard: number): Promise<readonly boolean[]> {
    const [first] = events;
    return events.length === 1 && first !== undefined ? this.#runOne(first, shard) : this.#runAll(events, shard);
  }

  async #runOne({ keys: { seen }, eventId, payload }: RecordedEvent, shard: number): Promise<readonly boolean[]> {
    const { streamMaxLength } = this.#store.defaults;
    const nowSeconds = this.#store.nowSeconds();
    if (eventId === "") {
      const input = { keys: { stream: OUTCOME_STREAM }, payload, maxLength: streamMaxLength, nowSeconds };
      await this.#store.run(appendEntry, input, shard);
      return [true];
    }
    const input = { keys: { stream: OUTCOME_STREAM, seen }, eventId, payload, streamMaxLength, nowSeconds };
    return [await this.#store.run(appendOutcome, input, shard)];
  }

  async #runAll(events: readonly RecordedEvent[], shard: number): Promise<readonly boolean[]> {
    const input = {
      keys: { stream: OUTCOME_STREAM, seen: events.map(({ keys }) => keys.seen) },
      eventIds: events.map(({ eventId }) => eventId),
      payloads: events.map(({ payload }) => payload),
      streamMaxLength: this.#store.defaults.streamMaxLength,
      nowSeconds: this.#store.nowSeconds(),
    };
    const { duplicates } = await this.#store.run(appendOutcomes, input, shard);
    const recorded = events.map(() => true);
    for (const position of duplicates) recorded[position] = false;
    return recorded;
  }
}
