import { InvalidArgumentError, PolicyCache } from "../../../index.js";

/**
 * Verification learns at rates of its own, whoever recorded what it finds waiting: it needs a store to itself.
 *
 * @throws {@link InvalidArgumentError} for a store that has seen any event
 */
export async function requireEmptyStore(location: string): Promise<void> {
  const cache = await PolicyCache.open(location, { workers: "none" });
  try {
    const { agents } = await cache.statistics();
    if (agents.length === 0) return;
    const hint = "Name a new one, or leave --store out to learn in memory.";
    throw new InvalidArgumentError("--store", location, "an empty store", { hint });
  } finally {
    await cache.close();
  }
}
