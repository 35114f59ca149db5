import type { PreparedStatement, RowShape, SqliteConnection } from "./connection.js";

/** A database of `better-sqlite3`, or of `libsql`, which has the same interface. */
export interface BetterSqlite3Database {
  /** Compiles a statement, to be run many times. */
  prepare(sql: string): BetterSqlite3Statement;
  /** Runs statements that return nothing. */
  exec(sql: string): unknown;
  /** Releases the file. */
  close(): unknown;
}

/** A compiled statement of `better-sqlite3`. */
export interface BetterSqlite3Statement {
  /** Runs it. @returns how many rows it changed */
  run(...parameters: unknown[]): { changes: number | bigint };
  /** The first row; undefined when there is none. */
  get(...parameters: unknown[]): unknown;
  /** Every row, in order. */
  all(...parameters: unknown[]): unknown[];
  /** Makes rows come as arrays of their columns. */
  raw(toggle?: boolean): unknown;
  /** Whether integers come as BigInt. */
  safeIntegers(toggle?: boolean): unknown;
}

export class BetterSqlite3Connection implements SqliteConnection {
  readonly readsJoined: boolean = false;
  readonly #database: BetterSqlite3Database;

  constructor(database: BetterSqlite3Database) {
    this.#database = database;
  }

  prepare(sql: string, rows: RowShape): PreparedStatement {
    const statement = this.#database.prepare(sql);
    statement.safeIntegers(false); // its owner may have set another default
    if (rows === "arrays") statement.raw();
    return {
      run: (parameters) => Number(statement.run(parameters).changes),
      get: (parameters) => statement.get(parameters) ?? undefined,
      all: (parameters) => statement.all(parameters),
    };
  }

  exec(sql: string): void {
    this.#database.exec(sql);
  }

  async close(): Promise<void> {
    this.#database.close();
  }
}
