import { createRequire } from "node:module";
import { availableParallelism, cpus, loadavg, platform, release, totalmem } from "node:os";
import { dirname, join } from "node:path";
import Database from "libsql";
import { findRedisServer, SETTINGS } from "./redis-server.mjs";

const require = createRequire(import.meta.url);

/** What a figure depends on besides the code, as it is at the start. */
export function describeMachine() {
  return {
    startedAt: new Date().toISOString(),
    policycache: require("../package.json").version,
    node: process.version,
    sqlite: `libsql ${libsqlVersion()} (SQLite ${sqliteVersion()})`,
    redis: `${findRedisServer()?.version ?? "no Redis server"}, node-redis ${require("@redis/client/package.json").version}`,
    durability: `SQLite WAL, synchronous=NORMAL; Redis appendfsync=${SETTINGS.appendfsync}, loopback TCP`,
    system: `${platform()} ${release()}`,
    processor: cpus()[0]?.model.trim() ?? "unknown",
    cores: availableParallelism(),
    memoryGigabytes: Math.round(totalmem() / 2 ** 30),
    load: Number(loadavg()[0].toFixed(1)),
  };
}

function libsqlVersion() {
  return require(join(dirname(require.resolve("libsql")), "package.json")).version;
}

function sqliteVersion() {
  const database = new Database(":memory:");
  const { version } = database.prepare("SELECT sqlite_version() AS version").get();
  database.close();
  return version;
}

export function environmentText(environment) {
  const { node, policycache, system, cores, processor, memoryGigabytes, load, sqlite, redis, durability } = environment;
  return [
    `policycache ${policycache}, Node ${node}, ${system}`,
    `${sqlite}; ${redis}`,
    durability,
    `${cores} cores of ${processor}, ${memoryGigabytes} GB; load when started ${load}`,
  ].join("\n");
}

/** The settings under which the library runs a store. */
export async function describeDatabase(library, path) {
  const database = new Database(path);
  const cache = await library.PolicyCache.open(path, { workers: "none", database });
  const read = (sql) => Object.values(database.prepare(sql).get())[0];
  const settings = {
    libsql: libsqlVersion(),
    sqlite: sqliteVersion(),
    journalMode: read("PRAGMA journal_mode"),
    synchronous: ["OFF", "NORMAL", "FULL", "EXTRA"][read("PRAGMA synchronous")],
    pageSizeBytes: read("PRAGMA page_size"),
    walAutocheckpointPages: read("PRAGMA wal_autocheckpoint"),
  };
  await cache.close();
  database.close();
  return settings;
}
