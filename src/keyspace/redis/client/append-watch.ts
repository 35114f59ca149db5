import type { AbortSignalLike } from "../../../common/abort.js";
import { monotonicMs, sleep } from "../../../common/timing.js";
import { AppendSignal } from "../../port/append-signal.js";
import type { RedisConnection } from "./connection.js";
import type { Deadlines } from "./deadlines.js";

/** How long one blocking read lasts: what is watched no more is noticed after it. */
const BLOCK_MS = 5000;
/** A stream nobody waited for this long is no longer watched. */
const WATCHED_FOR_MS = 60_000;
const PAUSE_AFTER_ERROR_MS = 200;

/** The longest wait: who waits may have missed what was appended just before. */
const LONGEST_WAIT_MS = 500;
/** Who begins to wait this soon after a wake may have looked before it. */
const JUST_NOW_MS = 5;

interface Watched {
  lastWaitedAtMs: number;
  lastWokenAtMs: number;
  /** Id of the newest entry there was when waiters were last woken. */
  newestId: string;
}

/** Watches streams for new entries by blocking reads, each stream on a connection of its own. */
export class AppendWatch {
  readonly #connection: RedisConnection;
  readonly #deadlines: Deadlines;
  readonly #appends = new AppendSignal();
  readonly #watched = new Map<string, Watched>();
  readonly #blocking = new Set<RedisConnection>();
  #closed = false;

  constructor(connection: RedisConnection, deadlines: Deadlines) {
    this.#connection = connection;
    this.#deadlines = deadlines;
  }

  /**
   * Resolves soon after an append to the stream, at the latest after `timeoutMs` or on `signal`; at once when the stream
   * has just grown, or was not watched before: whoever waits is to look again then.
   */
  async wait(key: string, timeoutMs: number, signal: AbortSignalLike): Promise<void> {
    if (this.#closed || signal.aborted) return;
    const now = monotonicMs();
    const watched = this.#watched.get(key);
    if (watched === undefined) {
      this.#startWatching(key, await this.#deadlines.guard(newestEntry(this.#connection, key)));
      return;
    }
    watched.lastWaitedAtMs = now;
    if (now - watched.lastWokenAtMs < JUST_NOW_MS) return;
    await this.#appends.wait(key, Math.min(timeoutMs, LONGEST_WAIT_MS), signal);
  }

  close(): void {
    this.#closed = true;
    for (const connection of this.#blocking) connection.close();
    this.#appends.notifyAll();
  }

  #startWatching(key: string, newestId: string): void {
    if (this.#closed || this.#watched.has(key)) return;
    const watched: Watched = { lastWaitedAtMs: monotonicMs(), lastWokenAtMs: 0, newestId };
    this.#watched.set(key, watched);
    void this.#watch(key, watched);
  }

  async #watch(key: string, watched: Watched): Promise<void> {
    let connection: RedisConnection | undefined;
    while (!this.#closed && monotonicMs() - watched.lastWaitedAtMs < WATCHED_FOR_MS) {
      try {
        connection ??= await this.#open();
        if (!(await hasGrown(connection, key, watched))) continue;
        watched.lastWokenAtMs = monotonicMs();
        this.#appends.notify(key);
      } catch {
        // Whoever waits finds out what is wrong with the server by the next call.
        this.#drop(connection);
        connection = undefined;
        await sleep(PAUSE_AFTER_ERROR_MS, undefined, { ref: false });
      }
    }
    this.#drop(connection);
    this.#watched.delete(key);
  }

  async #open(): Promise<RedisConnection> {
    const connection = await this.#connection.duplicate();
    this.#blocking.add(connection);
    if (this.#closed) connection.close();
    return connection;
  }

  #drop(connection: RedisConnection | undefined): void {
    if (connection === undefined) return;
    this.#blocking.delete(connection);
    connection.close();
  }
}

async function hasGrown(connection: RedisConnection, key: string, watched: Watched): Promise<boolean> {
  const block = ["XREAD", "COUNT", "1", "BLOCK", `${BLOCK_MS}`, "STREAMS", key, watched.newestId];
  if ((await connection.send(key, block)) === null) return false;
  watched.newestId = await newestEntry(connection, key);
  return true;
}

/** The id of the last entry there is; 0-0 without one. */
async function newestEntry(connection: RedisConnection, key: string): Promise<string> {
  const reply = await connection.send(key, ["XREVRANGE", key, "+", "-", "COUNT", "1"]);
  const [entry] = reply as readonly (readonly [id: Buffer])[];
  return entry === undefined ? "0-0" : entry[0].toString();
}
