import { createHash } from "node:crypto";
import { checkObject } from "../common/checks.js";
import { StoreError } from "../common/errors.js";
import { namesOf, refuseUnknownNames } from "../common/unknown-names.js";
import { compareUtf8 } from "../common/utf8-order.js";
import type { StreamEntry } from "../keyspace/port/keyspace.js";
import { compareStreamIds } from "../keyspace/port/stream-id.js";
import type { MovedEntry, StreamState, Transfer } from "../keyspace/port/transfer.js";
import { readEntries } from "../operations/streams/streams.js";
import type { Store } from "../store/store.js";
import { structureOf } from "../store/stored-key.js";
import {
  type ContentLine,
  type EntryLine,
  EXPORT_FORMAT,
  EXPORT_VERSION,
  type HeaderLine,
  requireKnownKey,
  type StreamLine,
  TransferCounts,
  type TransferSummary,
} from "./export-format.js";
import { PendingLists } from "./pending-lists.js";
import { requireTransfer } from "./require-transfer.js";

/** Who is told how far an export is. */
export interface ExportOptions {
  /** Told after every page what was exported so far. */
  readonly onProgress?: ((exported: TransferSummary) => void) | undefined;
}

const OPTION_NAMES = namesOf<ExportOptions>({ onProgress: true });

const PAGE = 500;

/**
 * Everything in a store as text, line by line, in bounded memory: records, indexes, sets, bits, counters, and streams with
 * their groups, positions and pending entries. Numbers keep every bit. Write it to a file as it comes; the last line
 * proves it whole.
 *
 * @example
 * ```ts
 * import { PolicyCache } from "policycache";
 * import { exportStore, importStore } from "policycache/migration";
 * import { openStore } from "policycache/models";
 *
 * await using cache = await PolicyCache.open("memory:", { workers: "inline" });
 * await cache.record({ state: { task: "deploy" }, action: { type: "run" }, outcome: "success" });
 * const copy = await openStore("memory:");
 * console.log((await importStore(copy, exportStore(cache.store))).entries);
 * // → 1
 * await copy.close();
 * ```
 * @throws {@link DataFormatError} when there is data of a kind that this release does not know
 * @throws {@link StoreError} STORE_BUSY, at the end, when the store was written to meanwhile: stop its writers first
 */
export async function* exportStore(store: Store, options: ExportOptions = {}): AsyncGenerator<string, TransferSummary> {
  const given = refuseUnknownNames(checkObject("options", options), OPTION_NAMES);
  const hash = createHash("sha256");
  const counts = new TransferCounts();
  let lines = 0;
  const write = (line: object) => {
    const text = `${JSON.stringify(line)}\n`;
    hash.update(text);
    lines += 1;
    return text;
  };
  const header: HeaderLine = {
    kind: "header",
    format: EXPORT_FORMAT,
    version: EXPORT_VERSION,
    shards: store.shardCount,
    exportedAtSeconds: store.nowSeconds(),
  };
  yield write(header);
  for await (const page of readContent(store)) {
    let text = "";
    for (const line of page) {
      counts.add(line);
      text += write(line);
    }
    yield text;
    given.onProgress?.(counts.summary(store.shardCount));
  }
  yield `${JSON.stringify({ kind: "end", lines, sha256: hash.digest("hex") })}\n`;
  return counts.summary(store.shardCount);
}

async function* readContent(store: Store): AsyncGenerator<readonly ContentLine[]> {
  const transfer = requireTransfer(store);
  const streams = await describeStreams(store, transfer);
  for (const shard of store.shards) {
    for await (const page of transfer.readItems(shard, structureOf)) {
      for (const item of page) requireKnownKey(item);
      yield page.map((item) => ({ ...item, shard }));
    }
  }
  for (const line of streams) {
    yield [line];
    yield* pagesOf(mergeParts(store, transfer, line));
  }
  if (JSON.stringify(await describeStreams(store, transfer)) !== JSON.stringify(streams)) {
    throw new StoreError("STORE_BUSY", `The store at ${store.location} was written to while it was exported.`, {
      retryable: true,
      hint: "Stop everything that records, reports or consumes, and export again.",
    });
  }
}

/** Every stream with its part in each shard, in the order of their names. */
async function describeStreams(store: Store, transfer: Transfer): Promise<readonly StreamLine[]> {
  const parts = new Map<string, (StreamState & { readonly shard: number })[]>();
  for (const shard of store.shards) {
    for (const stream of await transfer.listStreams(shard)) {
      const state = await transfer.describeStream(shard, stream);
      parts.set(stream, [...(parts.get(stream) ?? []), { shard, ...state }]);
    }
  }
  return [...parts]
    .sort(([left], [right]) => compareUtf8(left, right))
    .map(([stream, ofShards]) => ({ kind: "stream", stream, parts: ofShards }));
}

/** The entries of a stream over all shards, in the order of their ids. */
async function* mergeParts(store: Store, transfer: Transfer, { stream, parts }: StreamLine): AsyncGenerator<EntryLine> {
  const sources = parts.map((part) => ({ shard: part.shard, entries: readPart(store, transfer, stream, part) }));
  const heads = await Promise.all(sources.map(async (source) => ({ ...source, next: await source.entries.next() })));
  for (;;) {
    let first: (typeof heads)[number] | undefined;
    for (const head of heads) {
      if (head.next.done === true) continue;
      if (first === undefined || first.next.done === true || comesBefore(head.next.value, first.next.value))
        first = head;
    }
    if (first === undefined || first.next.done === true) return;
    yield { kind: "entry", shard: first.shard, stream, ...first.next.value };
    first.next = await first.entries.next();
  }
}

/** The entries of a stream in one shard with who has them pending; those that are gone and pending as well. */
async function* readPart(
  store: Store,
  transfer: Transfer,
  stream: string,
  { shard, lastId, groups }: StreamState & { readonly shard: number },
): AsyncGenerator<MovedEntry, undefined> {
  const waiting = new PendingLists(
    transfer,
    shard,
    stream,
    groups.map(({ name }) => name),
  );
  for await (const { id, fields } of readAllEntries(store, shard, stream)) {
    if (compareStreamIds(id, lastId) > 0) break;
    yield* waiting.before(id);
    yield { id, fields, pending: await waiting.of(id) };
  }
  yield* waiting.before();
  return undefined;
}

async function* readAllEntries(store: Store, shard: number, stream: string): AsyncGenerator<StreamEntry> {
  let afterId = "";
  for (;;) {
    const page = await store.run(readEntries, { keys: { stream }, afterId, limit: PAGE }, shard);
    yield* page;
    if (page.length < PAGE) return;
    afterId = page.at(-1)?.id ?? afterId;
  }
}

async function* pagesOf<Item>(items: AsyncIterable<Item>): AsyncGenerator<readonly Item[]> {
  let page: Item[] = [];
  for await (const item of items) {
    page.push(item);
    if (page.length < PAGE) continue;
    yield page;
    page = [];
  }
  if (page.length > 0) yield page;
}

function comesBefore(left: MovedEntry, right: MovedEntry): boolean {
  return compareStreamIds(left.id, right.id) < 0;
}
