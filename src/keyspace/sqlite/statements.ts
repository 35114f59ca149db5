import type { PreparedStatement, RowShape, SqliteConnection, SqliteValue } from "./drivers/connection.js";

/** Statements of a connection, prepared on first use and kept. */
export class SqliteStatements {
  /** Whether one row with many records joined in it is read faster than these as rows. */
  readonly readsJoined: boolean;
  readonly #connection: SqliteConnection;
  readonly #prepared = { objects: new Map<string, PreparedStatement>(), arrays: new Map<string, PreparedStatement>() };

  constructor(connection: SqliteConnection) {
    this.#connection = connection;
    this.readsJoined = connection.readsJoined;
  }

  /** @returns how many rows were inserted, changed or removed */
  run(sql: string, ...parameters: SqliteValue[]): number {
    return this.#prepare(sql, "objects").run(parameters);
  }

  /** `Row` is the shape the SQL itself promises. */
  get<Row>(sql: string, ...parameters: SqliteValue[]): Row | undefined {
    return this.#prepare(sql, "objects").get(parameters) as Row | undefined;
  }

  /** The first row as an array of its columns, which takes less time. `Columns` is what the SQL itself promises. */
  columns<Columns extends readonly unknown[]>(sql: string, ...parameters: SqliteValue[]): Columns | undefined {
    return this.#prepare(sql, "arrays").get(parameters) as Columns | undefined;
  }

  all<Row>(sql: string, ...parameters: SqliteValue[]): readonly Row[] {
    return this.#prepare(sql, "objects").all(parameters) as readonly Row[];
  }

  /** Every row as an array of its columns, which takes less time. */
  allColumns<Columns extends readonly unknown[]>(sql: string, ...parameters: SqliteValue[]): readonly Columns[] {
    return this.#prepare(sql, "arrays").all(parameters) as unknown as readonly Columns[];
  }

  /** Forgets every statement: none may keep the file open that the connection closes. */
  forget(): void {
    this.#prepared.objects.clear();
    this.#prepared.arrays.clear();
  }

  #prepare(sql: string, rows: RowShape): PreparedStatement {
    const prepared = this.#prepared[rows];
    let statement = prepared.get(sql);
    if (statement === undefined) {
      statement = this.#connection.prepare(sql, rows);
      prepared.set(sql, statement);
    }
    return statement;
  }
}
