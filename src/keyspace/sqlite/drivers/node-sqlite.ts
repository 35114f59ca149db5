import type { PreparedStatement, RowShape, SqliteConnection } from "./connection.js";

/** A `DatabaseSync` of `node:sqlite`. */
export interface NodeSqliteDatabase {
  /** Compiles a statement, to be run many times. */
  prepare(sql: string): NodeSqliteStatement;
  /** Runs statements that return nothing. */
  exec(sql: string): unknown;
  /** Releases the file. */
  close(): unknown;
}

/** A `StatementSync` of `node:sqlite`. */
export interface NodeSqliteStatement {
  /** Runs it. @returns how many rows it changed */
  run(...parameters: never[]): { changes: number | bigint };
  /** The first row; undefined when there is none. */
  get(...parameters: never[]): unknown;
  /** Every row, in order. */
  all(...parameters: never[]): unknown[];
  /** Whether integers come as BigInt. */
  setReadBigInts(enabled: boolean): void;
  /** Makes rows come as arrays of their columns. Since Node 22.16. */
  setReturnArrays?(enabled: boolean): void;
}

export class NodeSqliteConnection implements SqliteConnection {
  readonly readsJoined = false;
  readonly #database: NodeSqliteDatabase;

  constructor(database: NodeSqliteDatabase) {
    this.#database = database;
  }

  prepare(sql: string, rows: RowShape): PreparedStatement {
    const statement = this.#database.prepare(sql);
    statement.setReadBigInts(false); // its owner may have set another default
    const asArrays = rows === "arrays";
    statement.setReturnArrays?.(asArrays);
    const shape = asArrays && statement.setReturnArrays === undefined ? columnsOf : same;
    return {
      run: (parameters) => Number(statement.run(...(parameters as never[])).changes),
      get: (parameters) => shape(statement.get(...(parameters as never[]))),
      all: (parameters) => statement.all(...(parameters as never[])).map(shape),
    };
  }

  exec(sql: string): void {
    this.#database.exec(sql);
  }

  async close(): Promise<void> {
    this.#database.close();
  }
}

function same(row: unknown): unknown {
  return row;
}

/** The columns of a row in their order: none of ours has a name that is a number. */
function columnsOf(row: unknown): unknown {
  return row === undefined ? undefined : Object.values(row as object);
}
