import { compareStreamIds } from "../keyspace/port/stream-id.js";
import type { MovedEntry, PendingDelivery, PendingEntry, Transfer } from "../keyspace/port/transfer.js";

const PAGE = 500;

/** What a group has pending and was not taken yet: the page that was read last. */
interface PendingList {
  readonly group: string;
  page: readonly PendingEntry[];
  /** Where the next page starts. */
  after: string;
  isOver: boolean;
}

/** The pending lists of all groups of a stream, taken side by side in the order of the entries. */
export class PendingLists {
  readonly #lists: readonly PendingList[];
  readonly #readPage: (group: string, afterId: string) => Promise<readonly PendingEntry[]>;

  constructor(transfer: Transfer, shard: number, stream: string, groups: readonly string[]) {
    this.#lists = groups.map((group) => ({ group, page: [], after: "", isOver: false }));
    this.#readPage = (group, afterId) => transfer.readPending(shard, stream, group, afterId, PAGE);
  }

  /** Takes what is pending of one entry, the oldest there is. */
  async of(id: string): Promise<readonly PendingDelivery[]> {
    const deliveries: PendingDelivery[] = [];
    for (const list of this.#lists) {
      const head = await this.#head(list);
      if (head?.id !== id) continue;
      const { consumer, deliveredAtMs, failures } = head;
      deliveries.push({ group: list.group, consumer, deliveredAtMs, failures });
      list.page = list.page.slice(1);
    }
    return deliveries;
  }

  /** Takes what is pending of entries before an id, all of which are gone; without an id, of all that are left. */
  async *before(id?: string): AsyncGenerator<MovedEntry> {
    for (;;) {
      let oldest: string | undefined;
      for (const list of this.#lists) {
        const head = await this.#head(list);
        if (head !== undefined && (oldest === undefined || compareStreamIds(head.id, oldest) < 0)) oldest = head.id;
      }
      if (oldest === undefined || (id !== undefined && compareStreamIds(oldest, id) >= 0)) return;
      yield { id: oldest, pending: await this.of(oldest) };
    }
  }

  async #head(list: PendingList): Promise<PendingEntry | undefined> {
    if (list.page.length === 0 && !list.isOver) {
      list.page = await this.#readPage(list.group, list.after);
      list.after = list.page.at(-1)?.id ?? list.after;
      list.isOver = list.page.length < PAGE;
    }
    return list.page[0];
  }
}
