import type { AbortSignalLike } from "../../common/abort.js";
import { ConfigurationError, DataFormatError } from "../../common/errors.js";
import { monotonicMs, sleep } from "../../common/timing.js";
import { AppendSignal } from "../port/append-signal.js";
import type { Engine, Operation } from "../port/engine.js";
import type { HealthCheck } from "../port/health-check.js";
import { storeClosedError } from "../port/store-errors.js";
import type { Transfer } from "../port/transfer.js";
import type { Upgrading } from "../port/upgrade.js";
import type { SqliteConnection } from "./drivers/connection.js";
import { connectTo, type SqliteDatabase } from "./drivers/given-database.js";
import { isBusy, translateSqliteError } from "./errors.js";
import { copyDatabase } from "./file/copy-database.js";
import { type AskedOfFile, examineFile } from "./file/examine-file.js";
import { openDatabase } from "./file/open-database.js";
import { WatchedFile } from "./file/watched-file.js";
import { checkFormat, isEmptyFile, upgradedVersion } from "./format.js";
import { SqliteKeyspace } from "./keyspace.js";
import { SCHEMA } from "./schema.js";
import { SqliteStatements } from "./statements.js";
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
   * Opens a store that exists for reading only: nothing is created or written, and writing operations are refused with
   * STORE_READ_ONLY. A file may lie in a folder that cannot be written to. Default false.
   */
  readonly readOnly?: boolean | undefined;
  /** Permissions of a file that is created, with those that SQLite makes beside it. Default 0o600: its owner's alone. */
  readonly fileMode?: number | undefined;
  /**
   * A database opened by the caller with `node:sqlite`, `better-sqlite3` or `libsql`, for this store alone; it stays open when
   * the store is closed. Default: the file is opened with `node:sqlite`, or `libsql` where Node has none.
   */
  readonly database?: SqliteDatabase | undefined;
}

const DEFAULT_BUSY_TIMEOUT_MS = 5000;
const DEFAULT_FILE_MODE = 0o600;
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
  readonly #connection: SqliteConnection;
  readonly #ownsConnection: boolean;
  readonly #file: WatchedFile;
  /** What was asked of the file. */
  readonly #examined: AskedOfFile;
  readonly #statements: SqliteStatements;
  readonly #keyspace: SqliteKeyspace;
  readonly #appends = new AppendSignal();
  readonly #busyTimeoutMs: number;
  readonly #readOnly: boolean;
  readonly #upgrading: Upgrading;
  readonly #writes: WriteQueue;
  #closed = false;

  private constructor(location: string, connection: SqliteConnection, options: SqliteOptions & Upgrading) {
    this.#upgrading = options;
    this.location = location;
    this.#connection = connection;
    this.#ownsConnection = options.database === undefined;
    this.#file = new WatchedFile(location);
    this.#examined = {
      mode: options.fileMode ?? DEFAULT_FILE_MODE,
      readOnly: options.readOnly ?? false,
      logBytes: LARGEST_EMPTY_LOG_BYTES,
    };
    this.#busyTimeoutMs = options.busyTimeoutMs ?? DEFAULT_BUSY_TIMEOUT_MS;
    this.#readOnly = options.readOnly ?? false;
    this.#statements = new SqliteStatements(connection);
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
  static async open(path: string, options: SqliteOptions & Upgrading = {}): Promise<SqliteEngine> {
    validateOptions(options);
    const readOnly = options.readOnly ?? false;
    const { database, fileMode = DEFAULT_FILE_MODE } = options;
    let engine: SqliteEngine | undefined;
    try {
      const connection = database === undefined ? await openDatabase(path, readOnly, fileMode) : connectTo(database);
      engine = new SqliteEngine(path, connection, options);
      await engine.#prepare(options.durability ?? "process");
      return engine;
    } catch (error) {
      if (engine !== undefined) await engine.#release();
      throw translateSqliteError(error, path);
    }
  }

  run<Input, Output>(operation: Operation<Input, Output>, input: Input): Promise<Output> {
    if (operation.access !== "write") return this.#retryWhileBusy(() => this.#read(operation, input));
    if (this.#closed) return Promise.reject(storeClosedError(this.location));
    return this.#writes.run(() => operation.execute(this.#keyspace.port, input));
  }

  async waitForAppend(stream: string, _shard: number, timeoutMs: number, signal: AbortSignalLike): Promise<void> {
    if (!this.#closed) await this.#appends.wait(stream, Math.min(timeoutMs, POLL_INTERVAL_MS), signal);
  }

  /** Blocks this thread while the file is read, and no other process. */
  async copyTo(file: string): Promise<void> {
    if (this.#closed) throw storeClosedError(this.location);
    try {
      await copyDatabase(this.#connection, file);
    } catch (error) {
      const translated = translateSqliteError(error, file);
      throw translated instanceof DataFormatError ? translateSqliteError(error, this.location) : translated;
    }
  }

  async examine(): Promise<readonly HealthCheck[]> {
    return this.#closed ? [] : examineFile(this.#statements, this.#file, this.#examined);
  }

  async close(): Promise<void> {
    if (this.#closed) return;
    this.#closed = true;
    this.#writes.close(() => storeClosedError(this.location));
    this.#appends.notifyAll();
    if (!this.#readOnly) this.#emptyLog();
    await this.#release();
  }

  /** Lets go of the file. */
  async #release(): Promise<void> {
    this.#closed = true;
    this.#statements.forget();
    if (this.#ownsConnection) await this.#connection.close();
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
    this.#file.checkNowAndThen();
    const execute = () => operation.execute(this.#keyspace.port, input);
    return operation.access === "single-read" ? execute() : this.#transaction("BEGIN", execute);
  }

  #transaction<Output>(begin: "BEGIN" | "BEGIN IMMEDIATE", body: () => Output): Output {
    this.#statements.run(begin);
    try {
      const output = body();
      this.#keyspace.flush();
      this.#statements.run("COMMIT");
      if (begin === "BEGIN IMMEDIATE") this.#file.check();
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
    const deadline = monotonicMs() + this.#busyTimeoutMs;
    for (;;) {
      if (this.#closed) throw storeClosedError(this.location);
      try {
        return attempt();
      } catch (error) {
        const translated = translateSqliteError(error, this.location);
        if (!isBusy(translated) || monotonicMs() >= deadline) throw translated;
      }
      await sleep(1 + Math.random() * 10);
    }
  }

  #prepare(durability: "process" | "power"): Promise<void> {
    return this.#retryWhileBusy(() => (this.#readOnly ? this.#checkFile() : this.#prepareFile(durability)));
  }

  #prepareFile(durability: "process" | "power"): void {
    this.#statements.get(`PRAGMA busy_timeout = ${BLOCKING_WAIT_MS}`);
    if (!isEmptyFile(this.#statements)) checkFormat(this.#statements, this.location, this.#upgrading); // before the first change: the file may be somebody else's
    this.#statements.get("PRAGMA journal_mode = WAL");
    this.#connection.exec(`PRAGMA synchronous = ${durability === "power" ? "FULL" : "NORMAL"}`);
    this.#statements.get(`PRAGMA wal_autocheckpoint = ${CHECKPOINT_PAGES}`);
    this.#statements.get(`PRAGMA journal_size_limit = ${LARGEST_EMPTY_LOG_BYTES}`);
    this.#connection.exec(`PRAGMA cache_size = -${CACHE_KIBIBYTES}`);
    this.#transaction("BEGIN IMMEDIATE", () => {
      if (isEmptyFile(this.#statements)) this.#connection.exec(SCHEMA);
      else checkFormat(this.#statements, this.location, this.#upgrading);
      const version = upgradedVersion(this.#statements, this.#upgrading);
      if (version !== undefined) this.#connection.exec(`PRAGMA user_version = ${version}`);
    });
  }

  #checkFile(): void {
    this.#statements.get(`PRAGMA busy_timeout = ${BLOCKING_WAIT_MS}`);
    checkFormat(this.#statements, this.location, this.#upgrading);
  }
}

function validateOptions(options: SqliteOptions): void {
  const { durability = "process", busyTimeoutMs = DEFAULT_BUSY_TIMEOUT_MS, readOnly = false } = options;
  const { fileMode = DEFAULT_FILE_MODE } = options;
  if (durability !== "process" && durability !== "power") {
    throw new ConfigurationError("durability", durability, `"process" or "power"`);
  }
  if (!Number.isFinite(busyTimeoutMs) || busyTimeoutMs < 0 || busyTimeoutMs > 3_600_000) {
    throw new ConfigurationError("busyTimeoutMs", busyTimeoutMs, "milliseconds from 0 to 3600000");
  }
  if (!Number.isInteger(fileMode) || fileMode < 0 || fileMode > 0o777 || (fileMode & 0o600) !== 0o600) {
    throw new ConfigurationError(
      "fileMode",
      fileMode,
      "permissions from 0o600 to 0o777 with which its owner may read and write",
    );
  }
  if (typeof readOnly !== "boolean") throw new ConfigurationError("readOnly", readOnly, "true or false");
}
