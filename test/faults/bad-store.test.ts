import { chmodSync, mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it, onTestFinished } from "vitest";
import { PolicyCache } from "../../src/cache/policy-cache.js";
import { OUTCOME_STREAM } from "../../src/cache/recording/outcome-stream.js";
import { DataFormatError, PolicyCacheError, StoreError } from "../../src/common/errors.js";
import { FORMAT_VERSION } from "../../src/keyspace/sqlite/schema.js";
import { startChild } from "../support/child-process.js";
import { DEPLOY, DEPLOY_FINGERPRINT, outcome, successes } from "../support/events.js";
import { eventually } from "../support/eventually.js";
import { dumpTables, integrityOf } from "../support/stores/dump.js";
import { openSqlite } from "../support/stores/sqlite-database.js";
import { atomically, freshLocation, openCacheAt } from "../support/stores/stores.js";
import { temporaryFolder } from "../support/temporary-folder.js";

// What the world can do to a SQLite file. Every case ends in a StoreError of the right code and leaves the file alone.

async function errorOf(call: () => Promise<unknown>): Promise<PolicyCacheError> {
  try {
    await call();
  } catch (error) {
    if (PolicyCacheError.isInstance(error)) return error;
    throw new Error("not an error of this library", { cause: error });
  }
  throw new Error("nothing was refused");
}

const POLICY = { agentId: "agent-1", stateFingerprint: DEPLOY_FINGERPRINT, actionType: "run_playbook" };

/** A folder with a store of one policy in it, closed. */
async function storeWithPolicy(): Promise<{ folder: string; location: string }> {
  const folder = temporaryFolder();
  const location = join(folder, "policies.db");
  const cache = await PolicyCache.open(location, { workers: "inline" });
  await cache.recordMany(successes(6));
  await cache.close();
  return { folder, location };
}

/** Names and bytes of the files of a folder; a log without anything in it comes and goes. */
function filesOf(folder: string): Record<string, string> {
  const names = readdirSync(folder).filter((name) => !name.endsWith("-shm"));
  const files = names.map((name) => [name, readFileSync(join(folder, name), "latin1")] as const);
  return Object.fromEntries(files.filter(([name, bytes]) => !name.endsWith("-wal") || bytes !== ""));
}

function openDatabase(location: string): ReturnType<typeof openSqlite> {
  const database = openSqlite(location);
  onTestFinished(() => void database.close());
  return database;
}

interface BadFile {
  readonly name: string;
  /** Puts something at `location`, in a fresh folder. */
  readonly make: (location: string, folder: string) => void;
  readonly code: string;
  readonly message: RegExp;
}

function execute(location: string, ...sql: readonly string[]): void {
  const database = openSqlite(location);
  for (const statement of sql) database.exec(statement);
  // What stays in the log moves into the file whenever the driver lets go of a closed handle.
  database.prepare("PRAGMA wal_checkpoint(TRUNCATE)").all();
  database.close();
}

const BAD_FILES: readonly BadFile[] = [
  {
    name: "a text file",
    make: (location) => writeFileSync(location, "These are my notes, not a database.\n".repeat(100)),
    code: "DATA_FORMAT",
    message: /not a readable SQLite database.*Name another file/,
  },
  {
    name: "a file that begins like a database and goes on otherwise",
    make: (location) => writeFileSync(location, `SQLite format 3\0${"\x07".repeat(8000)}`),
    code: "DATA_FORMAT",
    message: /not a readable SQLite database/,
  },
  {
    name: "somebody else's database",
    make: (location) => execute(location, "CREATE TABLE users (name TEXT)", "INSERT INTO users VALUES ('ada')"),
    code: "DATA_FORMAT",
    message: /was not made by PolicyCache.*left as it is/,
  },
  {
    name: "somebody else's database with our version number",
    make: (location) =>
      execute(location, "CREATE TABLE records (id INTEGER)", `PRAGMA user_version = ${FORMAT_VERSION}`),
    code: "DATA_FORMAT",
    message: /was not made by PolicyCache/,
  },
  {
    name: "a folder",
    make: (location) => mkdirSync(location),
    code: "STORE_UNAVAILABLE",
    message: /is a folder.*Name a file in it/,
  },
  {
    name: "a folder that does not exist",
    make: () => {},
    code: "STORE_UNAVAILABLE",
    message: /There is no folder .*Create it/,
  },
  {
    name: "a file in the place of its folder",
    make: (_location, folder) => writeFileSync(join(folder, "missing"), "a file"),
    code: "STORE_UNAVAILABLE",
    message: /There is no folder/,
  },
];

describe("a location that cannot be a store", () => {
  it.each(BAD_FILES)("is refused and left alone: $name", async ({ name, make, code, message }) => {
    const folder = temporaryFolder();
    const inMissingFolder = name.includes("does not exist") || name.includes("in the place");
    const location = inMissingFolder ? join(folder, "missing", "policies.db") : join(folder, "policies.db");
    make(location, folder);
    const contents = () => (name === "a folder" ? readdirSync(location) : filesOf(folder));
    const before = contents();
    const error = await errorOf(() => PolicyCache.open(location));
    expect(error).toBeInstanceOf(code === "DATA_FORMAT" ? DataFormatError : StoreError);
    expect(error).toMatchObject({ code, retryable: false });
    expect(error.message).toMatch(message);
    expect(error.message).toContain(inMissingFolder ? join(folder, "missing") : location);
    expect(contents()).toEqual(before);
  });

  it.each([FORMAT_VERSION + 1, FORMAT_VERSION - 1, 999])(
    "is refused when its format version is %i",
    async (version) => {
      const { folder, location } = await storeWithPolicy();
      execute(location, `PRAGMA user_version = ${version}`);
      const before = filesOf(folder);
      const error = await errorOf(() => PolicyCache.open(location));
      expect(error).toBeInstanceOf(DataFormatError);
      expect(error.message).toContain(`format version ${version}; this release reads version ${FORMAT_VERSION}`);
      expect(filesOf(folder)).toEqual(before);
    },
  );

  it("is accepted when it is an empty file", async () => {
    const location = freshLocation("sqlite");
    writeFileSync(location, "");
    const cache = await openCacheAt(location);
    expect((await cache.record(outcome("success"))).recorded).toBe(true);
  });
});

describe("a store without rights", () => {
  // Root may do anything, so these run in a process that gives its rights up.
  it.each([
    {
      name: "a read-only folder without a store",
      filled: false,
      folderMode: 0o555,
      fileMode: 0,
      code: "STORE_READ_ONLY",
    },
    {
      name: "a store in a read-only folder",
      filled: true,
      folderMode: 0o555,
      fileMode: 0o666,
      code: "STORE_READ_ONLY",
    },
    { name: "a read-only store", filled: true, folderMode: 0o777, fileMode: 0o444, code: "STORE_READ_ONLY" },
    { name: "an unreadable store", filled: true, folderMode: 0o777, fileMode: 0o000, code: "STORE_READ_ONLY" },
    { name: "a store in a hidden folder", filled: true, folderMode: 0o000, fileMode: 0o666, code: "STORE_READ_ONLY" },
  ])("is refused and left alone: $name", async ({ filled, folderMode, fileMode, code }) => {
    const { folder, location } = filled ? await storeWithPolicy() : emptyFolder();
    if (filled) chmodSync(location, fileMode);
    chmodSync(folder, folderMode);
    onTestFinished(() => chmodSync(folder, 0o700));
    const child = startChild("as-nobody.ts", [location]);
    expect((await child.ended).code, child.errors()).toBe(0);
    chmodSync(folder, 0o700);
    const error = JSON.parse(child.lines[0] ?? "{}") as Record<string, unknown>;
    expect(error).toMatchObject({ name: "StoreError", code, retryable: false });
    expect(error.message).toContain(folder);
    if (filled) {
      chmodSync(location, 0o600);
      expect(integrityOf(location)).toBe("ok");
      const ofStates = (row: unknown) => JSON.stringify(row).includes('"state\\t');
      expect(dumpTables(location).records?.filter(ofStates)).toHaveLength(2);
    } else {
      expect(readdirSync(folder)).toEqual([]);
    }
  });
});

describe("a store opened for reading only", () => {
  it.each([
    { name: "in a read-only folder", folderMode: 0o555, fileMode: 0o444 },
    { name: "in a folder that could be written to", folderMode: 0o777, fileMode: 0o444 },
  ])("is read, and refuses to be written to: $name", async ({ folderMode, fileMode }) => {
    const { folder, location } = await storeWithPolicy();
    rmSync(`${location}-wal`, { force: true });
    rmSync(`${location}-shm`, { force: true });
    chmodSync(location, fileMode);
    chmodSync(folder, folderMode);
    onTestFinished(() => chmodSync(folder, 0o700));
    const before = readFileSync(location);
    const child = startChild("as-reader.ts", [location]);
    expect((await child.ended).code, child.errors()).toBe(0);
    expect(JSON.parse(child.lines[0] ?? "{}")).toEqual({ policies: 1, ranked: 1, refused: "STORE_READ_ONLY" });
    chmodSync(folder, 0o700);
    expect(readFileSync(location).equals(before)).toBe(true);
  });

  it("follows what another connection writes", async () => {
    const location = freshLocation("sqlite");
    const writer = await openCacheAt(location, { workers: "inline" });
    const reader = await openCacheAt(location, { readOnly: true });
    await writer.recordMany(successes(6));
    expect((await reader.decide({ agentId: "agent-1", state: DEPLOY })).kind).toBe("serve");
    expect((await errorOf(() => reader.record(outcome("success")))).code).toBe("STORE_READ_ONLY");
    expect((await errorOf(() => reader.flush().then(() => reader.policies.delete(POLICY)))).code).toBe(
      "STORE_READ_ONLY",
    );
  });

  it("must exist, be ours, and be a file", async () => {
    const folder = temporaryFolder();
    const missing = await errorOf(() => PolicyCache.open(join(folder, "policies.db"), { readOnly: true }));
    expect(missing.code).toBe("STORE_NOT_FOUND");
    expect(readdirSync(folder)).toEqual([]);
    const foreign = join(folder, "foreign.db");
    const database = openSqlite(foreign);
    database.exec("CREATE TABLE notes (text)");
    database.close();
    expect((await errorOf(() => PolicyCache.open(foreign, { readOnly: true }))).code).toBe("DATA_FORMAT");
    const inMemory = await errorOf(() => PolicyCache.open("memory:", { readOnly: true }));
    expect(inMemory).toMatchObject({ code: "INVALID_CONFIGURATION", option: "readOnly" });
    const working = await errorOf(() => PolicyCache.open(foreign, { readOnly: true, workers: "inline" }));
    expect(working).toMatchObject({ code: "INVALID_CONFIGURATION", option: "workers" });
  });
});

function emptyFolder(): { folder: string; location: string } {
  const folder = temporaryFolder();
  return { folder, location: join(folder, "policies.db") };
}

describe("a full disk", () => {
  /** A store that may not grow by more than a few pages. */
  async function nearlyFull(workers: "inline" | "background", onWorkerError?: (error: unknown) => void) {
    const { location } = await storeWithPolicy();
    const database = openDatabase(location);
    const cache = await PolicyCache.open(location, {
      database,
      workers,
      ...(onWorkerError === undefined ? {} : { onWorkerError }),
    });
    onTestFinished(() => cache.close());
    const limitPages = (pages: number) => database.exec(`PRAGMA max_page_count = ${pages}`);
    const { page_count } = database.prepare("PRAGMA page_count").get() as { page_count: number };
    return { location, cache, limitPages, pages: page_count };
  }

  it("fails the call with a retryable error, changes nothing, and is over when there is space", async () => {
    const { location, cache, limitPages, pages } = await nearlyFull("inline");
    limitPages(pages);
    const large = Array.from({ length: 200 }, (_, index) =>
      outcome("success", { id: `large-${index}`, state: { index, text: "x".repeat(1000) } }),
    );
    const before = dumpTables(location);
    for (let attempt = 0; attempt < 3; attempt += 1) {
      const error = await errorOf(() => cache.recordMany(large));
      expect(error).toBeInstanceOf(StoreError);
      expect(error).toMatchObject({ code: "STORE_FULL", retryable: true });
      expect(error.message).toContain(location);
      expect(dumpTables(location)).toEqual(before);
    }
    expect((await cache.decide({ agentId: "agent-1", state: DEPLOY })).kind, "reading goes on").toBe("serve");
    limitPages(1_000_000);
    expect(await cache.recordMany(large)).toMatchObject({ recorded: large.length });
    expect(integrityOf(location)).toBe("ok");
  });

  it("stops the background worker only until there is space, and costs no event", async () => {
    const errors: unknown[] = [];
    const { cache, limitPages, location } = await nearlyFull("background", (error) => errors.push(error));
    const run = cache.store.run.bind(cache.store);
    let worksAt: (() => void) | undefined;
    const mayCount = new Promise<void>((resolve) => {
      worksAt = resolve;
    });
    cache.store.run = async (operation, input, shard) => {
      if (operation.name === "count-delivered") await mayCount;
      return run(operation, input, shard);
    };
    const states = Array.from({ length: 300 }, (_, index) => ({ index, text: "x".repeat(500) }));
    await cache.recordMany(states.map((state) => outcome("success", { state })));
    const { page_count } = openDatabase(location).prepare("PRAGMA page_count").get() as { page_count: number };
    limitPages(page_count);
    worksAt?.();
    await eventually("the worker meets the full disk", () => errors.length > 0);
    expect(errors[0]).toMatchObject({ code: "STORE_FULL", retryable: true });
    limitPages(1_000_000);
    await cache.flush();
    expect((await cache.statistics()).totals).toMatchObject({ states: 1 + states.length, events: 6 + states.length });
    const letters = await atomically(cache.store, (keyspace) => keyspace.describeStream(`dead:${OUTCOME_STREAM}`));
    expect(letters.appended).toBe(0);
  });
});

describe("a file locked by another process", () => {
  it("fails writes and opening with a retryable error after the timeout, and works when released", async () => {
    const { location } = await storeWithPolicy();
    const cache = await openCacheAt(location, { workers: "inline", busyTimeoutMs: 60 });
    const before = dumpTables(location);
    const locker = startChild("locker.ts", [location]);
    await eventually("the other process holds the lock", () => locker.lines.includes("locked"));
    for (const call of [
      () => cache.record(outcome("success")),
      () => cache.recordMany(successes(100)),
      () => PolicyCache.open(location, { busyTimeoutMs: 0 }),
    ]) {
      const error = await errorOf(call);
      expect(error).toBeInstanceOf(StoreError);
      expect(error).toMatchObject({ code: "STORE_BUSY", retryable: true });
      expect(error.message).toContain(location);
      expect(error.hint).toContain("busyTimeoutMs");
    }
    expect((await cache.decide({ agentId: "agent-1", state: DEPLOY })).kind, "reading goes on").toBe("serve");
    expect(dumpTables(location)).toEqual(before);

    const patient = PolicyCache.open(location, { busyTimeoutMs: 30_000 });
    locker.process.kill("SIGTERM");
    await locker.ended;
    await (await patient).close();
    expect((await cache.record(outcome("success"))).recorded).toBe(true);
  });

  it("delays a write that has the patience, without stopping this process", async () => {
    const { location } = await storeWithPolicy();
    const cache = await openCacheAt(location, { workers: "inline", busyTimeoutMs: 30_000 });
    const locker = startChild("locker.ts", [location]);
    await eventually("the other process holds the lock", () => locker.lines.includes("locked"));
    let recorded = false;
    const recording = cache.record(outcome("success")).then(() => {
      recorded = true;
    });
    let turns = 0;
    await eventually("this process goes on meanwhile", () => {
      turns += 1;
      return turns > 20;
    });
    expect(recorded).toBe(false);
    locker.process.kill("SIGTERM");
    await recording;
    expect((await cache.statistics()).totals.events).toBe(7);
  });
});

describe("a database of the caller's", () => {
  it("that only reads is refused for writing", async () => {
    const { location } = await storeWithPolicy();
    const database = openDatabase(location);
    const cache = await PolicyCache.open(location, { database, workers: "inline" });
    database.exec("PRAGMA query_only = ON");
    const error = await errorOf(() => cache.record(outcome("success")));
    expect(error).toMatchObject({ name: "StoreError", code: "STORE_READ_ONLY", retryable: false });
    database.exec("PRAGMA query_only = OFF");
    expect((await cache.record(outcome("success"))).recorded).toBe(true);
    await cache.close();
  });

  it("that is somebody else's is refused and stays open", async () => {
    const database = openDatabase(":memory:");
    database.exec("CREATE TABLE users (name TEXT)");
    const error = await errorOf(() => PolicyCache.open("theirs", { database }));
    expect(error).toMatchObject({ code: "DATA_FORMAT" });
    expect(error.message).toContain("theirs");
    expect(database.prepare("SELECT count(*) AS tables FROM sqlite_master").get()).toMatchObject({ tables: 1 });
  });
});

describe("a damaged store", () => {
  it("says so when a record is not readable, and goes on with the others", async () => {
    const { location } = await storeWithPolicy();
    execute(location, "UPDATE records SET fields = '{broken' WHERE key LIKE 'state%'");
    const cache = await openCacheAt(location, { workers: "inline" });
    const before = dumpTables(location);
    for (const call of [
      () => cache.decide({ agentId: "agent-1", state: DEPLOY }),
      () => cache.record(outcome("success")),
    ]) {
      const error = await errorOf(call);
      expect(error).toBeInstanceOf(DataFormatError);
      expect(error).toMatchObject({ code: "DATA_FORMAT", retryable: false });
      expect(dumpTables(location)).toEqual(before);
    }
    expect((await cache.recordMany(successes(6, { state: { other: 1 } }))).crystallized).toBe(1);
  });
});
