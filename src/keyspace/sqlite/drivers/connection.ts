/** What the engine asks of a SQLite driver, whichever it is. Parameters are bound in order, to plain question marks. */
export interface SqliteConnection {
  /** Whether one row with many records joined in it is read faster than these as rows. */
  readonly readsJoined: boolean;
  /** Compiles a statement, to be run many times. */
  prepare(sql: string, rows: RowShape): PreparedStatement;
  /** Runs statements that return nothing. */
  exec(sql: string): void;
  /** Releases the file, with all that was made of it. */
  close(): Promise<void>;
}

/** Rows as objects by the names of their columns, or as arrays in the order of these. */
export type RowShape = "objects" | "arrays";

export interface PreparedStatement {
  /** Runs it. @returns how many rows it changed */
  run(parameters: readonly SqliteValue[]): number;
  /** The first row; undefined when there is none. */
  get(parameters: readonly SqliteValue[]): unknown;
  /** Every row, in order. */
  all(parameters: readonly SqliteValue[]): readonly unknown[];
}

export type SqliteValue = string | number | null | Uint8Array;
