// Opens a cache, listens to its health, records, decides, and ends without closing it. Parameters: location (nodes of a cluster by commas), workers,
// nearCache.
import { built, workersNamed } from "./built-package.js";

const { PolicyCache } = built;
const [location = "", workers, near] = process.argv.slice(2);
const place = location.includes(",") ? location.split(",") : location;
const cache = await PolicyCache.open(place, { workers: workersNamed(workers), nearCache: near === "nearCache" });
cache.on("health", () => {});
const state = { task: "deploy" };
for (let round = 0; round < 6; round += 1) {
  await cache.record({ state, action: { type: "run" }, outcome: "success" });
}
await cache.flush();
const { kind } = await cache.decide({ state });
console.log(kind);
