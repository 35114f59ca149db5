import { setTimeout as sleep } from "node:timers/promises";
import { ConfigurationError, PolicyCacheError } from "../errors.js";
import type { StreamEntry } from "../keyspace/keyspace.js";
import { checkKeyText } from "../model/checks.js";
import { acknowledge, countAttempt, createGroup, deliver, failEntry, isCaughtUp } from "../operations/streams.js";
import type { Store } from "../store.js";

export interface StreamConsumerOptions {
  readonly store: Store;
  readonly streamKey: string;
  /** Consumers of one group share the entries; every group sees them all. */
  readonly groupName: string;
  readonly consumerName: string;
  readonly handler: StreamHandler;
  /** Most new, and most taken-over, entries per cycle. Integer >= 1, default 50. */
  readonly batchSize?: number;
  /** How long a cycle waits for a new entry. >= 0, default 5000. */
  readonly blockMs?: number;
  /** Failed attempts at one entry before it is set aside as a dead letter. Integer >= 1, default 3. */
  readonly maxRetries?: number;
  /** How long a delivered entry may stay unacknowledged before another consumer takes it over. >= 0, default 180 000. */
  readonly claimTimeoutMs?: number;
  /** Dead letters kept, about. Integer >= 1; all when left out. */
  readonly deadLetterMaxLength?: number;
  /** Told about errors inside `run`, which goes on after a pause. Default: a process warning. */
  readonly onError?: (error: unknown) => void;
  /** Whether a process with nothing else to do stays for this consumer while it waits for entries. Default true. */
  readonly keepProcessAlive?: boolean;
}

/**
 * Handles the entries of one cycle, oldest first. When it returns, they are acknowledged; when it throws, they stay
 * pending. Delivery is at least once: a handler whose effects must happen once acknowledges inside its own operation
 * and says so.
 */
export type StreamHandler = (
  entries: readonly StreamEntry[],
  context: HandlerContext,
) => Promise<HandlerResult> | HandlerResult;

// biome-ignore lint/suspicious/noConfusingVoidType: a handler that returns nothing is the usual one
export type HandlerResult = void | { readonly acknowledged: true };

export interface HandlerContext {
  readonly store: Store;
  readonly streamKey: string;
  readonly groupName: string;
  readonly consumerName: string;
}

const PAUSE_AFTER_ERROR_MS = 1000;
const LONGEST_TIMER_MS = 2 ** 31 - 1;

/** Reads a stream as one of a group of consumers: spec section 14. */
export class StreamConsumer {
  readonly #context: HandlerContext;
  readonly #handler: StreamHandler;
  readonly #batchSize: number;
  readonly #blockMs: number;
  readonly #claimTimeoutMs: number;
  readonly #maxRetries: number;
  readonly #deadLetterMaxLength: number;
  readonly #onError: (error: unknown) => void;
  readonly #keepsProcessAlive: boolean;
  readonly #stopping = new AbortController();
  #groupExists = false;
  #running: Promise<void> | undefined;

  constructor(options: StreamConsumerOptions) {
    if (typeof options.store?.run !== "function") throw new ConfigurationError("store", options.store, "an open store");
    if (typeof options.handler !== "function") throw new ConfigurationError("handler", options.handler, "a function");
    this.#context = {
      store: options.store,
      streamKey: checkKeyText("streamKey", options.streamKey),
      groupName: checkKeyText("groupName", options.groupName),
      consumerName: checkKeyText("consumerName", options.consumerName),
    };
    this.#claimTimeoutMs = requireAtLeast("claimTimeoutMs", options.claimTimeoutMs ?? 180_000, 0);
    this.#handler = options.handler;
    this.#batchSize = requireInteger("batchSize", options.batchSize ?? 50);
    this.#blockMs = requireAtLeast("blockMs", options.blockMs ?? 5000, 0);
    this.#maxRetries = requireInteger("maxRetries", options.maxRetries ?? 3);
    this.#deadLetterMaxLength =
      options.deadLetterMaxLength === undefined
        ? 0
        : requireInteger("deadLetterMaxLength", options.deadLetterMaxLength);
    this.#keepsProcessAlive = options.keepProcessAlive ?? true;
    this.#onError = options.onError ?? ((error) => process.emitWarning(error instanceof Error ? error : String(error)));
  }

  /**
   * One cycle: takes over abandoned entries, reads new ones (waiting up to `blockMs` for the first), hands them to the
   * handler and acknowledges them.
   *
   * @returns how many entries were handled
   * @throws the handler's error, after every other entry of the batch was tried by itself
   */
  processBatch(options: { readonly blockMs?: number } = {}): Promise<number> {
    return this.#awake(this.#cycle(options));
  }

  /** Repeats cycles until `stop`. An error is reported and followed by a pause of one second. */
  run(): Promise<void> {
    this.#running ??= this.#awake(this.#loop());
    return this.#running;
  }

  /** Finishes the current cycle and ends `run`. Idempotent. */
  async stop(): Promise<void> {
    this.#stopping.abort();
    await this.#running;
  }

  async #cycle(options: { readonly blockMs?: number }): Promise<number> {
    const { store, streamKey, groupName, consumerName } = this.#context;
    const keys = { stream: streamKey };
    if (!this.#groupExists) {
      await store.run(createGroup, { keys, group: groupName });
      this.#groupExists = true;
    }
    if (await store.run(isCaughtUp, { keys, group: groupName })) {
      await this.#waitForAppend(options.blockMs ?? this.#blockMs);
      if (await store.run(isCaughtUp, { keys, group: groupName })) return 0;
    }
    const { entries, abandoned } = await store.run(deliver, {
      keys,
      group: groupName,
      consumer: consumerName,
      claimTimeoutMs: this.#claimTimeoutMs,
      limit: this.#batchSize,
      nowSeconds: store.nowSeconds(),
    });
    // An abandoned entry may be what broke the consumer that had it: those are handed over one by one.
    await this.#handle(entries.slice(0, abandoned), entries.slice(abandoned));
    return entries.length;
  }

  /** Engines wait for entries without keeping the process alive: a process that only consumes must not end then. */
  async #awake<Output>(work: Promise<Output>): Promise<Output> {
    if (!this.#keepsProcessAlive) return work;
    const timer = setInterval(() => {}, LONGEST_TIMER_MS);
    try {
      return await work;
    } finally {
      clearInterval(timer);
    }
  }

  async #loop(): Promise<void> {
    const { signal } = this.#stopping;
    while (!signal.aborted) {
      try {
        const handled = await this.#cycle({});
        if (handled === 0) await this.#context.store.waitForAppend(this.#context.streamKey, IDLE_MS, signal);
      } catch (error) {
        if (signal.aborted && PolicyCacheError.isInstance(error) && error.code === "STORE_CLOSED") return;
        this.#onError(error);
        await sleep(PAUSE_AFTER_ERROR_MS, undefined, { signal, ref: false }).catch(() => undefined);
      }
    }
  }

  /** Waits in short turns, because an engine may wake up without a new entry. */
  async #waitForAppend(blockMs: number): Promise<void> {
    const { store, streamKey, groupName } = this.#context;
    const deadline = performance.now() + blockMs;
    for (;;) {
      const remaining = deadline - performance.now();
      if (remaining <= 0 || this.#stopping.signal.aborted) return;
      await store.waitForAppend(streamKey, remaining, this.#stopping.signal);
      if (!(await store.run(isCaughtUp, { keys: { stream: streamKey }, group: groupName }))) return;
    }
  }

  /** @throws the first error of the handler, after everything else was tried */
  async #handle(abandoned: readonly StreamEntry[], fresh: readonly StreamEntry[]): Promise<void> {
    const failures = [...(await this.#handleOneByOne(abandoned)), ...(await this.#handleTogether(fresh))];
    if (failures.length > 0) throw failures[0];
  }

  /**
   * Hands over entries at once and, when that fails, one by one: a bad entry must not take the good ones of its batch
   * with it. The failed batch counts as an attempt at each of them; where only one attempt is allowed, there is no batch.
   */
  async #handleTogether(entries: readonly StreamEntry[]): Promise<readonly unknown[]> {
    if (entries.length <= 1 || this.#maxRetries === 1) return this.#handleOneByOne(entries);
    try {
      await this.#handOver(entries);
      return [];
    } catch (error) {
      if (isStoreTrouble(error)) throw error;
      const { store, streamKey, groupName } = this.#context;
      const ids = entries.map((entry) => entry.id);
      await store.run(countAttempt, { keys: { stream: streamKey }, group: groupName, ids });
      return this.#handleOneByOne(entries);
    }
  }

  /** @returns the errors of the handler */
  async #handleOneByOne(entries: readonly StreamEntry[]): Promise<readonly unknown[]> {
    const failures: unknown[] = [];
    for (const entry of entries) {
      try {
        await this.#handOver([entry]);
      } catch (error) {
        failures.push(error);
        await this.#fail(entry, error);
      }
    }
    return failures;
  }

  async #handOver(entries: readonly StreamEntry[]): Promise<void> {
    const result = await this.#handler(entries, this.#context);
    if (result?.acknowledged === true) return;
    const ids = entries.map((entry) => entry.id);
    const { store, streamKey, groupName } = this.#context;
    await store.run(acknowledge, { keys: { stream: streamKey }, group: groupName, ids });
  }

  async #fail(entry: StreamEntry, error: unknown): Promise<void> {
    if (isStoreTrouble(error)) throw error;
    const { store, streamKey, groupName } = this.#context;
    await store.run(failEntry, {
      keys: { stream: streamKey, deadLetters: `dead:${streamKey}` },
      group: groupName,
      entry,
      message: error instanceof Error ? error.message : String(error),
      maxRetries: this.#maxRetries,
      deadLetterMaxLength: this.#deadLetterMaxLength,
      nowSeconds: store.nowSeconds(),
    });
  }
}

/** How long to wait when others hold every entry there is. */
const IDLE_MS = 50;

/** A busy or full store says nothing against an entry: it stays pending and does not count as failed. */
function isStoreTrouble(error: unknown): boolean {
  return PolicyCacheError.isInstance(error) && error.retryable;
}

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
