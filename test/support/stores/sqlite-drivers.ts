import Libsql from "libsql";
import type { SqliteDatabase } from "../../../src/keyspace/sqlite/drivers/given-database.js";

/** A driver whose databases a caller may pass. */
export interface TestedDriver {
  readonly name: "node:sqlite" | "better-sqlite3" | "libsql";
  /** Opens a file as a caller would. `unusual`: with what a driver can be told to return instead of numbers and objects. */
  readonly open: (path: string, unusual?: boolean) => SqliteDatabase;
}

interface NodeSqlite {
  readonly DatabaseSync: new (path: string, options?: object) => SqliteDatabase;
}

type BetterSqlite3 = new (path: string) => SqliteDatabase & { defaultSafeIntegers(toggle: boolean): unknown };

/** Every driver that runs on this Node. */
export const TESTED_DRIVERS: readonly TestedDriver[] = [
  { name: "libsql", open: (path, unusual = false) => withSafeIntegers(new Libsql(path) as never, unusual) },
  ...(await betterSqlite3()),
  ...nodeSqlite(),
];

function nodeSqlite(): readonly TestedDriver[] {
  const sqlite = process.getBuiltinModule?.("node:sqlite") as NodeSqlite | undefined;
  if (sqlite === undefined) return [];
  const options = { readBigInts: true, returnArrays: true };
  return [
    { name: "node:sqlite", open: (path, unusual = false) => new sqlite.DatabaseSync(path, unusual ? options : {}) },
  ];
}

/** Its prebuilt parts end a process whose Node has an older interface for native parts. */
async function betterSqlite3(): Promise<readonly TestedDriver[]> {
  if (Number(process.versions.napi) < 10) return [];
  const name = "better-sqlite3"; // without types, and not installed where it would not run
  const { default: Database } = (await import(name)) as { default: BetterSqlite3 };
  return [{ name, open: (path, unusual = false) => withSafeIntegers(new Database(path), unusual) }];
}

function withSafeIntegers(database: InstanceType<BetterSqlite3>, toggle: boolean): SqliteDatabase {
  database.defaultSafeIntegers(toggle);
  return database;
}
