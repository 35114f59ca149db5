import { existsSync } from "node:fs";
import type { Library, OutcomeEvent } from "../library.js";
import { sampleAgents, sampleEvent } from "./sample-events.js";

/**
 * Three successes lift a pair over this threshold (its bound is then 0.438): half the work of the six that the default
 * asks for. What a call costs does not depend on the threshold.
 */
export const SAMPLE_DEFAULTS = { ciThreshold: 0.4 };

const SUCCESSES = 3;
const PAIRS_PER_BATCH = 500;

export interface SampleStore {
  readonly policies: number;
  /** Where it was, when it was there already. */
  readonly reused?: string;
  readonly seconds?: number;
}

/** Fills a store with policies through the public interface, unless there is one at this place already. */
export async function fillStore(
  library: Library,
  path: string,
  policies: number,
  onProgress: (created: number) => void = () => {},
): Promise<SampleStore> {
  const isThere = existsSync(path);
  const started = performance.now();
  const cache = await library.PolicyCache.open(path, { workers: "inline", defaults: SAMPLE_DEFAULTS });
  let created = 0;
  for (let first = 0; first < policies && !isThere; first += PAIRS_PER_BATCH) {
    const events: OutcomeEvent[] = [];
    for (let pair = first; pair < Math.min(first + PAIRS_PER_BATCH, policies); pair += 1) {
      for (let success = 0; success < SUCCESSES; success += 1) events.push(sampleEvent(pair));
    }
    created += (await cache.recordMany(events)).crystallized;
    onProgress(created);
  }
  const counts = await Promise.all(sampleAgents(policies).map((agentId) => cache.policies.count(agentId)));
  await cache.close();
  const present = counts.reduce((sum, count) => sum + count, 0);
  if (present !== policies) {
    throw new Error(`The store at ${path} holds ${present} policies of the sample instead of ${policies}.`);
  }
  if (isThere) return { policies, reused: path };
  return { policies, seconds: (performance.now() - started) / 1000 };
}
