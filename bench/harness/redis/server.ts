import { spawn, spawnSync } from "node:child_process";
import { once } from "node:events";
import { mkdtempSync, rmSync } from "node:fs";
import { createServer } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { createClient } from "@redis/client";

/** As in the tests, the variable REDIS_SERVER names another one. */
const SERVER_NAMES = process.env.REDIS_SERVER ? [process.env.REDIS_SERVER] : ["redis-server", "valkey-server"];

/** The append-only file is flushed every second: how a store in production is kept. */
export const SETTINGS = { bind: "127.0.0.1", save: "", appendonly: "yes", appendfsync: "everysec" };

export type ServerSettings = Readonly<Record<string, string | number>>;

/** A program that can be started, with what it says of its version. */
export interface RedisProgram {
  readonly name: string;
  readonly version: string;
}

export interface RunningRedis {
  readonly url: string;
  readonly stop: () => Promise<void>;
}

/** @returns undefined when there is no server on the PATH */
export function findRedisServer(): RedisProgram | undefined {
  for (const name of SERVER_NAMES) {
    const { stdout, status } = spawnSync(name, ["--version"], { encoding: "utf8" });
    if (status === 0) return { name, version: stdout.trim().replace(/ sha=.*/, "") };
  }
  return undefined;
}

/**
 * A server of its own on loopback TCP, with its data in a temporary folder.
 *
 * @param more - settings besides
 */
export async function startRedisServer({ name }: RedisProgram, more: ServerSettings = {}): Promise<RunningRedis> {
  const folder = mkdtempSync(join(tmpdir(), "policycache-bench-redis-"));
  const port = await freePort();
  const settings = Object.entries({ ...SETTINGS, ...more, port, dir: folder }).flatMap(([key, value]) => [
    `--${key}`,
    String(value),
  ]);
  const server = spawn(name, settings, { stdio: "ignore" });
  const remove = () => {
    server.kill("SIGKILL");
    rmSync(folder, { recursive: true, force: true, maxRetries: 10 });
  };
  process.once("exit", remove);
  const url = `redis://127.0.0.1:${port}`;
  await untilReady(url);
  return {
    url,
    async stop() {
      if (server.exitCode !== null || server.signalCode !== null) return;
      const ended = once(server, "exit");
      server.kill("SIGKILL");
      await ended;
      process.removeListener("exit", remove);
      remove();
    },
  };
}

async function freePort(): Promise<number> {
  const server = createServer().listen(0, "127.0.0.1");
  await once(server, "listening");
  const address = server.address();
  await once(server.close(), "close");
  if (address === null || typeof address === "string") throw new Error("There is no free port on 127.0.0.1.");
  return address.port;
}

async function untilReady(url: string): Promise<void> {
  for (let attempt = 1; ; attempt += 1) {
    const client = createClient({ url, socket: { reconnectStrategy: false } });
    client.on("error", () => {});
    try {
      await client.connect();
      client.destroy();
      return;
    } catch (error) {
      if (attempt === 100) throw error;
      await sleep(50);
    }
  }
}
