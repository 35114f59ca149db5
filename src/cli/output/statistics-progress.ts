import type { Statistics } from "../../cache/inspecting/statistics.js";
import type { PolicyCache } from "../../cache/policy-cache.js";
import { plural } from "./format.js";
import type { Terminal } from "./terminal.js";

/** Counts what a store holds, with the number of states so far on a terminal. */
export async function countWithProgress(
  cache: PolicyCache,
  agentId: string | undefined,
  terminal: Terminal,
): Promise<Statistics> {
  const progress = terminal.progress({ label: "counting" });
  const onProgress = (states: number) => progress.update(states, plural(states, "state"));
  try {
    return await cache.statistics({ ...(agentId === undefined ? {} : { agentId }), onProgress });
  } finally {
    progress.stop();
  }
}
