import { getOrCreate } from "../../common/maps/get-or-create.js";
import { compareUtf8 } from "../../common/utf8-order.js";
import { compareStreamPositions, formatStreamId, parseStreamId } from "../port/stream-id.js";
import type { PendingEntry, StoredItem, StreamState, StreamStep, Transfer } from "../port/transfer.js";
import type { MemoryKeyspace } from "./keyspace.js";
import { frozenFields } from "./structures/frozen-fields.js";
import { createStream, createStreamGroup, type MemoryStreams, type Stream } from "./structures/stream.js";

const PAGE = 500;

/** Moves what is in the shards of a memory engine. */
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
    return [...this.#streamsOf(shard).keys()];
  }

  async describeStream(shard: number, name: string): Promise<StreamState> {
    const { entries, last, appended, groups } = this.#streamsOf(shard).get(name) ?? createStream();
    const states = [...groups].map(([group, { delivered, deliveredCount }]) => {
      return { name: group, deliveredId: formatStreamId(delivered), delivered: deliveredCount };
    });
    states.sort((left, right) => compareUtf8(left.name, right.name));
    return { lastId: formatStreamId(last), appended, length: entries.length, groups: states };
  }

  async readPending(
    shard: number,
    name: string,
    group: string,
    afterId: string,
    limit: number,
  ): Promise<readonly PendingEntry[]> {
    const found: PendingEntry[] = [];
    const after = parseStreamId(afterId);
    for (const pending of this.#streamsOf(shard).get(name)?.groups.get(group)?.pending.values(after) ?? []) {
      if (found.length >= limit) break;
      const { position, consumer, deliveredAtMs, failures } = pending;
      if (compareStreamPositions(position, after) === 0) continue;
      found.push({ id: formatStreamId(position), consumer, deliveredAtMs, failures });
    }
    return found;
  }

  async restoreStream(shard: number, name: string, step: StreamStep): Promise<void> {
    restore(getOrCreate(this.#streamsOf(shard), name, createStream), step);
  }

  #streamsOf(shard: number): MemoryStreams {
    return this.#shards[shard]?.streams ?? new Map();
  }
}

function restore(stream: Stream, { groups = [], entries = [], end }: StreamStep): void {
  for (const { name, deliveredId, delivered } of groups) {
    stream.groups.set(name, createStreamGroup(parseStreamId(deliveredId), delivered));
  }
  for (const { id, fields, pending } of entries) {
    const position = parseStreamId(id);
    if (fields !== undefined) stream.entries.push({ position, fields: frozenFields(fields) });
    for (const { group, ...delivery } of pending) {
      stream.groups.get(group)?.pending.set(position, { position, ...delivery });
    }
  }
  if (end !== undefined) Object.assign(stream, { last: parseStreamId(end.lastId), appended: end.appended });
}
