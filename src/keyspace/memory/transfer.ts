import type { PendingEntry, StoredItem, StreamState, StreamStep, Transfer } from "../port/transfer.js";
import type { MemoryKeyspace } from "./keyspace.js";

const PAGE = 500;

/** Moves what is in the keyspaces of a memory engine. */
export class MemoryTransfer implements Transfer {
  readonly #shards: readonly MemoryKeyspace[];

  constructor(shards: readonly MemoryKeyspace[]) {
    this.#shards = shards;
  }

  async *readItems(shard: number): AsyncGenerator<readonly StoredItem[]> {
    let page: StoredItem[] = [];
    for (const item of this.#shards[shard]?.items() ?? []) {
      page.push(item);
      if (page.length < PAGE) continue;
      yield page;
      page = [];
    }
    if (page.length > 0) yield page;
  }

  async listStreams(shard: number): Promise<readonly string[]> {
    return this.#shards[shard]?.streamNames() ?? [];
  }

  async describeStream(shard: number, stream: string): Promise<StreamState> {
    return this.#shards[shard]?.streamState(stream) ?? { lastId: "0-0", appended: 0, length: 0, groups: [] };
  }

  async readPending(
    shard: number,
    stream: string,
    group: string,
    afterId: string,
    limit: number,
  ): Promise<readonly PendingEntry[]> {
    return this.#shards[shard]?.pendingAfter(stream, group, afterId, limit) ?? [];
  }

  async restoreStream(shard: number, stream: string, step: StreamStep): Promise<void> {
    this.#shards[shard]?.restoreStream(stream, step);
  }
}
