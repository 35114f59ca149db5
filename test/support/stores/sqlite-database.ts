import Libsql from "libsql";
import type { SqliteDatabase } from "../../../src/keyspace/sqlite/drivers/given-database.js";

/** A connection of a test to a SQLite file. */
export interface TestDatabase {
  exec(sql: string): unknown;
  prepare(sql: string): {
    run(...parameters: unknown[]): { changes: number | bigint };
    get(...parameters: unknown[]): unknown;
    all(...parameters: unknown[]): unknown[];
  };
  close(): unknown;
}

interface NodeSqlite {
  readonly DatabaseSync: new (path: string) => TestDatabase;
}

const builtIn = process.getBuiltinModule?.("node:sqlite") as NodeSqlite | undefined;

/**
 * Opens a file with the driver that the library takes for it in this process: two copies of SQLite in one process do not see
 * each other's locks.
 */
export function openSqlite(path: string): TestDatabase & SqliteDatabase {
  const database: TestDatabase = builtIn === undefined ? new Libsql(path) : new builtIn.DatabaseSync(path);
  return database as TestDatabase & SqliteDatabase;
}
