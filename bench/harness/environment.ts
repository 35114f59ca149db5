import { createRequire } from "node:module";
import { availableParallelism, cpus, loadavg, platform, release, totalmem } from "node:os";
import { dirname, join } from "node:path";
import Database from "libsql";
import type { Library } from "./library.js";
import { findRedisServer, SETTINGS } from "./redis/server.js";
import { firstRow } from "./sqlite/rows.js";

const require = createRequire(import.meta.url);

/** What a figure depends on besides the code, as it is at the start. */
export type MachineDescription = ReturnType<typeof describeMachine>;

export function describeMachine() {
  return {
    startedAt: new Date().toISOString(),
    policycache: require("../../package.json").version,
    node: process.version,
    sqlite: `libsql ${libsqlVersion()} (SQLite ${sqliteVersion()})`,
    redis: `${findRedisServer()?.version ?? "no Redis server"}, node-redis ${require("@redis/client/package.json").version}`,
    durability: `SQLite WAL, synchronous=NORMAL; Redis appendfsync=${SETTINGS.appendfsync}, loopback TCP`,
    system: `${platform()} ${release()}`,
    processor: cpus()[0]?.model.trim() ?? "unknown",
    cores: availableParallelism(),
    memoryGigabytes: Math.round(totalmem() / 2 ** 30),
    load: Number((loadavg()[0] ?? 0).toFixed(1)),
  };
}

function libsqlVersion(): string {
  return require(join(dirname(require.resolve("libsql")), "package.json")).version;
}

function sqliteVersion(): string {
  const database = new Database(":memory:");
  const { version } = firstRow<{ version: string }>(database, "SELECT sqlite_version() AS version");
  database.close();
  return version;
}

export function environmentText(environment: MachineDescription): string {
  const { node, policycache, system, cores, processor, memoryGigabytes, load, sqlite, redis, durability } = environment;
  return [
    `policycache ${policycache}, Node ${node}, ${system}`,
    `${sqlite}; ${redis}`,
    durability,
    `${cores} cores of ${processor}, ${memoryGigabytes} GB; load when started ${load}`,
  ].join("\n");
}

/** The settings under which the library runs a store. */
export type DatabaseDescription = Awaited<ReturnType<typeof describeDatabase>>;

export async function describeDatabase(library: Library, path: string) {
  const database = new Database(path);
  const cache = await library.PolicyCache.open(path, { workers: "none", database });
  const read = (pragma: string) => Object.values(firstRow<Record<string, unknown>>(database, `PRAGMA ${pragma}`))[0];
  const settings = {
    libsql: libsqlVersion(),
    sqlite: sqliteVersion(),
    journalMode: read("journal_mode"),
    synchronous: ["OFF", "NORMAL", "FULL", "EXTRA"][Number(read("synchronous"))],
    pageSizeBytes: read("page_size"),
    walAutocheckpointPages: read("wal_autocheckpoint"),
  };
  await cache.close();
  database.close();
  return settings;
}
