// Tries to open a store as a user without rights, and says how that ended. Parameter: location.

import { built } from "./built-package.js";

// Loaded first, because the user may not be allowed to read the modules either.
const { default: Database } = await import("libsql");
const { PolicyCache } = built;
await (await PolicyCache.open("memory:")).close();
await (await PolicyCache.open("loaded", { database: new Database(":memory:") })).close();
if (process.getuid?.() === 0) {
  process.setgid?.(65534);
  process.setuid?.(65534);
}
const [location = ""] = process.argv.slice(2);
try {
  const cache = await PolicyCache.open(location, { workers: "inline" });
  await cache.record({ state: {}, action: { type: "run" }, outcome: "success" });
  await cache.close();
  console.log(JSON.stringify({ name: "none" }));
} catch (error) {
  if (!(error instanceof built.PolicyCacheError)) throw error;
  const { name, code, message, retryable } = error;
  console.log(JSON.stringify({ name, code, message, retryable }));
}
