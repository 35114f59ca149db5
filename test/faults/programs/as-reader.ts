// Opens a store for reading only, as a user without rights, and says what it found. Parameter: location.

import { built } from "./built-package.js";

// Loaded first, because the user may not be allowed to read the modules either.
const { default: Database } = await import("libsql");
const { PolicyCache } = built;
await (await PolicyCache.open("loaded", { database: new Database(":memory:") })).close();
if (process.getuid?.() === 0) {
  process.setgid?.(65534);
  process.setuid?.(65534);
}
const [location = ""] = process.argv.slice(2);
const cache = await PolicyCache.open(location, { readOnly: true });
const { totals } = await cache.statistics();
const { total } = await cache.ranking({ agentId: "agent-1" });
const refused = await cache
  .record({ state: {}, action: { type: "run" }, outcome: "success" })
  .catch((error: { code?: string }) => error.code);
console.log(JSON.stringify({ policies: totals.policies, ranked: total, refused }));
await cache.close();
