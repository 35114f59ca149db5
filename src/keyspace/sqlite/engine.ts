import { access, constants, stat } from "node:fs/promises";
import { dirname, resolve } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { ConfigurationError, DataFormatError, StoreError } from "../../errors.js";
import { AppendSignal } from "../append-signal.js";
import type { Engine, Operation } from "../engine.js";
import { storeClosedError } from "../store-errors.js";
import type { Transfer } from "../transfer.js";
import { type SqliteDatabase, SqliteStatements } from "./database.js";
import { isBusy, translateSqliteError } from "./errors.js";
import { SqliteKeyspace } from "./keyspace.js";
import { APPLICATION_ID, FORMAT_VERSION, SCHEMA } from "./schema.js";
import { SqliteTransfer } from "./transfer.js";

export interface SqliteOptions {
  /**
   * What a resolved write has survived. `process`: the end of this process, however violent (WAL, synchronous=NORMAL).
   * `power`: also the loss of power (synchronous=FULL, one disk flush per write). Default `process`.
   */
  readonly durability?: "process" | "power";
  /** How long a write waits for another process to release the file before STORE_BUSY. Default 5000, 0 to 3 600 000. */
  readonly busyTimeoutMs?: number;
  /** A database opened by the caller with `libsql` or `better-sqlite3`; it stays open when the store is closed. */
  readonly database?: SqliteDatabase;
}

const DEFAULT_BUSY_TIMEOUT_MS = 5000;
/** How long SQLite itself waits, blocking this thread, before we wait without blocking it. */
const BLOCKING_WAIT_MS = 5;
/** How often to look for what other processes appended. */
const POLL_INTERVAL_MS = 250;

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
  #closed = false;

  private constructor(location: string, database: SqliteDatabase, ownsDatabase: boolean, busyTimeoutMs: number) {
    this.location = location;
    this.#database = database;
    this.#ownsDatabase = ownsDatabase;
    this.#busyTimeoutMs = busyTimeoutMs;
    this.#statements = new SqliteStatements(database);
    this.#keyspace = new SqliteKeyspace(this.#statements);
    this.transfer = new SqliteTransfer(this.#statements, (access, body) =>
      this.#retryWhileBusy(() => this.#transaction(access === "write" ? "BEGIN IMMEDIATE" : "BEGIN", body)),
    );
  }

  /**
   * Opens the file, creating it when it does not exist.
   *
   * @throws {@link StoreError} STORE_UNAVAILABLE, STORE_READ_ONLY or STORE_BUSY
   * @throws {@link DataFormatError} when the file is no database, not ours, or of another format version
   */
  static async open(path: string, options: SqliteOptions = {}): Promise<SqliteEngine> {
    const busyTimeoutMs = validateOptions(options);
    if (options.database === undefined) await checkPath(path);
    let database: SqliteDatabase | undefined;
    try {
      database = options.database ?? (await loadDriver())(path);
      const engine = new SqliteEngine(path, database, options.database === undefined, busyTimeoutMs);
      await engine.#retryWhileBusy(() => engine.#prepareFile(options.durability ?? "process"));
      return engine;
    } catch (error) {
      if (options.database === undefined) database?.close();
      throw translateSqliteError(error, path);
    }
  }

  run<Input, Output>(operation: Operation<Input, Output>, input: Input): Promise<Output> {
    if (operation.access === "write") return this.#retryWhileBusy(() => this.#write(operation, input));
    return this.#retryWhileBusy(() => this.#read(operation, input));
  }

  async waitForAppend(stream: string, _shard: number, timeoutMs: number, signal: AbortSignal): Promise<void> {
    if (!this.#closed) await this.#appends.wait(stream, Math.min(timeoutMs, POLL_INTERVAL_MS), signal);
  }

  async close(): Promise<void> {
    if (this.#closed) return;
    this.#closed = true;
    this.#appends.notifyAll();
    if (this.#ownsDatabase) this.#database.close();
  }

  #write<Input, Output>(operation: Operation<Input, Output>, input: Input): Output {
    return this.#transaction("BEGIN IMMEDIATE", () => operation.execute(this.#keyspace, input));
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
    this.#transaction("BEGIN IMMEDIATE", () => {
      if (!this.#isEmpty()) this.#checkFormat();
      else this.#database.exec(SCHEMA);
    });
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

function validateOptions(options: SqliteOptions): number {
  const { durability = "process", busyTimeoutMs = DEFAULT_BUSY_TIMEOUT_MS, database } = options;
  if (database !== undefined && typeof database?.prepare !== "function") {
    throw new ConfigurationError("database", database, "a database opened with libsql or better-sqlite3");
  }
  if (durability !== "process" && durability !== "power") {
    throw new ConfigurationError("durability", durability, `"process" or "power"`);
  }
  if (!Number.isFinite(busyTimeoutMs) || busyTimeoutMs < 0 || busyTimeoutMs > 3_600_000) {
    throw new ConfigurationError("busyTimeoutMs", busyTimeoutMs, "milliseconds from 0 to 3600000");
  }
  return busyTimeoutMs;
}

async function loadDriver(): Promise<(path: string) => SqliteDatabase> {
  const { default: Database } = await import("libsql");
  return (path) => new Database(path);
}

/** Says what is wrong with a path before SQLite says only that it cannot open it. */
async function checkPath(path: string): Promise<void> {
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
  for (const target of existing === undefined ? [folder] : [folder, path]) {
    await access(target, constants.W_OK).catch((cause: unknown) => {
      throw new StoreError("STORE_READ_ONLY", `${target} cannot be written to.`, {
        hint: "Give this user write access to it, or name another place.",
        cause,
      });
    });
  }
}
