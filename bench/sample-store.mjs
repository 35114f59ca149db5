import { sampleEvent } from "./sample-events.mjs";

/** Successes in a row that lift the Wilson bound over the default threshold: 6 of 6 gives 0.610. */
const SUCCESSES = 6;
const PAIRS_PER_BATCH = 500;

/** Fills a store with policies through the public interface. @returns seconds and the number of events it took */
export async function fillStore(library, path, policies, onProgress) {
  const started = performance.now();
  const cache = await library.PolicyCache.open(path, { workers: "inline" });
  let created = 0;
  for (let first = 0; first < policies; first += PAIRS_PER_BATCH) {
    const events = [];
    for (let pair = first; pair < Math.min(first + PAIRS_PER_BATCH, policies); pair += 1) {
      for (let success = 0; success < SUCCESSES; success += 1) events.push(sampleEvent(pair));
    }
    created += (await cache.recordMany(events)).crystallized;
    onProgress(created);
  }
  await cache.close();
  if (created !== policies) throw new Error(`Filling created ${created} policies instead of ${policies}.`);
  return { seconds: (performance.now() - started) / 1000, events: policies * SUCCESSES };
}
