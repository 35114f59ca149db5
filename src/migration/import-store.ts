import { checkObject } from "../common/checks.js";
import { DataFormatError, StoreError } from "../common/errors.js";
import { getOrCreate } from "../common/maps/get-or-create.js";
import { namesOf, refuseUnknownNames } from "../common/unknown-names.js";
import { compareStreamIds, parseStreamId } from "../keyspace/port/stream-id.js";
import type { MovedEntry, StoredItem, StreamState, Transfer } from "../keyspace/port/transfer.js";
import {
  markImport,
  type RehomedDelivery,
  type RehomedEntry,
  type RestoreItem,
  rehomeEntries,
  restoreItems,
} from "../operations/records/restore.js";
import { IMPORT_KEY, type Store } from "../store/store.js";
import { scopeOfKey, structureOf } from "../store/stored-key.js";
import {
  type ContentLine,
  type EntryLine,
  isFormer,
  type StreamLine,
  TransferCounts,
  type TransferSummary,
} from "./export-format.js";
import { type ExportSource, readExport } from "./read-export.js";
import { requireTransfer } from "./require-transfer.js";
import { scopeOfEntry } from "./scope-of.js";
import { upgradeRecords } from "./upgrade/upgrade-records.js";

/** Who is told how far an import is. */
export interface ImportOptions {
  /** Told now and then what was imported so far. */
  readonly onProgress?: ((imported: TransferSummary) => void) | undefined;
}

const OPTION_NAMES = namesOf<ImportOptions>({ onProgress: true });

/**
 * Reads an export through without a store.
 *
 * @returns what it holds
 * @throws {@link DataFormatError} when it is damaged, not whole, or no export
 */
export async function verifyExport(source: ExportSource, options: ImportOptions = {}): Promise<TransferSummary> {
  const given = refuseUnknownNames(checkObject("options", options), OPTION_NAMES);
  const counts = new TransferCounts();
  let shards = 0;
  let lines = 0;
  for await (const line of readExport(source)) {
    if (line.kind === "header") shards = line.shards;
    else counts.add(line);
    lines += 1;
    if (lines % PAGE === 0) given.onProgress?.(counts.summary(shards));
  }
  return counts.summary(shards);
}

/**
 * Fills an empty store from an export, in bounded memory. Into the same number of shards everything comes back as it was;
 * into another number, all of a scope moves to its new shard, and streams are merged or divided: the order within a scope
 * stays, and so does what each group has handled, but ids of entries change.
 *
 * Until the end the store is marked as incomplete and cannot be opened, so that a broken import is never taken for a
 * whole one. To find damage before anything is written, call {@link verifyExport} first.
 *
 * An export of the version before is converted on the way, as `migrateStore` does.
 *
 * @returns what was imported
 * @throws {@link StoreError} STORE_NOT_EMPTY; nothing is changed then
 * @throws {@link DataFormatError} when the export is damaged, not whole, or no export; the store stays incomplete then
 */
export async function importStore(
  store: Store,
  source: ExportSource,
  options: ImportOptions = {},
): Promise<TransferSummary> {
  const given = refuseUnknownNames(checkObject("options", options), OPTION_NAMES);
  const transfer = requireTransfer(store);
  await requireEmpty(store, transfer);
  const mark = (isComplete: boolean) =>
    store.run(markImport, { keys: { mark: IMPORT_KEY }, isComplete, nowSeconds: store.nowSeconds() }, 0);
  const counts = new TransferCounts();
  let importer: Importer | undefined;
  let isOfFormer = false;
  for await (const line of readExport(source)) {
    if (line.kind === "header") {
      isOfFormer = isFormer(line);
      await mark(false);
      importer = new Importer(store, transfer, line.shards, () => given.onProgress?.(counts.summary(line.shards)));
      continue;
    }
    await importer?.take(line);
    counts.add(line);
  }
  await importer?.finish();
  if (isOfFormer) await upgradeRecords(store, () => given.onProgress?.(counts.summary(store.shardCount)));
  await mark(true);
  return counts.summary(store.shardCount);
}

async function requireEmpty(store: Store, transfer: Transfer): Promise<void> {
  for (const shard of store.shards) {
    const { done } = await transfer.readItems(shard, structureOf)[Symbol.asyncIterator]().next();
    if (done === true && (await transfer.listStreams(shard)).length === 0) continue;
    throw new StoreError("STORE_NOT_EMPTY", `The store at ${store.location} is not empty.`, {
      hint: "Import into a new one: opening a PolicyCache on it writes its first data already.",
    });
  }
}

const PAGE = 500;

/** Collects lines into pages, each put back in one atomic step. */
class Importer {
  readonly #store: Store;
  readonly #transfer: Transfer;
  readonly #isSameDivision: boolean;
  readonly #onPage: () => void;
  readonly #items = new Map<number, RestoreItem[]>();
  readonly #moved = new Map<number, MovedEntry[]>();
  readonly #rehomed = new Map<number, RehomedEntry[]>();
  #stream: StreamLine | undefined;

  constructor(store: Store, transfer: Transfer, sourceShards: number, onPage: () => void) {
    this.#store = store;
    this.#transfer = transfer;
    this.#isSameDivision = sourceShards === store.shardCount;
    this.#onPage = onPage;
  }

  async take(line: ContentLine): Promise<void> {
    if (line.kind === "stream") {
      await this.#endStream();
      await this.#beginStream(line);
    } else if (line.kind === "entry") await this.#takeEntry(line);
    else await this.#takeItem(line, line.shard);
  }

  async finish(): Promise<void> {
    for (const [shard, items] of this.#items) await this.#writeItems(shard, items);
    await this.#endStream();
  }

  async #takeItem(item: StoredItem, from: number): Promise<void> {
    const shard = this.#isSameDivision ? from : this.#shardOfItem(item);
    const page = getOrCreate(this.#items, shard, () => []);
    page.push(restoredItem(item));
    if (page.length >= PAGE) await this.#writeItems(shard, page);
  }

  #shardOfItem(item: StoredItem): number {
    const scope = scopeOfKey(item.key, "member" in item ? item.member : "");
    return scope === undefined ? 0 : this.#store.shardOf(scope);
  }

  async #writeItems(shard: number, page: RestoreItem[]): Promise<void> {
    if (page.length === 0) return;
    await this.#store.run(restoreItems, { items: page.splice(0) }, shard);
    this.#onPage();
  }

  async #beginStream(line: StreamLine): Promise<void> {
    this.#stream = line;
    if (this.#isSameDivision) {
      for (const { shard, groups } of line.parts) await this.#transfer.restoreStream(shard, line.stream, { groups });
      return;
    }
    const groups = new Set(line.parts.flatMap((part) => part.groups.map(({ name }) => name)));
    for (const shard of this.#store.shards) {
      const trimmed = this.#trimmedBefore(line, shard);
      const step = [...groups].map((name) => ({ name, deliveredId: "0-0", delivered: trimmed }));
      await this.#transfer.restoreStream(shard, line.stream, {
        groups: step,
        end: { lastId: "0-0", appended: trimmed },
      });
    }
  }

  /** Entries that are gone, of which nothing is known but their number: a source's are ascribed to one shard. */
  #trimmedBefore({ parts }: StreamLine, shard: number): number {
    return parts
      .filter((part) => part.shard % this.#store.shardCount === shard)
      .reduce((total, { appended, length }) => total + appended - length, 0);
  }

  async #takeEntry(line: EntryLine): Promise<void> {
    const { stream, id, fields, pending } = line;
    const part = this.#stream?.parts.find(({ shard }) => shard === line.shard);
    if (stream !== this.#stream?.stream || part === undefined) {
      throw new DataFormatError(`The export is damaged: an entry of ${stream} is in no stream.`);
    }
    if (this.#isSameDivision) {
      const page = getOrCreate(this.#moved, line.shard, () => []);
      page.push(fields === undefined ? { id, pending } : { id, fields, pending });
      if (page.length >= PAGE) await this.#writeMoved(line.shard, page);
    } else if (fields !== undefined) {
      const shard = this.#store.shardOf(scopeOfEntry(stream, fields));
      const page = getOrCreate(this.#rehomed, shard, () => []);
      page.push({ fields, appendedAtMs: parseStreamId(id).ms, deliveries: deliveriesOf(line, part) });
      if (page.length >= PAGE) await this.#writeRehomed(shard, page);
    }
  }

  async #writeMoved(shard: number, page: MovedEntry[]): Promise<void> {
    await this.#transfer.restoreStream(shard, this.#stream?.stream ?? "", { entries: page.splice(0) });
    this.#onPage();
  }

  async #writeRehomed(shard: number, page: RehomedEntry[]): Promise<void> {
    const keys = { stream: this.#stream?.stream ?? "" };
    await this.#store.run(rehomeEntries, { keys, entries: page.splice(0) }, shard);
    this.#onPage();
  }

  async #endStream(): Promise<void> {
    for (const [shard, page] of this.#moved) if (page.length > 0) await this.#writeMoved(shard, page);
    for (const [shard, page] of this.#rehomed) if (page.length > 0) await this.#writeRehomed(shard, page);
    if (!this.#isSameDivision) return;
    for (const { shard, lastId, appended } of this.#stream?.parts ?? []) {
      await this.#transfer.restoreStream(shard, this.#stream?.stream ?? "", { end: { lastId, appended } });
    }
  }
}

function restoredItem(item: StoredItem): RestoreItem {
  const { kind } = item;
  const empty = { keys: { place: item.key }, kind, member: "", fields: {}, value: 0, positions: [] };
  switch (item.kind) {
    case "record":
      return { ...empty, member: item.id, fields: item.fields };
    case "score":
      return { ...empty, member: item.member, value: item.score };
    case "member":
      return { ...empty, member: item.member };
    case "bits":
      return { ...empty, positions: item.positions };
    case "counter":
      return { ...empty, value: item.value };
  }
}

/** The groups that were given an entry, and whether they have handled it. */
function deliveriesOf({ id, pending }: EntryLine, { groups }: StreamState): readonly RehomedDelivery[] {
  return groups.flatMap(({ name, deliveredId }): RehomedDelivery[] => {
    const held = pending.find(({ group }) => group === name);
    if (held !== undefined) {
      const { group, consumer, deliveredAtMs, failures } = held;
      return [{ group, isPending: true, consumer, deliveredAtMs, failures }];
    }
    if (compareStreamIds(id, deliveredId) > 0) return [];
    return [{ group: name, isPending: false, consumer: "nobody", deliveredAtMs: 0, failures: 0 }];
  });
}
