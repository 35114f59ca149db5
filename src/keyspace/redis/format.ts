import { ConfigurationError, DataFormatError } from "../../common/errors.js";
import { storeNotFoundError } from "../port/store-errors.js";
import { FORMER_FORMAT_VERSION, UPGRADE_HINT, type Upgrading } from "../port/upgrade.js";
import type { RedisConnection } from "./client/connection.js";
import { isShardCount, type ResolvedRedisOptions } from "./client/options.js";

/** Raised whenever stored data changes shape. A store of another version is refused. */
export const FORMAT_VERSION = 2;
const DEFAULT_SHARDS = 1;
const DEFAULT_CLUSTER_SHARDS = 16;

interface StoreDescription {
  readonly format: number;
  readonly shards: number;
  /** True while it is converted from the format before. */
  readonly isUpgrading?: boolean;
}

/**
 * Reads how a store was created, or creates it.
 *
 * @param wish - the shards the caller asked for, if any, and whether it only reads: then nothing is created
 * @returns its number of shards
 * @throws {@link StoreError} STORE_NOT_FOUND when it only reads and there is none
 * @throws {@link ConfigurationError} when it has another number of shards, {@link DataFormatError} when it is not ours
 */
export async function agreeOnFormat(
  connection: RedisConnection,
  prefix: string,
  { shards, readOnly, upgrade }: Pick<ResolvedRedisOptions, "shards" | "readOnly"> & Upgrading,
  location: string,
): Promise<number> {
  const key = `{${prefix}}:store`;
  const wanted = shards ?? (connection.isCluster ? DEFAULT_CLUSTER_SHARDS : DEFAULT_SHARDS);
  const description: StoreDescription = { format: FORMAT_VERSION, shards: wanted };
  const stored = await storedOrNew(connection, key, readOnly ? undefined : JSON.stringify(description));
  if (stored === undefined) throw storeNotFoundError(`${location}, prefix ${prefix}`);
  const { format, shards: existing, isUpgrading = false } = parse(stored, key, location);
  const isUpgradable = format === FORMER_FORMAT_VERSION || isUpgrading;
  if (upgrade !== undefined && isUpgradable) {
    if (readOnly) return existing;
    const mark = upgrade === "begin" ? { isUpgrading: true } : {};
    await connection.send(key, ["SET", key, JSON.stringify({ format: FORMAT_VERSION, shards: existing, ...mark })]);
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
  if (shards !== undefined && shards !== existing) {
    throw new ConfigurationError(
      "shards",
      shards,
      `${existing}, which the store ${prefix} at ${location} was made with`,
      {
        hint: "The number cannot change later: leave the option out, or export the store and import it into a new one.",
      },
    );
  }
  return existing;
}

/** @param description - of the store to create when there is none; without one, none is created */
async function storedOrNew(
  connection: RedisConnection,
  key: string,
  description: string | undefined,
): Promise<string | undefined> {
  const stored = await connection.send(key, ["GET", key]); // a server that only reads can still be read from
  if (stored !== null) return String(stored);
  if (description === undefined) return undefined;
  const first = await connection.send(key, ["SET", key, description, "NX", "GET"]);
  return first === null ? description : String(first);
}

function parse(stored: string, key: string, location: string): StoreDescription {
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
