import { checkObject } from "../common/checks.js";
import { ConfigurationError } from "../common/errors.js";
import { namesOf, refuseUnknownNames } from "../common/unknown-names.js";
import { openEngine, type StoreLocation } from "../keyspace/open-engine.js";
import type { RedisOptions } from "../keyspace/redis/client/options.js";
import { Store } from "../store/store.js";
import { type UpgradeSummary, upgradeRecords } from "./upgrade/upgrade-records.js";

/** How a store is migrated. */
export interface MigrateOptions extends Pick<RedisOptions, "prefix"> {
  /** Told now and then how far it is. */
  readonly onProgress?: ((summary: UpgradeSummary) => void) | undefined;
}

const OPTION_NAMES = namesOf<MigrateOptions>({ prefix: true, onProgress: true });

/**
 * Converts a store of format 1 in place, in bounded memory. Stop everything that uses it first. Nobody can open it until it is
 * complete; killed at any moment it loses nothing, and calling it again does the rest. A store that is up to date is left
 * as it is.
 *
 * All old outcomes count as the agent's own decisions, for the one specification that was on record; where the log knows
 * of several, for those as far as the log goes.
 *
 * @throws {@link ConfigurationError} for a store in memory, {@link StoreError} when it cannot be opened
 * @throws {@link DataFormatError} when it is not ours, or of a later format
 */
export async function migrateStore(location: StoreLocation, options: MigrateOptions = {}): Promise<UpgradeSummary> {
  const given = refuseUnknownNames(checkObject("options", options), OPTION_NAMES);
  if (location === "memory:") throw new ConfigurationError("location", location, "a store that outlives a process");
  const { prefix, onProgress } = given;
  const engineOptions = prefix === undefined ? {} : { prefix };
  // A store that is not there is not to be created.
  await (await openEngine(location, { ...engineOptions, readOnly: true, upgrade: "begin" })).close();
  const store = new Store(await openEngine(location, { ...engineOptions, upgrade: "begin" }));
  let summary: UpgradeSummary;
  try {
    summary = await upgradeRecords(store, (progress) => onProgress?.(progress));
  } finally {
    await store.close();
  }
  const upgraded = await openEngine(location, { ...engineOptions, upgrade: "complete" });
  await upgraded.close();
  return summary;
}
