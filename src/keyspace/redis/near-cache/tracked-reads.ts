import { monotonicMs, sleep } from "../../../common/timing.js";
import type { RedisClientHandle } from "../client/client-handles.js";
import type { KeyOwners, RedisConnection } from "../client/connection.js";
import { Deadlines } from "../client/deadlines.js";
import { isConnectionLoss } from "../client/errors.js";

/** How often a server is asked whether it still has what was read from it. */
const ASK_EVERY_MS = 500;
/** How long its answer may take. */
const ANSWER_LIMIT_MS = 1500;
/** How long ago the question may have been put to which the last answer came. */
const CURRENT_FOR_MS = ASK_EVERY_MS + ANSWER_LIMIT_MS;
/** Pause before a connection that could not be opened is opened again. */
const REOPEN_AFTER_MS = 500;

/** A server, and the connection on which it tells of changes. */
interface Tracked {
  /** Undefined until it is open. */
  connection: RedisConnection | undefined;
  /** Beginnings of keys, each with the text in braces that decides on the slot, that were read from there. */
  readonly places: Set<string>;
  confirmedAtMs: number;
}

/**
 * Reads of which every later change is told: through a connection of its own to each server. It can be silent because
 * nothing changes, but also because the server is out of reach, is no master any more, or has given a slot away. So each
 * is asked again and again whether it still has what was read from it; when that cannot be told, everything may have
 * changed.
 */
export class TrackedReads {
  readonly #owners: KeyOwners;
  readonly #onChange: (key?: string) => void;
  readonly #servers = new Map<RedisClientHandle, Tracked>();
  readonly #answers = new Deadlines(ANSWER_LIMIT_MS, () => new Error("The server gave no sign of life."));
  #currentUntilMs = Number.POSITIVE_INFINITY;

  /** @param onChange - told of a changed key; of none when everything may have changed */
  constructor(owners: KeyOwners, onChange: (key?: string) => void) {
    this.#owners = owners;
    this.#onChange = onChange;
  }

  /** Opens the connections to the servers of some keys. @throws what one of them could not be opened for */
  async open(keys: readonly string[]): Promise<void> {
    await Promise.all(keys.map(async (key) => this.#startTracking(await this.#owners.ownerOf(key))));
  }

  /** Whether all servers have told, up to a moment ago, of what changed. */
  get isCurrent(): boolean {
    return monotonicMs() < this.#currentUntilMs;
  }

  /** Reads a key. When nobody is going to tell of its changes, it counts as changed right away. */
  async send(key: string, command: string[]): Promise<unknown> {
    const tracked = await this.#trackedOwner(key);
    if (tracked?.connection !== undefined) {
      tracked.places.add(placeOf(key));
      try {
        return await tracked.connection.send(key, command);
      } catch {
        this.#onChange(); // It has moved, with others perhaps, or the connection broke.
      }
    }
    this.#onChange(key);
    return this.#owners.send(key, command);
  }

  close(): void {
    for (const { connection } of this.#servers.values()) connection?.close();
    this.#servers.clear();
  }

  async #trackedOwner(key: string): Promise<Tracked | undefined> {
    try {
      const owner = await this.#owners.ownerOf(key);
      this.#startTracking(owner).catch(() => {}); // Later reads try again.
      const tracked = this.#servers.get(owner);
      return tracked !== undefined && tracked.confirmedAtMs + CURRENT_FOR_MS > monotonicMs() ? tracked : undefined;
    } catch {
      return undefined; // Reading without being told of changes says what is wrong.
    }
  }

  async #startTracking(owner: RedisClientHandle): Promise<void> {
    if (this.#servers.has(owner)) return;
    const tracked: Tracked = { connection: undefined, places: new Set(), confirmedAtMs: 0 };
    this.#servers.set(owner, tracked);
    const onLoss = () => {
      if (tracked.connection !== undefined) this.#stopTracking(owner, tracked);
    };
    try {
      const connection = await this.#owners.track(owner, this.#onChange, onLoss);
      if (this.#servers.get(owner) !== tracked) return connection.close();
      Object.assign(tracked, { connection, confirmedAtMs: monotonicMs() });
      this.#renew();
      void this.#keepAsking(owner, tracked);
    } catch (error) {
      void sleep(REOPEN_AFTER_MS, undefined, { ref: false }).then(() => this.#servers.delete(owner));
      throw error;
    }
  }

  #stopTracking(owner: RedisClientHandle, tracked: Tracked): void {
    if (this.#servers.get(owner) !== tracked) return;
    this.#servers.delete(owner);
    tracked.connection?.close();
    this.#onChange();
    this.#renew();
  }

  async #keepAsking(owner: RedisClientHandle, tracked: Tracked): Promise<void> {
    while (this.#servers.get(owner) === tracked && owner.isOpen) {
      const askedAtMs = monotonicMs();
      try {
        await this.#answers.guard(this.#ask(tracked));
      } catch {
        break;
      }
      tracked.confirmedAtMs = askedAtMs;
      this.#renew();
      await sleep(ASK_EVERY_MS, undefined, { ref: false });
    }
    this.#stopTracking(owner, tracked);
  }

  /** Looks for a key that never exists in each place: who does not have the place, or not all of it, refuses. */
  async #ask({ connection, places }: Tracked): Promise<void> {
    const look = async (place: string) => {
      try {
        await connection?.send(place, ["EXISTS", place]);
      } catch (error) {
        if (isConnectionLoss(error)) throw error;
        places.delete(place);
        this.#onChange();
      }
    };
    await Promise.all([connection?.send("", ["PING"]), ...[...places].map(look)]);
  }

  #renew(): void {
    let oldestMs = Number.POSITIVE_INFINITY;
    for (const { connection, confirmedAtMs } of this.#servers.values()) {
      if (connection !== undefined) oldestMs = Math.min(oldestMs, confirmedAtMs);
    }
    this.#currentUntilMs = oldestMs + CURRENT_FOR_MS;
  }
}

/** Beginning of a key with what decides on its slot; no key of a store ends there. */
function placeOf(key: string): string {
  return key.slice(0, key.indexOf("}") + 2);
}
