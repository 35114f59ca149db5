import { type Stats, statSync } from "node:fs";
import { resolve } from "node:path";
import { StoreError } from "../../../common/errors.js";
import { monotonicMs } from "../../../common/timing.js";

/** How often a file is looked for that is only read. */
const INTERVAL_MS = 1000;

/**
 * Notices that the file of an open database was deleted, or that another one is in its place: the database goes on with the
 * file that nobody can open any more, and all that is written to it is lost when it is closed.
 */
export class WatchedFile {
  readonly #location: string;
  readonly #path: string;
  readonly #opened: Stats | undefined;
  #nextLookMs = 0;

  /** Of a database that is open. One without a file of this name is not watched. */
  constructor(location: string) {
    this.#location = location;
    this.#path = resolve(location); // the working folder may change
    const found = this.#look();
    this.#opened = found === "gone" ? undefined : found;
  }

  /** @throws {@link StoreError} STORE_UNAVAILABLE */
  check(): void {
    if (this.#opened === undefined) return;
    const found = this.#look();
    if (found !== "gone" && (found === undefined || isSame(found, this.#opened))) return;
    const what = found === "gone" ? "deleted" : "replaced by another one";
    throw new StoreError(
      "STORE_UNAVAILABLE",
      `The file at ${this.#location} was ${what} while it was open: nothing that is written to it is kept.`,
      { hint: "Close the store and open it again; while a store is open, leave its files alone." },
    );
  }

  /** As {@link check}, at most once a second. */
  checkNowAndThen(): void {
    const nowMs = monotonicMs();
    if (nowMs < this.#nextLookMs) return;
    this.#nextLookMs = nowMs + INTERVAL_MS;
    this.check();
  }

  /** @returns undefined when it cannot be told */
  #look(): Stats | "gone" | undefined {
    try {
      return statSync(this.#path, { throwIfNoEntry: false }) ?? "gone";
    } catch {
      return undefined;
    }
  }
}

function isSame(one: Stats, other: Stats): boolean {
  return one.ino === other.ino && one.dev === other.dev;
}
