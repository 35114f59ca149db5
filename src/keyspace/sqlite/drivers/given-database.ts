import { ConfigurationError } from "../../../common/errors.js";
import { BetterSqlite3Connection, type BetterSqlite3Database } from "./better-sqlite3.js";
import type { SqliteConnection } from "./connection.js";
import { NodeSqliteConnection, type NodeSqliteDatabase } from "./node-sqlite.js";

/** A database that the caller opened: with `node:sqlite`, `better-sqlite3` or `libsql`. */
export type SqliteDatabase = NodeSqliteDatabase | BetterSqlite3Database;

const EXPECTED = "a database opened with node:sqlite, better-sqlite3 or libsql";

/** @throws {@link ConfigurationError} when it is no such database, and what the driver throws when it is closed */
export function connectTo(database: SqliteDatabase): SqliteConnection {
  if (typeof database?.prepare !== "function" || typeof database.exec !== "function") {
    throw new ConfigurationError("database", database, EXPECTED);
  }
  const statement: object = database.prepare("SELECT 1");
  if ("setReadBigInts" in statement) return new NodeSqliteConnection(database as NodeSqliteDatabase);
  if ("raw" in statement && "safeIntegers" in statement) {
    return new BetterSqlite3Connection(database as BetterSqlite3Database);
  }
  throw new ConfigurationError("database", database, EXPECTED);
}
