import { spawnSync } from "node:child_process";
import { accessSync, constants } from "node:fs";
import { delimiter, isAbsolute, join } from "node:path";

/** Either server does; the first found is used. */
const SERVER_NAMES = ["redis-server", "valkey-server"];

/** Names the server to test with, by its path or by its name on the PATH. */
const SERVER_VARIABLE = "REDIS_SERVER";

/** The first version with all commands the library uses (EVALSHA_RO, CLUSTER ADDSLOTSRANGE); Valkey starts above it. */
const OLDEST_MAJOR_VERSION = 7;

/** The full name of a command of the PATH, or undefined. */
export function findCommand(name: string): string | undefined {
  const folders = (process.env.PATH ?? "").split(delimiter).filter((folder) => folder !== "");
  return folders.map((folder) => join(folder, name)).find(isExecutable);
}

function isExecutable(file: string): boolean {
  try {
    accessSync(file, constants.X_OK);
    return true;
  } catch {
    return false;
  }
}

/**
 * The server to test with: the one the variable REDIS_SERVER names, else a redis-server or valkey-server of the PATH that
 * is new enough, or undefined.
 *
 * @throws when the variable names something else
 */
export function findRedisServer(): string | undefined {
  const chosen = process.env[SERVER_VARIABLE];
  if (chosen === undefined || chosen === "") return SERVER_NAMES.map(findCommand).find(isNewEnough);
  const file = isAbsolute(chosen) ? chosen : findCommand(chosen);
  if (isNewEnough(file)) return file;
  throw new Error(`${SERVER_VARIABLE} is ${chosen}, expected a redis-server or valkey-server of version 7 or later.`);
}

function isNewEnough(file: string | undefined): file is string {
  return file !== undefined && majorVersion(file) >= OLDEST_MAJOR_VERSION;
}

function majorVersion(file: string): number {
  const { stdout } = spawnSync(file, ["--version"], { encoding: "utf8" });
  return Number(/v=(\d+)\./.exec(stdout ?? "")?.[1] ?? 0);
}

/** How a reader gets a server on Debian or Ubuntu. */
export const INSTALL_COMMAND = "apt-get update && apt-get install redis-server";
