import { AppendSignal } from "../port/append-signal.js";
import type { Engine, Operation } from "../port/engine.js";
import { checkShardCount } from "../port/shard-of.js";
import { storeClosedError } from "../port/store-errors.js";
import type { Transfer } from "../port/transfer.js";
import { MemoryKeyspace } from "./keyspace.js";
import { MemoryTransfer } from "./transfer.js";

interface Shard {
  readonly keyspace: MemoryKeyspace;
  readonly appends: AppendSignal;
}

/** Keeps everything in this process. Gone when the process ends; nothing native is loaded. */
export class MemoryEngine implements Engine {
  readonly name = "memory";
  readonly location = "memory:";
  readonly transfer: Transfer;
  readonly #shards: readonly Shard[];
  #closed = false;

  /** @throws {@link ConfigurationError} for a number of shards no store can have */
  constructor(shardCount = 1) {
    const shards = checkShardCount(shardCount);
    this.#shards = Array.from({ length: shards }, () => ({
      keyspace: new MemoryKeyspace(),
      appends: new AppendSignal(),
    }));
    this.transfer = new MemoryTransfer(this.#shards.map(({ keyspace }) => keyspace));
  }

  get shardCount(): number {
    return this.#shards.length;
  }

  async run<Input, Output>(operation: Operation<Input, Output>, input: Input, shard: number): Promise<Output> {
    if (this.#closed) throw storeClosedError(this.location);
    const { keyspace, appends } = this.#shardAt(shard);
    let output: Output;
    try {
      output = operation.execute(keyspace, input);
    } catch (error) {
      keyspace.rollback();
      throw error;
    }
    for (const stream of keyspace.commit()) appends.notify(stream);
    return output;
  }

  waitForAppend(stream: string, shard: number, timeoutMs: number, signal: AbortSignal): Promise<void> {
    return this.#shardAt(shard).appends.wait(stream, timeoutMs, signal);
  }

  async close(): Promise<void> {
    this.#closed = true;
    for (const { appends } of this.#shards) appends.notifyAll();
  }

  #shardAt(shard: number): Shard {
    const found = this.#shards[shard];
    if (found === undefined) throw new RangeError(`There is no shard ${shard}; the store has ${this.shardCount}.`);
    return found;
  }
}
