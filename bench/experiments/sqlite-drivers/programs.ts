import { pathToFileURL } from "node:url";
import { BUILD } from "../../harness/library.js";

// What a driver is put through, each as a program of its own: some of them end their process. `FILE` is the file.

export type Driver = "node:sqlite" | "better-sqlite3" | "libsql";

const LIBRARY = JSON.stringify(pathToFileURL(`${BUILD}index.js`).href);

function opening(driver: Driver, file: string): string {
  const open =
    driver === "node:sqlite"
      ? `const { DatabaseSync } = process.getBuiltinModule("node:sqlite"); const open = (path) => new DatabaseSync(path);`
      : `const { default: Database } = await import("${driver}"); const open = (path) => new Database(path);`;
  return `const { emitWarning } = process; process.emitWarning = () => {}; ${open} process.emitWarning = emitWarning;
    const FILE = ${JSON.stringify(file)};`;
}

const EVENT = `(index) => ({ state: { place: index % 50 }, action: { type: "go" }, outcome: "success", id: "event-" + index })`;

/** Reads a text that JavaScript has no room for. */
export function tooLong(driver: Driver, file: string): string {
  return `${opening(driver, file)}
    const database = open(FILE);
    try {
      const row = database.prepare("SELECT hex(zeroblob(283115520)) AS text").get();
      console.log(row === undefined ? "nothing is found" : "read");
    } catch { console.log("an error") }`;
}

/** Closes a database with statements in use, and looks for what is still open. */
export function closing(driver: Driver, file: string): string {
  return `${opening(driver, file)}
    const fs = await import("node:fs");
    const database = open(FILE);
    database.exec("PRAGMA journal_mode = WAL; CREATE TABLE t (a)");
    const statement = database.prepare("INSERT INTO t VALUES (1)");
    statement.run();
    database.close();
    const links = fs.readdirSync("/proc/self/fd").map((name) => { try { return fs.readlinkSync("/proc/self/fd/" + name) } catch { return "" } });
    console.log(links.filter((link) => link.startsWith(FILE)).length)`;
}

/** Ends ten worker threads, one after the other, while they write. */
export function terminating(driver: Driver, file: string): string {
  const worker = `(async () => { ${opening(driver, file)}
    const database = open(FILE);
    database.exec("PRAGMA journal_mode = WAL; PRAGMA synchronous = NORMAL; CREATE TABLE IF NOT EXISTS t (a)");
    const statement = database.prepare("INSERT INTO t VALUES (?)");
    (await import("node:worker_threads")).parentPort.postMessage("opened");
    for (;;) statement.run("a text");
  })()`;
  return `const { Worker } = await import("node:worker_threads");
    for (let round = 0; round < 10; round += 1) {
      const worker = new Worker(${JSON.stringify(worker)}, { eval: true });
      await new Promise((resolve) => worker.once("message", resolve));
      await new Promise((resolve) => setTimeout(resolve, Math.random() * 60));
      await worker.terminate();
    }
    console.log("alive")`;
}

/** Records until it is killed, and says what was acknowledged. */
export function recording(driver: Driver, file: string, first: number): string {
  return `${opening(driver, file)}
    const { PolicyCache } = await import(${LIBRARY});
    const cache = await PolicyCache.open(FILE, { database: open(FILE), workers: "inline" });
    const fs = await import("node:fs");
    for (let index = ${first}; ; index += 1) {
      await cache.record((${EVENT})(index));
      fs.writeSync(1, index + "\\n");
    }`;
}

/** How many events a file has, and whether it is sound. */
export function checking(driver: Driver, file: string): string {
  return `${opening(driver, file)}
    const database = open(FILE);
    const { integrity_check } = database.prepare("PRAGMA integrity_check").get();
    const rows = database.prepare("SELECT member FROM members WHERE key LIKE 'seen%'").all();
    console.log(JSON.stringify({ isSound: integrity_check === "ok", ids: rows.map(({ member }) => member) }))`;
}

/** Microseconds of single calls. */
export function timing(driver: Driver, file: string, calls: number): string {
  return `${opening(driver, file)}
    const { PolicyCache } = await import(${LIBRARY});
    const cache = await PolicyCache.open(FILE, { database: open(FILE), workers: "inline" });
    const timed = async (call) => {
      for (let index = 0; index < ${calls} / 4; index += 1) await call(index);
      const started = performance.now();
      for (let index = 0; index < ${calls}; index += 1) await call(1e6 + index);
      return ((performance.now() - started) * 1000) / ${calls};
    };
    const record = await timed((index) => cache.record((${EVENT})(index)));
    const decide = await timed((index) => cache.decide({ state: { place: index % 50 } }));
    console.log(JSON.stringify({ record, decide }))`;
}
