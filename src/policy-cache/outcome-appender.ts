import { type AppendOutcomesOutput, appendOutcomes, type RecordedEvent } from "../operations/append-outcomes.js";
import type { Store } from "../store.js";
import { OUTCOME_STREAM } from "./crystallization.js";

interface Call {
  readonly events: readonly RecordedEvent[];
  readonly resolve: (recorded: readonly boolean[]) => void;
  readonly reject: (error: unknown) => void;
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
  /** Calls of this moment, by shard. */
  readonly #calls = new Map<number, Call[]>();

  constructor(store: Store) {
    this.#store = store;
  }

  /** @returns for each event, in order, false when its id was used before */
  append(events: readonly RecordedEvent[], shard: number): Promise<readonly boolean[]> {
    if (!this.#store.isRemote) return this.#run(events, shard).then(({ recorded }) => recorded);
    return new Promise((resolve, reject) => {
      const call = { events, resolve, reject };
      const others = this.#calls.get(shard);
      if (others !== undefined) {
        others.push(call);
        return;
      }
      this.#calls.set(shard, [call]);
      process.nextTick(() => this.#send(shard)); // once everybody who can go on now has done so
    });
  }

  #send(shard: number): void {
    const calls = this.#calls.get(shard) ?? [];
    this.#calls.delete(shard);
    let together: Call[] = [];
    let count = 0;
    for (const call of calls) {
      if (count > 0 && count + call.events.length > MOST_EVENTS_TOGETHER) {
        void this.#sendTogether(together, shard);
        together = [];
        count = 0;
      }
      together.push(call);
      count += call.events.length;
    }
    void this.#sendTogether(together, shard);
  }

  async #sendTogether(calls: readonly Call[], shard: number): Promise<void> {
    const events = calls.flatMap((call) => call.events);
    try {
      const { recorded } = await this.#run(events, shard);
      let position = 0;
      for (const { events, resolve } of calls) {
        resolve(recorded.slice(position, position + events.length));
        position += events.length;
      }
    } catch (error) {
      for (const { reject } of calls) reject(error);
    }
  }

  #run(events: readonly RecordedEvent[], shard: number): Promise<AppendOutcomesOutput> {
    const { streamMaxLength } = this.#store.defaults;
    const nowSeconds = this.#store.nowSeconds();
    const input = { keys: { stream: OUTCOME_STREAM }, events, streamMaxLength, nowSeconds };
    return this.#store.run(appendOutcomes, input, shard);
  }
}
