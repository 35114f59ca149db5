// Records while the server is paused, and waits for nothing else. Parameters: location, milliseconds of the pause.
import { createClient } from "@redis/client";
import { built } from "./built-package.js";

const [location = "", milliseconds = "0"] = process.argv.slice(2);
const cache = await built.PolicyCache.open(location, { workers: "none" });
const client = await createClient({ url: location }).connect();
await client.sendCommand(["CLIENT", "PAUSE", milliseconds]);
client.destroy();
await cache.record({ state: { task: "deploy" }, action: { type: "run" }, outcome: "success" });
console.log("recorded");
