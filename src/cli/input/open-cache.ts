import { stat } from "node:fs/promises";
import type { PolicyCacheOptions } from "../../cache/opening/cache-options.js";
import { PolicyCache } from "../../cache/policy-cache.js";
import { InvalidArgumentError, PolicyCacheError } from "../../common/errors.js";
import type { TuningOverrides } from "../../common/tuning/defaults.js";
import { pathOfLocation } from "../../keyspace/file-location.js";
import { openEngine } from "../../keyspace/open-engine.js";
import { CliError } from "../output/cli-error.js";
import { shownStore } from "../output/shown-store.js";
import { rulesFor, type UsedRules } from "./rules.js";

/**
 * Opens a cache that learns; its store is created when it does not exist. It goes by the rules in force there, except for what
 * the caller gives, which is in force from then on.
 */
export async function withLearningCache<Result>(
  location: string,
  { defaults = {}, ...options }: Pick<PolicyCacheOptions, "defaults" | "batchSize" | "evidence">,
  use: (cache: PolicyCache) => Promise<Result>,
): Promise<Result> {
  const rules = (await exists(location)) ? await rulesFor(location, defaults) : { defaults, actions: {} };
  const { actions } = rules;
  return useAndClose(
    await PolicyCache.open(location, { ...options, defaults: rules.defaults, actions, workers: "inline" }),
    use,
  );
}

/**
 * Opens a cache over a store that must exist, without a worker; with `readOnly`, also where nothing can be written. It goes by
 * the rules in force there, except for what the caller gives.
 *
 * @throws {@link CliError} STORE_NOT_FOUND; nothing is created then
 */
export async function withExistingCache<Result>(
  location: string,
  { defaults = {}, readOnly }: { readonly defaults?: TuningOverrides; readonly readOnly: boolean },
  use: (cache: PolicyCache, rules: UsedRules) => Promise<Result>,
): Promise<Result> {
  if (!isOnServer(location)) await requireStore(location);
  const rules = await foundAt(location, () => rulesFor(location, defaults));
  const { actions } = rules;
  const cache = await PolicyCache.open(location, { defaults: rules.defaults, actions, readOnly, workers: "none" });
  return useAndClose(cache, (opened) => use(opened, rules));
}

/** Whether there is a store; any other trouble is left to opening it. */
async function exists(location: string): Promise<boolean> {
  if (location === "memory:") return false;
  try {
    await requireStore(location);
    return true;
  } catch {
    return false;
  }
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
  if (isOnServer(location)) return requireStoreOnServer(location);
  const found = await stat(pathOfLocation(location)).catch(() => undefined);
  if (found === undefined || (found.isFile() && found.size === 0)) throw noStoreAt(location);
}

function isOnServer(location: string): boolean {
  return /^(?!file:|memory:$)[a-z][a-z0-9+.-]+:/i.test(location);
}

/** Asks the server; a location that is none opening refuses by itself. */
async function requireStoreOnServer(location: string): Promise<void> {
  const engine = await foundAt(location, () => openEngine(location, { readOnly: true }));
  await engine.close();
}

async function foundAt<Opened>(location: string, open: () => Promise<Opened>): Promise<Opened> {
  try {
    return await open();
  } catch (error) {
    const isMissing = PolicyCacheError.isInstance(error) && error.code === "STORE_NOT_FOUND";
    throw isMissing ? noStoreAt(shownStore(location)) : error;
  }
}

function noStoreAt(location: string): CliError {
  const remedy = "Fill one with `policycache learn`, or name another with --store.";
  return new CliError("STORE_NOT_FOUND", `There is no store at ${location}. ${remedy}`, { store: location });
}
