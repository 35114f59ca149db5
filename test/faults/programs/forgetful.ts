// Opens a cache, records, decides, and ends without closing it. Parameters: location, workers.
import { built, workersNamed } from "./built-package.js";

const { PolicyCache } = built;
const [location = "", workers] = process.argv.slice(2);
const cache = await PolicyCache.open(location, { workers: workersNamed(workers) });
const state = { task: "deploy" };
for (let round = 0; round < 6; round += 1) {
  await cache.record({ state, action: { type: "run" }, outcome: "success" });
}
await cache.flush();
const { kind } = await cache.decide({ state });
console.log(kind);
