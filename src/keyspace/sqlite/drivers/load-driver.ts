import { StoreError } from "../../../common/errors.js";
import type { BetterSqlite3Database } from "./better-sqlite3.js";
import type { SqliteConnection } from "./connection.js";
import { LibsqlConnection } from "./libsql.js";
import { NodeSqliteConnection, type NodeSqliteDatabase } from "./node-sqlite.js";

/** Opens the file at a path or `file:` URL, creating it when it does not exist and the URL does not forbid it. */
export type OpenConnection = (file: string) => SqliteConnection;

/**
 * The SQLite driver: the one that Node has built in, and `libsql` where there is none. Nothing is loaded before a file is
 * opened.
 *
 * @throws {@link StoreError} STORE_DRIVER_MISSING
 */
export async function loadDriver(): Promise<OpenConnection> {
  return builtInDriver() ?? (await installedDriver());
}

interface NodeSqlite {
  readonly DatabaseSync: new (file: string) => NodeSqliteDatabase;
  readonly StatementSync: { readonly prototype: object };
}

/** Of Node 22.16 and newer. What there was before lacks rows as arrays. */
function builtInDriver(): OpenConnection | undefined {
  const sqlite = withoutWarning(() => process.getBuiltinModule?.("node:sqlite") as NodeSqlite | undefined);
  if (sqlite === undefined || !("setReturnArrays" in sqlite.StatementSync.prototype)) return undefined;
  return (file) => new NodeSqliteConnection(new sqlite.DatabaseSync(file));
}

/** Node 22 calls its driver experimental whenever it is loaded: that is for us to know, not for the users of a program. */
function withoutWarning<Output>(load: () => Output): Output {
  const { emitWarning } = process;
  process.emitWarning = () => {};
  try {
    return load();
  } finally {
    process.emitWarning = emitWarning;
  }
}

/** A name that bundlers do not follow: the native part cannot be bundled, and most programs never ask for it. */
const LIBSQL = "libsql";

/** It has a native part per platform, which an installation may lack that left out optional packages or was made elsewhere. */
async function installedDriver(): Promise<OpenConnection> {
  try {
    const { default: Database } = (await import(/* webpackIgnore: true */ /* @vite-ignore */ LIBSQL)) as Libsql;
    return (file) => new LibsqlConnection(new Database(file));
  } catch (cause) {
    throw new StoreError(
      "STORE_DRIVER_MISSING",
      `The SQLite driver cannot be loaded on ${process.platform} ${process.arch} (${textOf(cause)}).`,
      {
        cause,
        hint: "Use Node 22.16 or newer, which has one built in; or install the package here again, optional dependencies included; or pass a database of better-sqlite3 as the option database.",
      },
    );
  }
}

interface Libsql {
  readonly default: new (file: string) => BetterSqlite3Database;
}

/** The first line: what was missing. The list of files that needed it follows. */
function textOf(cause: unknown): string {
  return (cause instanceof Error ? cause.message : String(cause)).split("\n", 1)[0] ?? "";
}
