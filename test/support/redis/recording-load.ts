import { setTimeout as sleep } from "node:timers/promises";
import { expect, onTestFinished } from "vitest";
import type { OutcomeEvent } from "../../../src/cache/events/outcome-event.js";
import type { PolicyCache } from "../../../src/cache/policy-cache.js";
import { PolicyCacheError } from "../../../src/common/errors.js";

const PAUSE_BEFORE_RETRY_MS = 20;

/** The `index`-th event of a load: three agents in seven places, each event with an id of its own. */
export function loadEvent(index: number): OutcomeEvent {
  return {
    agentId: `agent-${index % 3}`,
    id: `event-${index}`,
    episodeId: `episode-${index % 11}`,
    state: { place: index % 7 },
    action: { type: `action-${index % 2}` },
    outcome: index % 5 === 0 ? "failure" : "success",
    ts: 1_715_803_200 + index,
  };
}

/**
 * Callers that record events one after another, each as users are told to: what fails with a retryable error is
 * repeated, with the same event id, until it is acknowledged. Ends with the running test.
 */
export class RecordingLoad {
  readonly #cache: PolicyCache;
  readonly #acknowledgedAtMs = new Map<number, number>();
  readonly #callers: readonly Promise<void>[];
  #next = 0;
  #retries = 0;
  #stopped = false;

  constructor(cache: PolicyCache, callers = 10) {
    this.#cache = cache;
    this.#callers = Array.from({ length: callers }, () => this.#call());
    for (const caller of this.#callers) caller.catch(() => {}); // `stop` reports it.
    onTestFinished(() => {
      this.#stopped = true;
    });
  }

  /** When each event was acknowledged, by its index; by `performance.now()`. */
  get acknowledgedAtMs(): ReadonlyMap<number, number> {
    return this.#acknowledgedAtMs;
  }

  /** Calls that failed with a retryable error. */
  get retries(): number {
    return this.#retries;
  }

  /** Resolves when every event begun is acknowledged. @throws what was not retryable */
  async stop(): Promise<void> {
    this.#stopped = true;
    await Promise.all(this.#callers);
  }

  async #call(): Promise<void> {
    while (!this.#stopped) {
      const index = this.#next++;
      await repeated(
        () => this.#cache.record(loadEvent(index)),
        () => {
          this.#retries += 1;
        },
      );
      this.#acknowledgedAtMs.set(index, performance.now());
    }
  }
}

/**
 * Repeats a call while it fails with a retryable error, as users are told to.
 *
 * @param onRetry - told about each repetition
 */
export async function repeated<Output>(call: () => Promise<Output>, onRetry = () => {}): Promise<Output> {
  for (;;) {
    try {
      return await call();
    } catch (error) {
      if (!PolicyCacheError.isInstance(error) || !error.retryable) throw error;
      onRetry();
      await sleep(PAUSE_BEFORE_RETRY_MS);
    }
  }
}

/** Records the events 0 to `count` - 1 again. @returns the indexes of those that the store did not know */
export async function recordAgain(cache: PolicyCache, count: number): Promise<readonly number[]> {
  const indexes = Array.from({ length: count }, (_, index) => index);
  const results = await Promise.all(indexes.map((index) => cache.record(loadEvent(index))));
  return indexes.filter((index) => results[index]?.recorded === true);
}

/** Waits until all is counted, and expects each of the events 0 to `count` - 1 in the evidence once. */
export async function expectCountedOnce(cache: PolicyCache, count: number): Promise<void> {
  await cache.flush();
  const { totals, malformed, stream } = await cache.statistics();
  expect({ events: totals.events, successes: totals.successes, appended: stream.appended, malformed }).toEqual({
    events: count,
    successes: count - Math.ceil(count / 5),
    appended: count,
    malformed: 0,
  });
  expect(stream.groups.map(({ pending, lag }) => pending + lag)).toEqual(stream.groups.map(() => 0));
}
