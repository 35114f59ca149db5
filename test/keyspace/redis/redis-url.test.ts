import { describe, expect, it, onTestFinished } from "vitest";
import { PolicyCacheError } from "../../../src/common/errors.js";
import type { StoreLocation } from "../../../src/keyspace/open-engine.js";
import { openStore } from "../../../src/store/store.js";
import { describeWithCluster, describeWithServer, startRedis } from "../../support/redis/describe-with-redis.js";

async function refusalOf(location: StoreLocation): Promise<PolicyCacheError> {
  const error = await openStore(location, { connectTimeoutMs: 2000 }).then(
    () => expect.fail("it was opened"),
    (reason: unknown) => reason,
  );
  if (!PolicyCacheError.isInstance(error)) throw error;
  expect(error.message).not.toContain("PW");
  return error;
}

const HOST = "127.0.0.1:1";

describe("the URL of a server", () => {
  it.each([
    `redis://${HOST}/abc`,
    `redis://${HOST}/1/2`,
    `redis://${HOST}/-1`,
    `redis://${HOST}/1.5`,
    `redis://${HOST}/%31`,
    `redis://${HOST}/1?password=PW`,
    `redis://${HOST}?db=1`,
    `redis://${HOST}#1`,
    `redis://user:PW@${HOST}/abc`,
    `redis://user:PW%ZZ@${HOST}`,
    `redis://user%:PW@${HOST}`,
    "redis:///1",
    "redis://",
    "redis+unix://user:PW%@/x",
    "redis+unix:///x?db=one",
    "redis+unix:///x?password=PW",
    "unix:///",
  ])("%s is refused by name", async (url) => {
    expect(await refusalOf(url)).toMatchObject({ code: "INVALID_CONFIGURATION", option: "location", retryable: false });
  });

  it.each([
    `redis://${HOST}/1`,
    `redis://user:PW@${HOST}/abc`,
    "redis+unix://user:PW@/x",
    `redis://${HOST}?password=PW`,
  ])("of a node of a cluster, %s is refused by name", async (url) => {
    for (const location of [[url], { nodes: [url] }]) {
      expect(await refusalOf(location)).toMatchObject({ code: "INVALID_CONFIGURATION", option: "location" });
    }
  });
});

describeWithServer("the URL of a server that is there", () => {
  it("may name a database that it has, and no other", async () => {
    const server = await startRedis();
    const store = await openStore(`${server.url}/15`);
    onTestFinished(() => store.close());
    for (const database of [16, 99, 999_999_999]) {
      const refused = await refusalOf(`${server.url}/${database}`);
      expect(refused).toMatchObject({ code: "INVALID_CONFIGURATION", option: "location", retryable: false });
      expect(refused.message).toContain(`/${database}`);
    }
  });

  it("may be an address of IPv6, with a password and without", async () => {
    const server = await startRedis({ password: "PW", settings: { bind: "127.0.0.1 ::1" } });
    const store = await openStore(`redis://:PW@[::1]:${server.port}/0`);
    onTestFinished(() => store.close());
    expect(store.shardCount).toBe(1);
    expect((await refusalOf(`redis://[::1]:${server.port}`)).code).toBe("STORE_ACCESS_DENIED");
  });
});

describeWithCluster("the URL of one node of a cluster", (cluster) => {
  it("is refused, with what to give instead", async () => {
    const refusals = await Promise.all(cluster.urls.map((url) => openStore(url).then(undefined, (error) => error)));
    for (const refused of refusals.filter((answer) => answer instanceof Error)) {
      expect(refused).toMatchObject({ code: "INVALID_CONFIGURATION", option: "location" });
      expect(refused.message).toMatch(/Give the URLs of some nodes as a list/);
    }
    expect(refusals.some((answer) => answer instanceof Error)).toBe(true);
  });
});
