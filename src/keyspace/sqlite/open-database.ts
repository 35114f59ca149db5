import { statSync } from "node:fs";
import { access, constants, stat } from "node:fs/promises";
import { dirname, resolve } from "node:path";
import { pathToFileURL } from "node:url";
import { StoreError } from "../../common/errors.js";
import { storeNotFoundError } from "../port/store-errors.js";
import type { SqliteDatabase } from "./database.js";
import { loadDriver, type OpenDatabase } from "./driver.js";
import { isReadOnlyFolder } from "./errors.js";

/** Opens a file with libsql, creating it when it does not exist and may be written to. */
export async function openDatabase(path: string, readOnly: boolean): Promise<SqliteDatabase> {
  await checkPath(path, readOnly);
  const open = await loadDriver();
  return readOnly ? openReadOnly(open, path) : open(path);
}

/**
 * A connection that cannot write. In WAL mode a reader, too, needs the index beside the file, which it cannot make where
 * it must not write. Without a log there is nothing to index, and the file can be read as it is.
 */
function openReadOnly(open: OpenDatabase, path: string): SqliteDatabase {
  const url = pathToFileURL(resolve(path)).href;
  const database = open(`${url}?mode=ro`);
  try {
    database.prepare("SELECT count(*) FROM sqlite_master").get();
    return database;
  } catch (error) {
    database.close();
    const log = statSync(`${path}-wal`, { throwIfNoEntry: false });
    if (isReadOnlyFolder(error) && (log === undefined || log.size === 0)) return open(`${url}?immutable=1`);
    throw error;
  }
}

/** Says what is wrong with a path before SQLite says only that it cannot open it. */
async function checkPath(path: string, readOnly: boolean): Promise<void> {
  if (path === ":memory:") return;
  const folder = dirname(resolve(path));
  const unavailable = (message: string, hint: string, cause?: unknown) =>
    new StoreError("STORE_UNAVAILABLE", message, { hint, cause });
  const isFolder = await stat(folder).then(
    (entry) => entry.isDirectory(),
    () => false,
  );
  if (!isFolder) throw unavailable(`There is no folder ${folder}.`, "Create it, or name another file.");
  const existing = await stat(path).catch(() => undefined);
  if (existing?.isDirectory()) throw unavailable(`${path} is a folder.`, "Name a file in it.");
  if (readOnly) {
    if (existing === undefined) throw storeNotFoundError(path);
    return;
  }
  for (const target of existing === undefined ? [folder] : [folder, path]) {
    await access(target, constants.W_OK).catch((cause: unknown) => {
      throw new StoreError("STORE_READ_ONLY", `${target} cannot be written to.`, {
        hint: "Give this user write access to it, or name another place.",
        cause,
      });
    });
  }
}
