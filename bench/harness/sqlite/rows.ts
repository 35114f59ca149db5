import type Database from "libsql";

/** `Row` is the shape the SQL itself promises. */
export function allRows<Row>(database: Database.Database, sql: string, ...parameters: unknown[]): readonly Row[] {
  return database.prepare(sql).all(...parameters) as Row[];
}

/** @throws when there is no row */
export function firstRow<Row>(database: Database.Database, sql: string, ...parameters: unknown[]): Row {
  const [row] = allRows<Row>(database, sql, ...parameters);
  if (row === undefined) throw new Error(`There is no row: ${sql}`);
  return row;
}
