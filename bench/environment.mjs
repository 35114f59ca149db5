import { createRequire } from "node:module";
import { availableParallelism, cpus, platform, release, totalmem } from "node:os";
import { dirname, join } from "node:path";

const require = createRequire(import.meta.url);

/** What a figure depends on besides the code. */
export function describeEnvironment(database) {
  const read = (pragma) => Object.values(database.prepare(`PRAGMA ${pragma}`).get())[0];
  return {
    node: process.version,
    policycache: packageVersion("../package.json"),
    libsql: packageVersion(join(dirname(require.resolve("libsql")), "package.json")),
    sqlite: Object.values(database.prepare("SELECT sqlite_version()").get())[0],
    journalMode: read("journal_mode"),
    synchronous: ["OFF", "NORMAL", "FULL", "EXTRA"][read("synchronous")],
    pageSizeBytes: read("page_size"),
    walAutocheckpointPages: read("wal_autocheckpoint"),
    system: `${platform()} ${release()}`,
    processor: cpus()[0]?.model.trim() ?? "unknown",
    cores: availableParallelism(),
    memoryGigabytes: Math.round(totalmem() / 2 ** 30),
  };
}

function packageVersion(path) {
  return require(path).version;
}
