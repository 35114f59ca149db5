/** The part of a SQLite driver this library uses: that of `better-sqlite3`, which `libsql` shares. */
export interface SqliteDatabase {
  prepare(sql: string): SqliteStatement;
  exec(sql: string): unknown;
  close(): unknown;
}

export interface SqliteStatement {
  run(...parameters: SqliteValue[]): { changes: number };
  get(...parameters: SqliteValue[]): unknown;
  all(...parameters: SqliteValue[]): unknown[];
}

export type SqliteValue = string | number | null | Uint8Array;

/** A statement prepared on first use and kept. */
export class SqliteStatements {
  readonly #database: SqliteDatabase;
  readonly #prepared = new Map<string, SqliteStatement>();

  constructor(database: SqliteDatabase) {
    this.#database = database;
  }

  /** @returns whether a row was inserted, changed or removed */
  run(sql: string, ...parameters: SqliteValue[]): number {
    return this.#prepare(sql).run(...parameters).changes;
  }

  /** `Row` is the shape the SQL itself promises. */
  get<Row>(sql: string, ...parameters: SqliteValue[]): Row | undefined {
    return (this.#prepare(sql).get(...parameters) ?? undefined) as Row | undefined;
  }

  all<Row>(sql: string, ...parameters: SqliteValue[]): readonly Row[] {
    return this.#prepare(sql).all(...parameters) as Row[];
  }

  #prepare(sql: string): SqliteStatement {
    let statement = this.#prepared.get(sql);
    if (statement === undefined) {
      statement = this.#database.prepare(sql);
      this.#prepared.set(sql, statement);
    }
    return statement;
  }
}
