import type { PolicyCache } from "../../../cache/policy-cache.js";
import type { OutcomeEntry } from "../../../operations/outcomes/outcome.js";

/** A batch is recorded early when its lines are this long in all, so that its size bounds memory whatever they hold. */
const MAX_BATCH_BYTES = 8_388_608;

/** Collects checked events and records them, one transaction per batch. */
export class EventBatch {
  readonly #cache: PolicyCache;
  readonly #size: number;
  #entries: OutcomeEntry[] = [];
  #bytes = 0;
  #recorded = 0;
  #duplicates = 0;
  #crystallized = 0;

  constructor(cache: PolicyCache, size: number) {
    this.#cache = cache;
    this.#size = size;
  }

  get recorded(): number {
    return this.#recorded;
  }

  get duplicates(): number {
    return this.#duplicates;
  }

  get crystallized(): number {
    return this.#crystallized;
  }

  /** @returns whether the batch is full and wants to be recorded */
  add(entry: OutcomeEntry, bytes: number): boolean {
    this.#entries.push(entry);
    this.#bytes += bytes;
    return this.#entries.length >= this.#size || this.#bytes >= MAX_BATCH_BYTES;
  }

  /** Records what was collected, all of it or, when that fails, nothing. */
  async record(): Promise<void> {
    if (this.#entries.length === 0) return;
    const { recorded, duplicates, crystallized } = await this.#cache.recordChecked(this.#entries);
    this.#entries = [];
    this.#bytes = 0;
    this.#recorded += recorded;
    this.#duplicates += duplicates;
    this.#crystallized += crystallized;
  }
}
