/// <reference lib="esnext.disposable" preserve="true" />

import { setMaxListeners } from "node:events";
import { type Abortable, checkSignal, requireSignal, unlessAborted, whenAborted } from "../common/abort.js";
import { checkKeyText, checkNumber, checkObject } from "../common/checks.js";
import { ConfigurationError, PolicyCacheError, StoreError } from "../common/errors.js";
import { tell, warn } from "../common/given/tell.js";
import { LONGEST_TIMER_MS, monotonicMs, sleep, startInterval, stopInterval } from "../common/timing.js";
import { namesOf, refuseUnknownNames, refuseUnknownOptions } from "../common/unknown-names.js";
import { requireStore, type Store } from "../store/store.js";
import { ShardConsumer } from "./shard-consumer.js";
import type { StreamHandler } from "./stream-handler.js";

/** Which stream to consume, as whom, with what, and how to treat what fails. */
export interface StreamConsumerOptions {
  /** The store whose shards' streams are read. */
  readonly store: Store;
  /** The stream, which need not exist yet. */
  readonly streamKey: string;
  /** Consumers of one group share the entries; every group sees them all. */
  readonly groupName: string;
  /** Unique among the running consumers of the group. */
  readonly consumerName: string;
  /** Called with each batch of entries of one shard. */
  readonly handler: StreamHandler;
  /** Most new, and most taken-over, entries per shard and cycle. Integer >= 1, default 50. */
  readonly batchSize?: number | undefined;
  /** How long a cycle waits for a new entry. >= 0, default 5000. */
  readonly blockMs?: number | undefined;
  /**
   * Failed attempts at one entry before it is set aside as a dead letter. An attempt that nobody came back from counts
   * when it was not the first. Integer >= 1, default 3.
   */
  readonly maxRetries?: number | undefined;
  /**
   * How long a delivered entry may stay unacknowledged before another consumer takes it over: more than the handler needs
   * for a batch. >= 0, default 180 000.
   */
  readonly claimTimeoutMs?: number | undefined;
  /** Dead letters kept per shard, about. Integer >= 1; all when left out. */
  readonly deadLetterMaxLength?: number | undefined;
  /**
   * Told about errors inside `run`, which goes on after a pause; and, once, when the group had been lost and was made again
   * (STREAM_GROUP_LOST). Default: a process warning.
   */
  readonly onError?: ((error: unknown) => void) | undefined;
  /** Whether a process with nothing else to do stays for this consumer while it waits for entries. Default true. */
  readonly keepProcessAlive?: boolean | undefined;
  /**
   * Whether the group was made before, so that its being made again is told as a loss. Default false.
   *
   * @internal
   */
  readonly hasGroup?: boolean | undefined;
}

const OPTION_NAMES = namesOf<StreamConsumerOptions>({
  store: true,
  streamKey: true,
  groupName: true,
  consumerName: true,
  handler: true,
  batchSize: true,
  blockMs: true,
  maxRetries: true,
  claimTimeoutMs: true,
  deadLetterMaxLength: true,
  onError: true,
  keepProcessAlive: true,
  hasGroup: true,
});

/** What one cycle may be told. */
export interface BatchOptions extends Abortable {
  /** How long to wait for the first entry. >= 0. Default: `blockMs` of the consumer. */
  readonly blockMs?: number | undefined;
}

const BATCH_NAMES = namesOf<BatchOptions>({ blockMs: true, signal: true });
const WAIT_NAMES = namesOf<Abortable>({ signal: true });

/** How a consumer is doing. */
export interface ConsumerStatus {
  /** `idle` before `run`, and for who calls `processBatch` alone; `stopped` for good. */
  readonly state: "idle" | "running" | "stopped";
  /** Cycles of `run` that failed since the last one that did not. */
  readonly failuresInARow: number;
  /** What a cycle of `run` failed with last, though later ones succeeded; undefined when none ever failed. */
  readonly lastFailure: ConsumerFailure | undefined;
}

/** What a cycle failed with. */
export interface ConsumerFailure {
  readonly error: unknown;
  /** When, in Unix seconds by the clock of the store. */
  readonly atSeconds: number;
}

/** What there is to do in the shards of a stream. */
interface Survey {
  readonly busy: readonly ShardConsumer[];
  readonly failures: unknown[];
}

const PAUSE_AFTER_ERROR_MS = 1000;
const LEAVING_LIMIT_MS = 500;
/** What shards lose within this time is one loss: a server may be emptied in the middle of a cycle. */
const ONE_LOSS_MS = 5000;

/**
 * Reads a stream, all shards of it, as one of a group of consumers: docs/primitives/stream-consumer.md. Each cycle takes
 * one batch from every shard that has something to do, so that none waits for a busier one. The order is that of each
 * shard's stream.
 *
 * @example
 * ```ts
 * import { OUTCOME_STREAM, PolicyCache } from "policycache";
 * import { StreamConsumer } from "policycache/models";
 *
 * await using cache = await PolicyCache.open("memory:", { workers: "none" });
 * await cache.record({ state: { task: "deploy" }, action: { type: "wait" }, outcome: "success" });
 * await using consumer = new StreamConsumer({
 *   store: cache.store,
 *   streamKey: OUTCOME_STREAM,
 *   groupName: "audit",
 *   consumerName: "worker-1",
 *   handler: (entries) => console.log(entries.map(({ fields }) => fields.actionType)),
 * });
 * console.log(await consumer.processBatch());
 * // → [ 'wait' ]
 * // → 1
 * ```
 */
export class StreamConsumer {
  readonly #store: Store;
  readonly #streamKey: string;
  readonly #groupName: string;
  readonly #shards: readonly ShardConsumer[];
  readonly #blockMs: number;
  readonly #onError: (error: unknown) => void;
  readonly #keepsProcessAlive: boolean;
  readonly #stopping = new AbortController();
  /** Which of the busy shards is next to come first. */
  #turn: number;
  /** Not told yet: all shards of a server that was emptied have lost it, and that is one loss. */
  #groupWasLost = false;
  #toldAtMs = Number.NEGATIVE_INFINITY;
  #failure: ConsumerFailure | undefined;
  #failures = 0;
  #running: Promise<void> | undefined;
  #ending: Promise<void> | undefined;

  constructor(given: StreamConsumerOptions) {
    if (typeof given !== "object" || given === null) throw new ConfigurationError("options", given, "an object");
    const options = refuseUnknownOptions(given, OPTION_NAMES);
    const { store, handler } = options;
    requireStore(store);
    if (typeof handler !== "function") throw new ConfigurationError("handler", handler, "a function");
    this.#store = store;
    this.#streamKey = checkKeyText("streamKey", options.streamKey);
    const { deadLetterMaxLength } = options;
    const settings = {
      handler,
      claimTimeoutMs: requireAtLeast("claimTimeoutMs", options.claimTimeoutMs ?? 180_000, 0),
      batchSize: requireInteger("batchSize", options.batchSize ?? 50),
      hasGroup: options.hasGroup ?? false,
      onGroupLost: () => {
        this.#groupWasLost = true;
      },
      maxRetries: requireInteger("maxRetries", options.maxRetries ?? 3),
      deadLetterMaxLength:
        deadLetterMaxLength === undefined ? 0 : requireInteger("deadLetterMaxLength", deadLetterMaxLength),
    };
    this.#blockMs = requireAtLeast("blockMs", options.blockMs ?? 5000, 0);
    this.#keepsProcessAlive = options.keepProcessAlive ?? true;
    const { onError } = options;
    if (onError !== undefined && typeof onError !== "function") {
      throw new ConfigurationError("onError", onError, "a function");
    }
    this.#onError = onError === undefined ? warn : (error) => tell(onError, error, "onError");
    const context = {
      store,
      streamKey: this.#streamKey,
      groupName: checkKeyText("groupName", options.groupName),
      consumerName: checkKeyText("consumerName", options.consumerName),
    };
    this.#groupName = context.groupName;
    this.#turn = store.shardOf(context.consumerName);
    this.#shards = store.shards.map((shard) => new ShardConsumer({ ...context, shard }, settings));
  }

  /** Whether `run` is at work, and how it is doing. */
  get status(): ConsumerStatus {
    const isStopped = this.#stopping.signal.aborted;
    const state = isStopped ? "stopped" : this.#running === undefined ? "idle" : "running";
    return { state, failuresInARow: this.#failures, lastFailure: this.#failure };
  }

  /**
   * One cycle: in every shard, takes over abandoned entries, reads new ones, hands them to the handler and acknowledges
   * them. Waits up to `blockMs` for the first entry of any shard.
   *
   * @returns how many entries were handled
   * @throws the handler's first error, after every other entry was tried by itself
   * @throws the reason of the signal when it is aborted; a handler that has begun goes on
   */
  async processBatch(options: BatchOptions = {}): Promise<number> {
    const given = refuseUnknownNames(checkObject("options", options), BATCH_NAMES);
    const { blockMs = 0 } = given;
    checkNumber("blockMs", blockMs, (value) => value >= 0, "milliseconds of at least 0");
    checkSignal(given.signal);
    return unlessAborted(this.#awake(this.#cycle(given)), given.signal);
  }

  /** Repeats cycles until `stop`, or until its signal is aborted. An error is reported and followed by a pause of one second. */
  async run(options: Abortable = {}): Promise<void> {
    const given = refuseUnknownNames(checkObject("options", options), WAIT_NAMES);
    const { signal } = given;
    requireSignal(signal);
    if (signal?.aborted === true) return;
    const stopListening = signal === undefined ? undefined : whenAborted(signal, () => this.#stopping.abort());
    try {
      this.#running ??= this.#awake(this.#loop());
      await this.#running;
    } finally {
      stopListening?.();
    }
  }

  /**
   * Finishes the current cycle, ends `run` and leaves the group. Idempotent.
   *
   * @throws the reason of the signal when it is aborted; the cycle then ends without anybody waiting for it
   */
  async stop(options: Abortable = {}): Promise<void> {
    const given = refuseUnknownNames(checkObject("options", options), WAIT_NAMES);
    this.#stopping.abort();
    checkSignal(given.signal);
    this.#ending ??= this.#end();
    await unlessAborted(this.#ending, given.signal);
  }

  async #end(): Promise<void> {
    await this.#running;
    // A courtesy: who does not leave is forgotten later. It must not keep anybody who stops because the server is gone.
    const left = Promise.allSettled(this.#shards.map((shard) => shard.leave()));
    await Promise.race([left, sleep(LEAVING_LIMIT_MS, undefined, { ref: false })]);
  }

  /** As {@link stop}, at the end of a block that declared it with `await using`. */
  [Symbol.asyncDispose](): Promise<void> {
    return this.stop();
  }

  async #cycle(options: BatchOptions): Promise<number> {
    let { busy, failures } = await this.#survey();
    if (busy.length === 0 && failures.length === 0) {
      ({ busy, failures } = await this.#waitForWork(options.blockMs ?? this.#blockMs));
    }
    let handled = 0;
    for (const shard of this.#inTurn(busy)) {
      const batch = await shard.processBatch();
      handled += batch.handled;
      failures.push(...batch.failures);
    }
    this.#tellOfLoss();
    if (failures.length > 0) throw failures[0];
    return handled;
  }

  #tellOfLoss(): void {
    if (!this.#groupWasLost) return;
    this.#groupWasLost = false;
    const nowMs = monotonicMs();
    if (nowMs - this.#toldAtMs < ONE_LOSS_MS) return;
    this.#toldAtMs = nowMs;
    this.#onError(groupLost(this.#groupName, this.#streamKey, this.#store.location));
  }

  /** Asks every shard. One that cannot answer does not keep the others from being handled. */
  async #survey(): Promise<Survey> {
    const answers = await Promise.allSettled(this.#shards.map((shard) => shard.hasWork()));
    return {
      busy: this.#shards.filter((_, index) => {
        const answer = answers[index];
        return answer?.status === "fulfilled" && answer.value;
      }),
      failures: answers.flatMap((answer) => (answer.status === "rejected" ? [answer.reason] : [])),
    };
  }

  /** Consumers of one group begin with different shards, so that they do not all want the same entries at once. */
  #inTurn(busy: readonly ShardConsumer[]): readonly ShardConsumer[] {
    const first = this.#turn % Math.max(busy.length, 1);
    this.#turn += 1;
    return [...busy.slice(first), ...busy.slice(0, first)];
  }

  /** Engines wait for entries without keeping the process alive: a process that only consumes must not end then. */
  async #awake<Output>(work: Promise<Output>): Promise<Output> {
    if (!this.#keepsProcessAlive) return work;
    const timer = startInterval(() => {}, LONGEST_TIMER_MS);
    try {
      return await work;
    } finally {
      stopInterval(timer);
    }
  }

  async #loop(): Promise<void> {
    const { signal } = this.#stopping;
    while (!signal.aborted) {
      try {
        const handled = await this.#cycle({});
        this.#failures = 0;
        if (handled === 0) await this.#waitForAppend(IDLE_MS);
      } catch (error) {
        if (signal.aborted && PolicyCacheError.isInstance(error) && error.code === "STORE_CLOSED") return;
        this.#failures += 1;
        this.#failure = { error, atSeconds: this.#store.nowSeconds() };
        this.#onError(error);
        await sleep(PAUSE_AFTER_ERROR_MS, undefined, { signal, ref: false }).catch(() => undefined);
      }
    }
  }

  /** Waits in short turns, because an engine may wake up without a new entry. */
  async #waitForWork(blockMs: number): Promise<Survey> {
    const deadline = monotonicMs() + blockMs;
    for (;;) {
      const remaining = deadline - monotonicMs();
      if (remaining <= 0 || this.#stopping.signal.aborted) return this.#survey();
      const found = new AbortController();
      // It waits from before it looks: what is appended while it looks must not be missed.
      const appended = this.#waitForAppend(remaining, found);
      const looked = this.#survey().then((survey) => {
        if (isWorth(survey)) found.abort();
        return survey;
      });
      const [survey] = await Promise.all([looked, appended]);
      if (isWorth(survey)) return survey;
    }
  }

  /** Waits for an entry in any shard, or until it is over. */
  async #waitForAppend(timeoutMs: number, over = new AbortController()): Promise<void> {
    const { signal } = this.#stopping;
    if (signal.aborted) return;
    setMaxListeners(0, over.signal); // one for each shard is no leak
    const end = () => over.abort();
    signal.addEventListener("abort", end);
    try {
      const { shards } = this.#store;
      await Promise.race(
        shards.map((shard) => this.#store.waitForAppend(this.#streamKey, shard, timeoutMs, over.signal)),
      );
    } finally {
      signal.removeEventListener("abort", end);
      end();
    }
  }
}

function groupLost(group: string, stream: string, location: string): StoreError {
  const message = `The group ${group} of ${stream} at ${location} had been lost, and was made again.`;
  return new StoreError("STREAM_GROUP_LOST", message, {
    hint: "What is still in the stream is handled; what a server lost that was emptied, or that restarted without its data, is gone: record again what you are not sure of.",
  });
}

function isWorth({ busy, failures }: Survey): boolean {
  return busy.length > 0 || failures.length > 0;
}

/** How long to wait when others hold every entry there is. */
const IDLE_MS = 50;

function requireInteger(option: string, value: number): number {
  if (!Number.isInteger(value) || value < 1) throw new ConfigurationError(option, value, "an integer of at least 1");
  return value;
}

function requireAtLeast(option: string, value: number, minimum: number): number {
  if (!Number.isFinite(value) || value < minimum) {
    throw new ConfigurationError(option, value, `a finite number of at least ${minimum}`);
  }
  return value;
}
