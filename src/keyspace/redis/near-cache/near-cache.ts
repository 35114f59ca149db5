import { RecentMap } from "../../../common/maps/recent-map.js";
import type { FoundRecords } from "../scripts/single-read.js";

/** States kept at most; those used longest ago go first. */
const MOST_ENTRIES = 10_000;

/** What a read found, kept. */
export interface Kept {
  readonly found: FoundRecords;
}

/**
 * Keeps what was read until the server says that it changed. Everything read goes through one connection, on which the
 * server tells of every change of a key after the last reply with its old value; what was on its way meanwhile is not
 * kept, and when the connection breaks, everything is forgotten.
 */
export class NearCache {
  /** By key, then by what was read of it. */
  readonly #kept = new RecentMap<string, Map<string, Kept>>(MOST_ENTRIES);
  /** Reads on their way, by key; a change takes them out. */
  readonly #underway = new Map<string, object>();

  get(key: string, part: string): Kept | undefined {
    return this.#kept.get(key)?.get(part);
  }

  /** Reads, and keeps what was read unless it changed on the way. */
  async read(key: string, part: string, fetch: () => Promise<FoundRecords>): Promise<FoundRecords> {
    const token = this.#underway.get(key) ?? {};
    this.#underway.set(key, token);
    const found = await fetch();
    if (this.#underway.get(key) === token) {
      this.#underway.delete(key);
      this.#keep(key, part, found);
    }
    return found;
  }

  /** A key was changed; without one, all may have been. */
  forget(key?: string): void {
    if (key === undefined) {
      this.#kept.clear();
      this.#underway.clear();
      return;
    }
    this.#kept.delete(key);
    this.#underway.delete(key);
  }

  #keep(key: string, part: string, found: FoundRecords): void {
    const parts = this.#kept.get(key);
    if (parts === undefined) this.#kept.set(key, new Map([[part, { found }]]));
    else parts.set(part, { found });
  }
}
