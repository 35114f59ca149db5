import { statSync } from "node:fs";
import { access, constants, stat } from "node:fs/promises";
import { dirname, resolve } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { pathToFileURL } from "node:url";
import { ConfigurationError, DataFormatError, StoreError } from "../../common/errors.js";
import { AppendSignal } from "../port/append-signal.js";
import type { Engine, Operation } from "../port/engine.js";
import { storeClosedError, storeNotFoundError } from "../port/store-errors.js";
import type { Transfer } from "../port/transfer.js";
import { type SqliteDatabase, SqliteStatements } from "./database.js";
import { isBusy, isReadOnlyFolder, translateSqliteError } from "./errors.js";
import { SqliteKeyspace } from "./keyspace.js";
import { APPLICATION_ID, FORMAT_VERSION, SCHEMA } from "./schema.js";
import { SqliteTransfer } from "./transfer.js";
import { WriteQueue } from "./write-queue.js";

export interface SqliteOptions {
  /**
   * What a resolved write survives. `process`: the end of this process, however violent; when the machine fails, the last
   * writes may be missing, those since the log was last emptied at most, and never one from between others that are there
   * (WAL, synchronous=NORMAL). `power`: also that (synchronous=FULL, one disk flush per transaction). Default `process`.
   */
  readonly durability?: "process" | "power" | undefined;
  /** How long a write waits for another process to release the file before STORE_BUSY. Default 5000, 0 to 3 600 000. */
  readonly busyTimeoutMs?: number | undefined;
  /**
   * Opens a store that exists for reading only: nothing is written to the file, and writing operations are refused with
   * STORE_READ_ONLY. Works in a folder that cannot be written to, too. Default false.
   */
  readonly readOnly?: boolean | undefined;
  /** A database opened by the caller with `libsql` or `better-sqlite3`; it stays open when the store is closed. */
  readonly database?: SqliteDatabase | undefined;
}

const DEFAULT_BUSY_TIMEOUT_MS = 5000;
/** How long SQLite itself waits, blocking this thread, before we wait without blocking it. */
const BLOCKING_WAIT_MS = 5;
/** How often to look for what other processes appended. */
const POLL_INTERVAL_MS = 250;
/**
 * Pages in the log at which a commit moves them into the file, 16 MiB: with the 1000 that SQLite starts with, learning
 * moves the same pages again and again.
 */
const CHECKPOINT_PAGES = 4000;
/** The log file is cut back to this once it was emptied, should one long transaction have made it larger. */
const LARGEST_EMPTY_LOG_BYTES = 33_554_432;
const CACHE_KIBIBYTES = 32_000;

/** One SQLite file, shared by any number of processes on one machine. */
export class SqliteEngine implements Engine {
  readonly name = "sqlite";
  readonly shardCount = 1;
  readonly location: string;
  readonly transfer: Transfer;
  readonly #database: SqliteDatabase;
  readonly #ownsDatabase: boolean;
  readonly #statements: SqliteStatements;
  readonly #keyspace: SqliteKeyspace;
  readonly #appends = new AppendSignal();
  readonly #busyTimeoutMs: number;
  readonly #readOnly: boolean;
  readonly #writes: WriteQueue;
  #closed = false;

  private constructor(location: string, database: SqliteDatabase, options: SqliteOptions) {
    this.location = location;
    this.#database = database;
    this.#ownsDatabase = options.database === undefined;
    this.#busyTimeoutMs = options.busyTimeoutMs ?? DEFAULT_BUSY_TIMEOUT_MS;
    this.#readOnly = options.readOnly ?? false;
    this.#statements = new SqliteStatements(database);
    this.#keyspace = new SqliteKeyspace(this.#statements);
    this.transfer = new SqliteTransfer(this.#statements, (access, body) =>
      this.#retryWhileBusy(() => this.#transaction(access === "write" ? "BEGIN IMMEDIATE" : "BEGIN", body)),
    );
    this.#writes = new WriteQueue({
      transaction: (body) => this.#translated(() => this.#transaction("BEGIN IMMEDIATE", body)),
      isBusy,
      busyTimeoutMs: this.#busyTimeoutMs,
    });
  }

  /**
   * Opens the file, creating it when it does not exist and may be written to.
   *
   * @throws {@link StoreError} STORE_UNAVAILABLE, STORE_READ_ONLY or STORE_BUSY; STORE_NOT_FOUND with `readOnly`
   * @throws {@link DataFormatError} when the file is no database, not ours, or of another format version
   */
  static async open(path: string, options: SqliteOptions = {}): Promise<SqliteEngine> {
    validateOptions(options);
    const readOnly = options.readOnly ?? false;
    if (options.database === undefined) await checkPath(path, readOnly);
    let database: SqliteDatabase | undefined;
    try {
      const open = await loadDriver();
      database = options.database ?? (readOnly ? openReadOnly(open, path) : open(path));
      const engine = new SqliteEngine(path, database, options);
      const prepare = () => (readOnly ? engine.#checkFile() : engine.#prepareFile(options.durability ?? "process"));
      await engine.#retryWhileBusy(prepare);
      return engine;
    } catch (error) {
      if (options.database === undefined) database?.close();
      throw translateSqliteError(error, path);
    }
  }

  run<Input, Output>(operation: Operation<Input, Output>, input: Input): Promise<Output> {
    if (operation.access !== "write") return this.#retryWhileBusy(() => this.#read(operation, input));
    if (this.#closed) return Promise.reject(storeClosedError(this.location));
    return this.#writes.run(() => operation.execute(this.#keyspace, input));
  }

  async waitForAppend(stream: string, _shard: number, timeoutMs: number, signal: AbortSignal): Promise<void> {
    if (!this.#closed) await this.#appends.wait(stream, Math.min(timeoutMs, POLL_INTERVAL_MS), signal);
  }

  async close(): Promise<void> {
    if (this.#closed) return;
    this.#closed = true;
    this.#writes.close(() => storeClosedError(this.location));
    this.#appends.notifyAll();
    if (!this.#readOnly) this.#emptyLog();
    if (this.#ownsDatabase) this.#database.close();
  }

  /** Moves all there is into the file itself, unless others are at it: then it is left to them. */
  #emptyLog(): void {
    try {
      this.#statements.get("PRAGMA wal_checkpoint(TRUNCATE)");
    } catch {
      // What is in the log is kept there: closing must not fail for it.
    }
  }

  #read<Input, Output>(operation: Operation<Input, Output>, input: Input): Output {
    const execute = () => operation.execute(this.#keyspace, input);
    return operation.access === "single-read" ? execute() : this.#transaction("BEGIN", execute);
  }

  #transaction<Output>(begin: "BEGIN" | "BEGIN IMMEDIATE", body: () => Output): Output {
    this.#statements.run(begin);
    try {
      const output = body();
      this.#keyspace.flush();
      this.#statements.run("COMMIT");
      for (const stream of this.#keyspace.endTransaction()) this.#appends.notify(stream);
      return output;
    } catch (error) {
      this.#keyspace.endTransaction();
      this.#rollback();
      throw error;
    }
  }

  /** SQLite has rolled back by itself after some failures, such as a full disk. */
  #rollback(): void {
    try {
      this.#statements.run("ROLLBACK");
    } catch {
      // No transaction is open any more: nothing of it was kept.
    }
  }

  #translated<Output>(body: () => Output): Output {
    try {
      return body();
    } catch (error) {
      throw translateSqliteError(error, this.location);
    }
  }

  async #retryWhileBusy<Output>(attempt: () => Output): Promise<Output> {
    const deadline = performance.now() + this.#busyTimeoutMs;
    for (;;) {
      if (this.#closed) throw storeClosedError(this.location);
      try {
        return attempt();
      } catch (error) {
        const translated = translateSqliteError(error, this.location);
        if (!isBusy(translated) || performance.now() >= deadline) throw translated;
      }
      await sleep(1 + Math.random() * 10);
    }
  }

  #prepareFile(durability: "process" | "power"): void {
    this.#statements.get(`PRAGMA busy_timeout = ${BLOCKING_WAIT_MS}`);
    if (!this.#isEmpty()) this.#checkFormat(); // before the first change: the file may be somebody else's
    this.#statements.get("PRAGMA journal_mode = WAL");
    this.#database.exec(`PRAGMA synchronous = ${durability === "power" ? "FULL" : "NORMAL"}`);
    this.#statements.get(`PRAGMA wal_autocheckpoint = ${CHECKPOINT_PAGES}`);
    this.#statements.get(`PRAGMA journal_size_limit = ${LARGEST_EMPTY_LOG_BYTES}`);
    this.#database.exec(`PRAGMA cache_size = -${CACHE_KIBIBYTES}`);
    this.#transaction("BEGIN IMMEDIATE", () => {
      if (!this.#isEmpty()) this.#checkFormat();
      else this.#database.exec(SCHEMA);
    });
  }

  #checkFile(): void {
    this.#statements.get(`PRAGMA busy_timeout = ${BLOCKING_WAIT_MS}`);
    this.#checkFormat();
  }

  #isEmpty(): boolean {
    return this.#statements.get<{ tables: number }>("SELECT count(*) AS tables FROM sqlite_master")?.tables === 0;
  }

  #readFormat(): { application: number; version: number } {
    const application = this.#statements.get<{ application_id: number }>("PRAGMA application_id")?.application_id ?? 0;
    const version = this.#statements.get<{ user_version: number }>("PRAGMA user_version")?.user_version ?? 0;
    return { application, version };
  }

  #checkFormat(): void {
    const { application, version } = this.#readFormat();
    if (application !== APPLICATION_ID) {
      throw new DataFormatError(`The database at ${this.location} was not made by PolicyCache.`, {
        hint: "Name another file; this one was left as it is.",
      });
    }
    if (version !== FORMAT_VERSION) {
      throw new DataFormatError(
        `The store at ${this.location} has format version ${version}; this release reads version ${FORMAT_VERSION}.`,
        { hint: "Use the release that wrote it, or start with a new file." },
      );
    }
  }
}

function validateOptions(options: SqliteOptions): void {
  const { durability = "process", busyTimeoutMs = DEFAULT_BUSY_TIMEOUT_MS, readOnly = false, database } = options;
  if (database !== undefined && typeof database?.prepare !== "function") {
    throw new ConfigurationError("database", database, "a database opened with libsql or better-sqlite3");
  }
  if (durability !== "process" && durability !== "power") {
    throw new ConfigurationError("durability", durability, `"process" or "power"`);
  }
  if (!Number.isFinite(busyTimeoutMs) || busyTimeoutMs < 0 || busyTimeoutMs > 3_600_000) {
    throw new ConfigurationError("busyTimeoutMs", busyTimeoutMs, "milliseconds from 0 to 3600000");
  }
  if (typeof readOnly !== "boolean") throw new ConfigurationError("readOnly", readOnly, "true or false");
}

async function loadDriver(): Promise<(path: string) => SqliteDatabase> {
  const { default: Database } = await import("libsql");
  return (path) => new Database(path);
}

/**
 * A connection that cannot write. In WAL mode a reader, too, needs the index beside the file, which it cannot make where
 * it must not write. Without a log there is nothing to index, and the file can be read as it is.
 */
function openReadOnly(open: (path: string) => SqliteDatabase, path: string): SqliteDatabase {
  const url = pathToFileURL(resolve(path)).href;
  const database = open(`${url}?mode=ro`);
  try {
    database.prepare("SELECT count(*) FROM sqlite_master").get();
    return database;
  } catch (error) {
    database.close();
    const log = statSync(`${path}-wal`, { throwIfNoEntry: false });
    if (isReadOnlyFolder(error) && (log === undefined || log.size === 0)) return open(`${url}?immutable=1`);
    throw error;
  }
}

/** Says what is wrong with a path before SQLite says only that it cannot open it. */
async function checkPath(path: string, readOnly: boolean): Promise<void> {
  if (path === ":memory:") return;
  const folder = dirname(resolve(path));
  const unavailable = (message: string, hint: string, cause?: unknown) =>
    new StoreError("STORE_UNAVAILABLE", message, { hint, cause });
  const isFolder = await stat(folder).then(
    (entry) => entry.isDirectory(),
    () => false,
  );
  if (!isFolder) throw unavailable(`There is no folder ${folder}.`, "Create it, or name another file.");
  const existing = await stat(path).catch(() => undefined);
  if (existing?.isDirectory()) throw unavailable(`${path} is a folder.`, "Name a file in it.");
  if (readOnly) {
    if (existing === undefined) throw storeNotFoundError(path);
    return;
  }
  for (const target of existing === undefined ? [folder] : [folder, path]) {
    await access(target, constants.W_OK).catch((cause: unknown) => {
      throw new StoreError("STORE_READ_ONLY", `${target} cannot be written to.`, {
        hint: "Give this user write access to it, or name another place.",
        cause,
      });
    });
  }
}
