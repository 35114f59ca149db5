// Migrates a store and tells of every step. Parameter: location.

import { built } from "./built-package.js";

const [location = ""] = process.argv.slice(2);
const { migrateStore } = await import(process.env.POLICYCACHE_INDEX?.replace("index.js", "migration/index.js") ?? "");
void built;
await migrateStore(location, { onProgress: ({ states }: { states: number }) => console.log(states) });
console.log("done");
