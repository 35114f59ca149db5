import { StoreError } from "../../common/errors.js";
import type { SqliteDatabase } from "./database.js";

export type OpenDatabase = (path: string) => SqliteDatabase;

/**
 * Loads the SQLite driver. It has a native part per platform, which an installation may lack that left out optional
 * packages, was made on another platform, or was bundled.
 *
 * @throws {@link StoreError} STORE_DRIVER_MISSING
 */
export async function loadDriver(): Promise<OpenDatabase> {
  try {
    const { default: Database } = await import("libsql");
    return (path) => new Database(path);
  } catch (cause) {
    throw new StoreError(
      "STORE_DRIVER_MISSING",
      `The SQLite driver cannot be loaded on ${process.platform} ${process.arch} (${textOf(cause)}).`,
      {
        cause,
        hint: "Install the package here again, optional dependencies included, and leave libsql out of bundles; or pass a database of better-sqlite3 as the option database.",
      },
    );
  }
}

/** The first line: what was missing. The list of files that needed it follows. */
function textOf(cause: unknown): string {
  return (cause instanceof Error ? cause.message : String(cause)).split("\n", 1)[0] ?? "";
}
