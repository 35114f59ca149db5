import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { InvalidArgumentError, PolicyCache } from "../../../index.js";
import { DEMO_AGENT } from "./events.js";

/**
 * Opens an embedded cache for one demonstration. Without a location its file lies in a temporary folder, which is
 * removed afterwards.
 *
 * @throws {@link InvalidArgumentError} for a store that has seen a demonstration: its files would not be new to it
 */
export async function withDemoCache<Result>(
  location: string | undefined,
  use: (cache: PolicyCache) => Promise<Result>,
): Promise<Result> {
  if (location !== undefined) return useCache(location, use);
  const folder = await mkdtemp(join(tmpdir(), "policycache-demo-"));
  try {
    return await useCache(join(folder, "policies.db"), use);
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

async function useCache<Result>(location: string, use: (cache: PolicyCache) => Promise<Result>): Promise<Result> {
  // Inline: the demonstration shows a policy at the event that created it.
  const cache = await PolicyCache.open(location, { workers: "inline" });
  try {
    const { totals } = await cache.statistics({ agentId: DEMO_AGENT });
    if (totals.events > 0) {
      const hint = "Name a new file, or leave --store out to use a temporary one.";
      throw new InvalidArgumentError("--store", location, "a store without an earlier demonstration", { hint });
    }
    return await use(cache);
  } finally {
    await cache.close();
  }
}
