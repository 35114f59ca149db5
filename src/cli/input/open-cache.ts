import { stat } from "node:fs/promises";
import type { PolicyCacheOptions } from "../../cache/opening/cache-options.js";
import { PolicyCache } from "../../cache/policy-cache.js";
import { InvalidArgumentError, PolicyCacheError } from "../../common/errors.js";
import type { TuningOverrides } from "../../common/tuning/defaults.js";
import { pathOfLocation } from "../../keyspace/file-location.js";
import { openEngine } from "../../keyspace/open-engine.js";
import { CliError } from "../output/cli-error.js";
import { shownStore } from "../output/shown-store.js";

/** Opens a cache that learns; its store is created when it does not exist. */
export async function withLearningCache<Result>(
  location: string,
  options: Pick<PolicyCacheOptions, "defaults" | "batchSize" | "evidence">,
  use: (cache: PolicyCache) => Promise<Result>,
): Promise<Result> {
  return useAndClose(await PolicyCache.open(location, { ...options, workers: "inline" }), use);
}

/**
 * Opens a cache over a store that must exist, without a worker; with `readOnly`, also where nothing can be written.
 *
 * @throws {@link CliError} STORE_NOT_FOUND; nothing is created then
 */
export async function withExistingCache<Result>(
  location: string,
  options: { readonly defaults?: TuningOverrides; readonly readOnly: boolean },
  use: (cache: PolicyCache) => Promise<Result>,
): Promise<Result> {
  await requireStore(location);
  return useAndClose(await PolicyCache.open(location, { ...options, workers: "none" }), use);
}

async function useAndClose<Result>(cache: PolicyCache, use: (cache: PolicyCache) => Promise<Result>): Promise<Result> {
  try {
    return await use(cache);
  } finally {
    await cache.close();
  }
}

/** @throws {@link CliError} STORE_NOT_FOUND; nothing is created then */
export async function requireStore(location: string): Promise<void> {
  if (location === "memory:") {
    const hint = "A store in memory is empty in every new process.";
    throw new InvalidArgumentError("--store", location, "a store that outlives a process", { hint });
  }
  if (/^(?!file:)[a-z][a-z0-9+.-]+:/i.test(location)) return requireStoreOnServer(location);
  const found = await stat(pathOfLocation(location)).catch(() => undefined);
  if (found === undefined || (found.isFile() && found.size === 0)) throw noStoreAt(location);
}

/** Asks the server; a location that is none opening refuses by itself. */
async function requireStoreOnServer(location: string): Promise<void> {
  try {
    const engine = await openEngine(location, { readOnly: true });
    await engine.close();
  } catch (error) {
    const isMissing = PolicyCacheError.isInstance(error) && error.code === "STORE_NOT_FOUND";
    throw isMissing ? noStoreAt(shownStore(location)) : error;
  }
}

function noStoreAt(location: string): CliError {
  const remedy = "Fill one with `policycache learn`, or name another with --store.";
  return new CliError("STORE_NOT_FOUND", `There is no store at ${location}. ${remedy}`, { store: location });
}
