import { inspect } from "node:util";
import fc from "fast-check";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { PolicyCache } from "../../../src/cache/policy-cache.js";
import { PolicyCacheError } from "../../../src/common/errors.js";
import type { StoreLocation } from "../../../src/keyspace/open-engine.js";
import { describeWithServer, startRedis } from "../../support/redis/describe-with-redis.js";
import { createTemporaryFolder, removeFolder } from "../../support/temporary-folder.js";

// However a location is written, right or wrong: what is printed of it, of the error and of the cache has no secret in it.

const HOST = "127.0.0.1:1"; // nobody listens there

const WRITINGS: readonly ((secret: string) => unknown)[] = [
  (secret) => `redis://:${secret}@${HOST}`,
  (secret) => `redis://user:${secret}@${HOST}/0`,
  (secret) => `rediss://user:${secret}@${HOST}/abc`,
  (secret) => `REDIS://user:${secret}@${HOST}/99/x`,
  (secret) => `redis:user:${secret}@${HOST}`,
  (secret) => `redis:/user:${secret}@${HOST}`,
  (secret) => `redis://${secret}%ZZ@${HOST}`,
  (secret) => `redis://user:${secret}@[::1`,
  (secret) => `redis://${HOST}?password=${secret}`,
  (secret) => `redis://${HOST}/0#password=${secret}`,
  (secret) => `redis+unix://user:${secret}@/nowhere`,
  (secret) => `redis+unix:///nowhere?password=${secret}`,
  (secret) => `unix://user:${secret}@`,
  (secret) => `valkey://user:${secret}@${HOST}`,
  (secret) => `postgres://user:${secret}@${HOST}/db?sslkey=${secret}`,
  (secret) => `libsql://${HOST}?authToken=${secret}`,
  (secret) => `https://${HOST}/db?auth_token=${secret}&tls=0`,
  (secret) => `  redis://user:${secret}@${HOST}`,
  (secret) => `\t//user:${secret}@${HOST}`,
  (secret) => `//user:${secret}@${HOST}`,
  (secret) => `file:policies.db?authToken=${secret}`,
  (secret) => `file:policies.db#key=${secret}`,
  (secret) => `policies.db?authToken=${secret}`,
  (secret) => [`redis://user:${secret}@${HOST}`],
  (secret) => [`redis://user:${secret}@${HOST}/1`],
  (secret) => [` redis://user:${secret}@${HOST}`],
  (secret) => [{ url: `redis://user:${secret}@${HOST}` }],
  (secret) => ({ nodes: [`redis://user:${secret}@${HOST}?password=${secret}`] }),
  (secret) => ({ nodes: `redis://user:${secret}@${HOST}` }),
  (secret) => ({ rootNodes: [{ url: `redis://user:${secret}@${HOST}` }] }),
  (secret) => ({ url: `redis://user:${secret}@${HOST}` }),
  (secret) => ({ socket: { host: "127.0.0.1" }, password: secret }),
  (secret) => ({ password: secret, url: `redis://${HOST}` }),
  (secret) => ({ client: `redis://user:${secret}@${HOST}` }),
  (secret) => new URL(`redis://user:${secret}@${HOST}`),
];

const LIMITS = { connectTimeoutMs: 300, commandTimeoutMs: 300 };

const aSecret = fc.stringMatching(/^[A-Za-z0-9]{8,20}$/).map((text) => `PW${text}`);

/** All that can be printed of a value. */
function printed(value: unknown): string {
  const shown = inspect(value, { depth: 20, showHidden: true, getters: true });
  const error = value instanceof Error ? [value.message, value.stack, JSON.stringify(value), printed(value.cause)] : [];
  return [shown, String(value), JSON.stringify(value), ...error].join("\n");
}

describe("a location", () => {
  const home = process.cwd();
  const elsewhere = createTemporaryFolder();
  beforeAll(() => process.chdir(elsewhere));
  afterAll(() => {
    process.chdir(home);
    removeFolder(elsewhere);
  });

  it.each(WRITINGS.map((write) => [String(write), write] as const))("shows no secret: %s", async (_name, write) => {
    await fc.assert(
      fc.asyncProperty(aSecret, async (secret) => {
        const error = await PolicyCache.open(write(secret) as StoreLocation, LIMITS).then(
          () => expect.fail("it was opened"),
          (reason: unknown) => reason,
        );
        expect(PolicyCacheError.isInstance(error), String(error)).toBe(true);
        expect(printed(error)).not.toContain(secret);
      }),
      { numRuns: 2 },
    );
  });
});

describeWithServer("a server with a password", () => {
  it("is opened, used, refused and lost without its password being printed", async () => {
    const secret = "PWofTheServer";
    const server = await startRedis({ password: secret });
    const url = `redis://:${secret}@127.0.0.1:${server.port}`;
    const cache = await PolicyCache.open(url, { workers: "inline", ...LIMITS });
    await cache.record({ state: {}, action: { type: "wait" }, outcome: "success" });
    for (const value of [cache, cache.store, cache.policies, await cache.health()]) {
      expect(printed(value)).not.toContain(secret);
    }
    const refused = await PolicyCache.open(url.replace(secret, `${secret}x`), LIMITS).catch((error: unknown) => error);
    expect(refused).toMatchObject({ code: "STORE_ACCESS_DENIED" });
    await server.stop();
    const lost = await cache.statistics().catch((error: unknown) => error);
    expect(PolicyCacheError.isInstance(lost)).toBe(true);
    for (const error of [refused, lost]) expect(printed(error)).not.toContain(secret);
    await cache.close();
  });
});
