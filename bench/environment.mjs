import { createRequire } from "node:module";
import { availableParallelism, cpus, loadavg, platform, release, totalmem } from "node:os";
import { dirname, join } from "node:path";
import Database from "libsql";

const require = createRequire(import.meta.url);

/** What a figure depends on besides the code, as it is at the start. */
export function describeMachine() {
  return {
    startedAt: new Date().toISOString(),
    policycache: require("../package.json").version,
    node: process.version,
    system: `${platform()} ${release()}`,
    processor: cpus()[0]?.model.trim() ?? "unknown",
    cores: availableParallelism(),
    memoryGigabytes: Math.round(totalmem() / 2 ** 30),
    load: Number(loadavg()[0].toFixed(1)),
  };
}

export function environmentText({ node, policycache, system, cores, processor, memoryGigabytes, load }) {
  return [
    `policycache ${policycache}, Node ${node}, ${system}`,
    `${cores} cores of ${processor}, ${memoryGigabytes} GB; load when started ${load}`,
  ].join("\n");
}

/** The settings under which the library runs a store. */
export async function describeDatabase(library, path) {
  const database = new Database(path);
  const cache = await library.PolicyCache.open(path, { workers: "none", database });
  const read = (sql) => Object.values(database.prepare(sql).get())[0];
  const settings = {
    libsql: require(join(dirname(require.resolve("libsql")), "package.json")).version,
    sqlite: read("SELECT sqlite_version()"),
    journalMode: read("PRAGMA journal_mode"),
    synchronous: ["OFF", "NORMAL", "FULL", "EXTRA"][read("PRAGMA synchronous")],
    pageSizeBytes: read("PRAGMA page_size"),
    walAutocheckpointPages: read("PRAGMA wal_autocheckpoint"),
  };
  await cache.close();
  database.close();
  return settings;
}
