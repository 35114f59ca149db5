import { RecentMap } from "../../../common/maps/recent-map.js";
import type { FoundRecords } from "../scripts/single-read.js";

/** States kept at most; those used longest ago go first. */
const MOST_ENTRIES = 10_000;

/** What a read found, and how long the server's answer was. */
export interface Kept {
  readonly found: FoundRecords;
  readonly bytes: number;
}

/** What was read of a key, part by part. */
interface KeptParts {
  readonly parts: Map<string, Kept>;
  bytes: number;
}

/** What keeping anything takes, beside its bytes. */
const BYTES_OF_ENTRY = 200;

/**
 * Keeps what was read until the server says that it changed. Everything read goes through one connection, on which the
 * server tells of every change of a key after the last reply with its old value; what was on its way meanwhile is not
 * kept, and when the connection breaks, everything is forgotten.
 */
export class NearCache {
  /** Most that is kept. */
  readonly mostBytes: number;
  /** By key, then by what was read of it. */
  readonly #kept: RecentMap<string, KeptParts>;
  /** Reads on their way, by key; a change takes them out. */
  readonly #underway = new Map<string, object>();

  /** @param mostBytes - of what is kept, as the server sent it */
  constructor(mostBytes: number) {
    this.mostBytes = mostBytes;
    this.#kept = new RecentMap(MOST_ENTRIES, mostBytes, ({ bytes }) => bytes);
  }

  /** What is kept, as the server sent it, at most. */
  get bytes(): number {
    return this.#kept.weight;
  }

  get(key: string, part: string): Kept | undefined {
    return this.#kept.get(key)?.parts.get(part);
  }

  /** Reads, and keeps what was read unless it changed on the way. */
  async read(key: string, part: string, fetch: () => Promise<Kept>): Promise<FoundRecords> {
    const token = this.#underway.get(key) ?? {};
    this.#underway.set(key, token);
    const fetched = await fetch();
    if (this.#underway.get(key) === token) {
      this.#underway.delete(key);
      this.#keep(key, part, fetched);
    }
    return fetched.found;
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

  #keep(key: string, part: string, fetched: Kept): void {
    const kept = this.#kept.get(key) ?? { parts: new Map<string, Kept>(), bytes: 0 };
    this.#kept.delete(key); // its weight is about to change
    const before = kept.parts.get(part);
    kept.bytes += fetched.bytes - (before === undefined ? -BYTES_OF_ENTRY : before.bytes);
    kept.parts.set(part, fetched);
    this.#kept.set(key, kept);
  }
}
