import { PolicyCacheError } from "../common/errors.js";
import { thrownText } from "../common/given/thrown-text.js";
import type { StreamEntry } from "../keyspace/port/keyspace.js";
import {
  type AttemptInput,
  acknowledge,
  beginAttempt,
  countAttempt,
  createGroup,
  deliver,
  failEntry,
  isCaughtUp,
  leaveGroup,
} from "../operations/streams/streams.js";
import { deadLettersOf } from "../store/storage-keys.js";
import type { HandlerContext, StreamHandler } from "./stream-handler.js";

export interface ShardConsumerSettings {
  readonly handler: StreamHandler;
  readonly batchSize: number;
  readonly claimTimeoutMs: number;
  readonly maxRetries: number;
  /** 0 keeps all. */
  readonly deadLetterMaxLength: number;
  /** Whether there is a group already. */
  readonly hasGroup: boolean;
  /** Called when the group was gone, and was made again. */
  readonly onGroupLost: () => void;
}

export interface ProcessedBatch {
  /** Entries handed to the handler. */
  readonly handled: number;
  /** What the handler threw, and the store when it could not go on. */
  readonly failures: readonly unknown[];
}

/** Handles the entries of one shard of a stream, batch by batch. */
export class ShardConsumer {
  readonly #context: HandlerContext;
  readonly #settings: ShardConsumerSettings;
  /** The attempt the store was last in the way of. It is counted already, and its being made again is none more. */
  #interrupted: { readonly id: string; readonly attempts: number } | undefined;
  #groupExists = false;
  /** Whether the store may know the consumer by its name. */
  #isKnown = false;

  constructor(context: HandlerContext, settings: ShardConsumerSettings) {
    this.#context = context;
    this.#settings = settings;
  }

  /** Whether the group has anything to do here. Creates it when it does not exist. */
  async hasWork(): Promise<boolean> {
    const { store, streamKey, groupName, shard } = this.#context;
    const group = { keys: { stream: streamKey }, group: groupName };
    if (!this.#groupExists) {
      const isNew = await store.run(createGroup, group, shard);
      if (isNew && this.#settings.hasGroup) this.#settings.onGroupLost();
      this.#groupExists = true;
    }
    return !(await store.run(isCaughtUp, group, shard));
  }

  /** Takes over abandoned entries, reads new ones, hands them to the handler and acknowledges them. Never rejects. */
  async processBatch(): Promise<ProcessedBatch> {
    const failures: unknown[] = [];
    try {
      return { handled: await this.#handleBatch(failures), failures };
    } catch (error) {
      return { handled: 0, failures: [...failures, error] };
    }
  }

  /** Takes the consumer out of the group. What it has not acknowledged stays, for others to take over. */
  async leave(): Promise<void> {
    if (!this.#isKnown) return;
    const { store, streamKey, groupName, consumerName, shard } = this.#context;
    await store.run(leaveGroup, { keys: { stream: streamKey }, group: groupName, consumer: consumerName }, shard);
    this.#isKnown = false;
  }

  async #handleBatch(failures: unknown[]): Promise<number> {
    const { store, streamKey, groupName, consumerName, shard } = this.#context;
    const { claimTimeoutMs, batchSize } = this.#settings;
    const input = {
      keys: { stream: streamKey },
      group: groupName,
      consumer: consumerName,
      claimTimeoutMs,
      limit: batchSize,
      nowSeconds: store.nowSeconds(),
    };
    this.#isKnown = true;
    const { entries, abandoned, groupWasLost } = await store.run(deliver, input, shard);
    if (groupWasLost) this.#settings.onGroupLost();
    failures.push(...(await this.#handleAbandoned(entries.slice(0, abandoned))));
    failures.push(...(await this.#handleTogether(entries.slice(abandoned))));
    return entries.length;
  }

  /**
   * Hands over entries at once and, when that fails, one by one: a bad entry must not take the good ones of its batch
   * with it. The failed batch counts as an attempt at each of them; where only one attempt is allowed, there is no batch.
   */
  async #handleTogether(entries: readonly StreamEntry[]): Promise<readonly unknown[]> {
    if (entries.length <= 1 || this.#settings.maxRetries === 1) return this.#handleOneByOne(entries);
    try {
      await this.#handOver(entries);
      return [];
    } catch (error) {
      if (isStoreTrouble(error)) throw error;
      const { store, streamKey, groupName, shard } = this.#context;
      const ids = entries.map((entry) => entry.id);
      await store.run(countAttempt, { keys: { stream: streamKey }, group: groupName, ids }, shard);
      return this.#handleOneByOne(entries);
    }
  }

  /**
   * An abandoned entry may be what broke the consumer that had it: they are handed over one by one, and every attempt is
   * counted before it is made, so that one that breaks every consumer is set aside in the end. Where entries are taken
   * from consumers that are alive, with a `claimTimeoutMs` of 0, that says nothing.
   *
   * @returns the errors of the handler
   */
  async #handleAbandoned(entries: readonly StreamEntry[]): Promise<readonly unknown[]> {
    if (this.#settings.claimTimeoutMs === 0) return this.#handleOneByOne(entries);
    const failures: unknown[] = [];
    for (const entry of entries) {
      const attempts = await this.#beginAttempt(entry);
      if (attempts > 0) failures.push(...(await this.#handleOne(entry, attempts)));
    }
    return failures;
  }

  /** @returns the errors of the handler */
  async #handleOneByOne(entries: readonly StreamEntry[]): Promise<readonly unknown[]> {
    const failures: unknown[] = [];
    for (const entry of entries) failures.push(...(await this.#handleOne(entry, 0)));
    return failures;
  }

  /** @param attempts - counted so far, this one included; 0 when this one counts only if it fails */
  async #handleOne(entry: StreamEntry, attempts: number): Promise<readonly unknown[]> {
    try {
      await this.#handOver([entry]);
      return [];
    } catch (error) {
      if (isStoreTrouble(error)) {
        if (attempts > 0) this.#interrupted = { id: entry.id, attempts };
        throw error;
      }
      const { store, shard } = this.#context;
      const message = thrownText(error);
      await store.run(failEntry, { ...this.#attemptAt(entry), message, attempts }, shard);
      return [error];
    }
  }

  /** @returns attempts counted so far, this one included; 0 when there is nothing to attempt any more */
  async #beginAttempt(entry: StreamEntry): Promise<number> {
    const interrupted = this.#interrupted;
    this.#interrupted = undefined;
    if (interrupted?.id === entry.id) return interrupted.attempts;
    const { store, shard } = this.#context;
    return store.run(beginAttempt, this.#attemptAt(entry), shard);
  }

  #attemptAt(entry: StreamEntry): AttemptInput {
    const { store, streamKey, groupName } = this.#context;
    const { maxRetries, deadLetterMaxLength } = this.#settings;
    return {
      keys: { stream: streamKey, deadLetters: deadLettersOf(streamKey) },
      streamName: streamKey,
      group: groupName,
      entry,
      maxRetries,
      deadLetterMaxLength,
      nowSeconds: store.nowSeconds(),
    };
  }

  async #handOver(entries: readonly StreamEntry[]): Promise<void> {
    const result = await this.#settings.handler(entries, this.#context);
    if (result?.acknowledged === true) return;
    const { store, streamKey, groupName, shard } = this.#context;
    const ids = entries.map((entry) => entry.id);
    await store.run(acknowledge, { keys: { stream: streamKey }, group: groupName, ids }, shard);
  }
}

/** A busy or full store says nothing against an entry: it stays pending and does not count as failed. */
function isStoreTrouble(error: unknown): boolean {
  return PolicyCacheError.isInstance(error) && error.retryable;
}
