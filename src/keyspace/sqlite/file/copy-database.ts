import { DataFormatError } from "../../../common/errors.js";
import type { SqliteConnection } from "../drivers/connection.js";
import { loadDriver } from "../drivers/load-driver.js";

/**
 * Writes all that is committed at this moment into an empty file, in one read transaction: others write on meanwhile. The copy
 * is compact, and was read through once it was made.
 *
 * @throws what the driver throws, and {@link DataFormatError} when the copy is not sound
 */
export async function copyDatabase(connection: SqliteConnection, file: string): Promise<void> {
  vacuumInto(connection, file);
  const open = await loadDriver();
  const copy = open(file);
  try {
    const found = copy.prepare("PRAGMA integrity_check(1)", "arrays").get([]) as readonly [string];
    if (found[0] === "ok") return;
    throw new DataFormatError(`The copy at ${file} is not sound: ${found[0]}.`, {
      hint: "Its source is probably damaged: restore that from an earlier backup.",
    });
  } finally {
    await copy.close();
  }
}

/** To SQLite this is a write, though not to its own file. */
function vacuumInto(connection: SqliteConnection, file: string): void {
  const [queryOnly] = connection.prepare("PRAGMA query_only", "arrays").get([]) as readonly [number];
  connection.exec("PRAGMA query_only = OFF");
  try {
    connection.prepare("VACUUM INTO ?", "objects").run([file]);
  } finally {
    connection.exec(`PRAGMA query_only = ${queryOnly}`);
  }
}
