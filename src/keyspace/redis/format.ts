import { ConfigurationError, DataFormatError } from "../../common/errors.js";
import { monotonicMs, sleep } from "../../common/timing.js";
import { storeNotFoundError } from "../port/store-errors.js";
import { FORMER_FORMAT_VERSION, UPGRADE_HINT, type Upgrading } from "../port/upgrade.js";
import type { RedisConnection, SendCommand } from "./client/connection.js";
import { isShardCount, type ResolvedRedisOptions } from "./client/options.js";

/** Raised whenever stored data changes shape. A store of another version is refused. */
export const FORMAT_VERSION = 2;
const DEFAULT_SHARDS = 1;
const DEFAULT_CLUSTER_SHARDS = 16;

/** How a store was made: under a key of its own, which everybody who opens it reads. */
export interface StoreDescription {
  readonly format: number;
  readonly shards: number;
  /** True while it is converted from the format before. */
  readonly isUpgrading?: boolean;
}

/** How long keys may lie there without a description until they are refused: those who use the store write it again. */
const PATIENCE_MS = 1500;
const PAUSE_MS = 100;

/** Where a store is described. */
export function descriptionKey(prefix: string): string {
  return `{${prefix}}:store`;
}

/**
 * Reads how a store was created, or creates it.
 *
 * @param wish - the shards the caller asked for, if any, and whether it only reads: then nothing is created
 * @throws {@link StoreError} STORE_NOT_FOUND when it only reads and there is none
 * @throws {@link ConfigurationError} when it has another number of shards
 * @throws {@link DataFormatError} when it is not ours, or when its data is there and its description is not
 */
export async function agreeOnFormat(
  connection: RedisConnection,
  prefix: string,
  { shards, readOnly, upgrade }: Pick<ResolvedRedisOptions, "shards" | "readOnly"> & Upgrading,
  location: string,
): Promise<StoreDescription> {
  const key = descriptionKey(prefix);
  const wanted = shards ?? (connection.isCluster ? DEFAULT_CLUSTER_SHARDS : DEFAULT_SHARDS);
  const stored = (await readDescription(connection, key)) ?? (await lookCloser(connection, prefix, location));
  if (stored === undefined && readOnly) throw storeNotFoundError(`${location}, prefix ${prefix}`);
  const description = stored ?? (await writeDescription(connection, key, { format: FORMAT_VERSION, shards: wanted }));
  const existing = parseDescription(description, key, location);
  const { format, isUpgrading = false } = existing;
  let agreed = existing;
  const isUpgradable = format === FORMER_FORMAT_VERSION || isUpgrading;
  if (upgrade !== undefined && isUpgradable) {
    if (readOnly) return existing;
    const mark = upgrade === "begin" ? { isUpgrading: true } : {};
    agreed = { format: FORMAT_VERSION, shards: existing.shards, ...mark };
    await connection.send(key, ["SET", key, JSON.stringify(agreed)]);
  } else if (isUpgrading) {
    throw new DataFormatError(`The migration of the store ${prefix} at ${location} was not completed.`, {
      hint: UPGRADE_HINT,
    });
  } else if (format !== FORMAT_VERSION) {
    throw new DataFormatError(
      `The store ${prefix} at ${location} has format version ${format}; this release reads version ${FORMAT_VERSION}.`,
      { hint: isUpgradable ? UPGRADE_HINT : "Use the release that wrote it, or another prefix." },
    );
  }
  if (shards !== undefined && shards !== existing.shards) {
    throw new ConfigurationError(
      "shards",
      shards,
      `${existing.shards}, which the store ${prefix} at ${location} was made with`,
      {
        hint: "The number cannot change later: leave the option out, or export the store and import it into a new one.",
      },
    );
  }
  return agreed;
}

/** There is no description. Only where there is no data either is there no store. @returns one that was written meanwhile */
async function lookCloser(connection: RedisConnection, prefix: string, location: string): Promise<string | undefined> {
  if (!(await hasData(connection, prefix))) return undefined;
  const key = descriptionKey(prefix);
  for (let waitedMs = 0; waitedMs < PATIENCE_MS; waitedMs += PAUSE_MS) {
    const written = await readDescription(connection, key);
    if (written !== undefined) return written;
    await sleep(PAUSE_MS);
  }
  const example = JSON.stringify({ format: FORMAT_VERSION, shards: 4 } satisfies StoreDescription);
  throw new DataFormatError(
    `The store ${prefix} at ${location} has data, but its description is gone: the key ${key}, which says how many shards it has.`,
    {
      hint: `The server may have evicted it: its maxmemory-policy should be noeviction. Write it again, as SET "${key}" '${example}' for a store of 4 shards; or use another prefix.`,
    },
  );
}

/** Whether a shard of the store has a key. Looks through the keys of the servers until it finds one. */
async function hasData(connection: RedisConnection, prefix: string): Promise<boolean> {
  const found = await Promise.all((await connection.masters()).map((send) => hasKeysOf(send, prefix)));
  return found.includes(true);
}

async function hasKeysOf(send: SendCommand, prefix: string): Promise<boolean> {
  const place = `{${prefix}:`;
  // The description of a store whose prefix ends like a shard of ours is none of ours.
  const isOurs = (key: string) => key.startsWith(place) && /^\d+\}:(?!store$)/.test(key.slice(place.length));
  let cursor = "0";
  do {
    const [next, keys] = (await send(["SCAN", cursor, "MATCH", `{${prefix}:[0-9]*}:*`, "COUNT", "5000"])) as ScanReply;
    if (keys.some((key) => isOurs(String(key)))) return true;
    cursor = String(next);
  } while (cursor !== "0");
  return false;
}

type ScanReply = readonly [cursor: unknown, keys: readonly unknown[]];

async function readDescription(connection: RedisConnection, key: string): Promise<string | undefined> {
  const stored = await connection.send(key, ["GET", key]); // a server that only reads can still be read from
  return stored === null ? undefined : String(stored);
}

/** @returns what was there before, or else what was written */
async function writeDescription(
  connection: Pick<RedisConnection, "send">,
  key: string,
  description: StoreDescription,
): Promise<string> {
  const text = JSON.stringify(description);
  const first = await connection.send(key, ["SET", key, text, "NX", "GET"]);
  return first === null ? text : String(first);
}

export function parseDescription(stored: string, key: string, location: string): StoreDescription {
  try {
    const { format, shards, isUpgrading } = JSON.parse(stored) as Partial<Record<string, unknown>>;
    if (typeof format === "number" && typeof shards === "number" && isShardCount(shards)) {
      return { format, shards, isUpgrading: isUpgrading === true };
    }
  } catch {
    // Told below.
  }
  throw new DataFormatError(`The key ${key} at ${location} was not written by PolicyCache.`, {
    hint: "Use another prefix; the key was left as it is.",
  });
}

/** How often the description is looked after while the store is in use. */
const LOOK_EVERY_MS = 1000;

/**
 * Looks after the description of a store that is in use. A server that was emptied, or that evicts keys, loses it while agents
 * go on writing: it is written again, so that whoever comes later finds the same store. When another store was made meanwhile,
 * nothing goes on: its data would be looked for in other shards.
 */
export class DescriptionKeeper {
  readonly #connection: Pick<RedisConnection, "send">;
  readonly #key: string;
  readonly #description: StoreDescription;
  readonly #location: string;
  #nextLookMs = monotonicMs() + LOOK_EVERY_MS;
  #trouble: unknown;

  constructor(
    connection: Pick<RedisConnection, "send">,
    prefix: string,
    description: StoreDescription,
    location: string,
  ) {
    this.#connection = connection;
    this.#key = descriptionKey(prefix);
    this.#description = description;
    this.#location = location;
  }

  /** Looks now and then, and does not wait for the answer. @throws {@link DataFormatError} when it is another store by now */
  keep(): void {
    if (this.#trouble !== undefined) throw this.#trouble;
    const nowMs = monotonicMs();
    if (nowMs < this.#nextLookMs) return;
    this.#nextLookMs = nowMs + LOOK_EVERY_MS;
    writeDescription(this.#connection, this.#key, this.#description).then(
      (found) => this.#compare(found),
      () => {}, // What is wrong with the server, the calls find out themselves.
    );
  }

  #compare(found: string): void {
    try {
      const { format, shards } = parseDescription(found, this.#key, this.#location);
      if (format === this.#description.format && shards === this.#description.shards) return;
      this.#trouble = new DataFormatError(
        `The store at ${this.#location} was replaced while it was open: it has format ${format} and ${shards} shards now.`,
        { hint: "Open it again." },
      );
    } catch (error) {
      this.#trouble = error;
    }
  }
}
