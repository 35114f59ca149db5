import type { RedisConnection, SendCommand } from "./client/connection.js";

/** Stores of which it was said. */
const warned = new Set<string>();

/**
 * Warns, once for each store, when a server may delete keys of ours to make room for others. Those under a policy of `volatile`
 * keys are safe: none of ours expires. Who may not ask is not told.
 */
export async function warnOfEviction(connection: RedisConnection, location: string): Promise<void> {
  const policies = await evictionPolicies(connection).catch(() => []);
  const policy = policies.find((each) => each.startsWith("allkeys"));
  if (policy === undefined || warned.has(location)) return;
  warned.add(location);
  process.emitWarning(
    `The server at ${location} has maxmemory-policy ${policy}: when its memory is full, it deletes evidence and policies without an error. Set maxmemory-policy noeviction.`,
    { code: "POLICYCACHE_EVICTION" },
  );
}

/** What each master does when its memory is full. */
export async function evictionPolicies(connection: RedisConnection): Promise<readonly string[]> {
  return Promise.all((await connection.masters()).map(policyOf));
}

async function policyOf(send: SendCommand): Promise<string> {
  return /^maxmemory_policy:(\S+)/m.exec(String(await send(["INFO", "memory"])))?.[1] ?? "";
}
