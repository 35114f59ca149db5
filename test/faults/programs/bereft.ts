// Opens a cache and, when its server is gone, has nothing more to do: it never closes it. Parameters: location, workers.
import { connect } from "node:net";
import { setTimeout as sleep } from "node:timers/promises";
import { built, workersNamed } from "./built-package.js";

const { PolicyCache } = built;
const [location = "", workers] = process.argv.slice(2);
const cache = await PolicyCache.open(location, { workers: workersNamed(workers), onWorkerError: () => {} });
await cache.record({ state: { task: "deploy" }, action: { type: "run" }, outcome: "success" });
await cache.flush();
console.log("open");
const { hostname, port } = new URL(location);
const isUp = () =>
  new Promise<boolean>((resolve) => {
    const socket = connect(Number(port), hostname, () => resolve(true)).on("error", () => resolve(false));
    socket.on("close", () => resolve(false));
    socket.setTimeout(50, () => socket.destroy());
  });
while (await isUp()) await sleep(20);
