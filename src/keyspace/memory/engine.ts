import type { AbortSignalLike } from "../../common/abort.js";
import type { Engine, Operation } from "../port/engine.js";
import { fine, type HealthCheck } from "../port/health-check.js";
import { checkShardCount } from "../port/shard-of.js";
import { storeClosedError } from "../port/store-errors.js";
import type { Transfer } from "../port/transfer.js";
import { MemoryKeyspace } from "./keyspace.js";
import { MemoryTransfer } from "./transfer.js";

/** Keeps everything in this process. Gone when the process ends; nothing native is loaded. */
export class MemoryEngine implements Engine {
  readonly name = "memory";
  readonly location = "memory:";
  readonly transfer: Transfer;
  readonly #shards: readonly MemoryKeyspace[];
  #closed = false;

  /** @throws {@link ConfigurationError} for a number of shards no store can have */
  constructor(shardCount = 1) {
    const shards = checkShardCount(shardCount);
    this.#shards = Array.from({ length: shards }, () => new MemoryKeyspace());
    this.transfer = new MemoryTransfer(this.#shards);
  }

  get shardCount(): number {
    return this.#shards.length;
  }

  async run<Input, Output>(operation: Operation<Input, Output>, input: Input, shard: number): Promise<Output> {
    if (this.#closed) throw storeClosedError(this.location);
    const keyspace = this.#shardAt(shard);
    try {
      const output = operation.execute(keyspace.port, input);
      keyspace.commit();
      return output;
    } catch (error) {
      keyspace.rollback();
      throw error;
    }
  }

  waitForAppend(stream: string, shard: number, timeoutMs: number, signal: AbortSignalLike): Promise<void> {
    return this.#shardAt(shard).appends.wait(stream, timeoutMs, signal);
  }

  async examine(): Promise<readonly HealthCheck[]> {
    return [fine("persistence", "Everything is in this process, and gone when it ends.")];
  }

  async close(): Promise<void> {
    this.#closed = true;
    for (const { appends } of this.#shards) appends.notifyAll();
  }

  #shardAt(shard: number): MemoryKeyspace {
    const found = this.#shards[shard];
    if (found === undefined) throw new RangeError(`There is no shard ${shard}; the store has ${this.shardCount}.`);
    return found;
  }
}
