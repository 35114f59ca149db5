import { afterAll, beforeAll, describe, expect, it, onTestFinished } from "vitest";
import { findRedisServer, INSTALL_COMMAND } from "./find-redis-server.js";
import { RedisCluster, type RedisClusterOptions } from "./redis-cluster.js";
import { RedisServer, type RedisServerOptions } from "./redis-server.js";

const START_TIMEOUT_MS = 60_000;

/** A suite with a server of its own, started before its first test and removed after its last. */
export function describeWithRedis(
  name: string,
  fn: (server: RedisServer) => void,
  options: RedisServerOptions = {},
): void {
  describeWithServer(name, () => withStarted(new RedisServer(options), fn));
}

/** A suite with a cluster of its own, likewise. */
export function describeWithCluster(
  name: string,
  fn: (cluster: RedisCluster) => void,
  options: RedisClusterOptions = {},
): void {
  describeWithServer(name, () => withStarted(new RedisCluster(options), fn));
}

/**
 * A suite whose tests start their servers. Where there is no redis-server it is reported as skipped, with the command
 * that installs one; with CI=true it fails instead, so that a pipeline cannot lose it unnoticed.
 */
export function describeWithServer(name: string, fn: () => void): void {
  if (findRedisServer() !== undefined) {
    describe(name, fn);
  } else if (process.env.CI === "true") {
    describe(name, () => {
      it("needs a Redis server", () => expect.fail(`No redis-server 7 on the PATH: ${INSTALL_COMMAND}`));
    });
  } else {
    describe.skip(`${name} (skipped: no redis-server 7 on the PATH; ${INSTALL_COMMAND})`, () => {
      it("needs a Redis server", () => {});
    });
  }
}

function withStarted<Started extends { start(): Promise<void>; remove(): Promise<void> }>(
  started: Started,
  fn: (started: Started) => void,
): void {
  beforeAll(() => started.start(), START_TIMEOUT_MS);
  afterAll(() => started.remove());
  fn(started);
}

/** A server that is removed when the running test ends. */
export async function startRedis(options: RedisServerOptions = {}): Promise<RedisServer> {
  const server = new RedisServer(options);
  onTestFinished(() => server.remove());
  await server.start();
  return server;
}

/** A cluster that is removed when the running test ends. */
export async function startCluster(options: RedisClusterOptions = {}): Promise<RedisCluster> {
  const cluster = new RedisCluster(options);
  onTestFinished(() => cluster.remove());
  await cluster.start();
  return cluster;
}
