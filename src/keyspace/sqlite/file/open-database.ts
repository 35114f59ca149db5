import { statSync } from "node:fs";
import { access, constants, open as openFile, stat } from "node:fs/promises";
import { dirname, resolve } from "node:path";
import { pathToFileURL } from "node:url";
import { StoreError } from "../../../common/errors.js";
import { storeNotFoundError } from "../../port/store-errors.js";
import type { SqliteConnection } from "../drivers/connection.js";
import { loadDriver, type OpenConnection } from "../drivers/load-driver.js";
import { isReadOnlyFolder } from "../errors.js";

/** Opens a file, creating it with this mode when it does not exist and may be written to. */
export async function openDatabase(path: string, readOnly: boolean, fileMode: number): Promise<SqliteConnection> {
  await checkPath(path, readOnly);
  const open = await loadDriver();
  if (readOnly) return openReadOnly(open, path);
  await createFile(path, fileMode);
  return open(path);
}

/** SQLite gives the files that it makes beside this one the same mode. */
async function createFile(path: string, mode: number): Promise<void> {
  const file = await openFile(path, "wx", mode).catch((error: NodeJS.ErrnoException) => {
    if (error.code === "EEXIST") return undefined;
    throw unavailable(`${path} cannot be created: ${error.message}.`, "Name another place.", error);
  });
  if (file === undefined) return;
  try {
    await file.chmod(mode); // what was asked for, whatever the mask of the process takes away
  } finally {
    await file.close();
  }
}

/**
 * A connection that does not write. In WAL mode a reader, too, needs the log and its index beside the file, and takes them away
 * again only if it may write to the file. Where it must not, what it made stays; where it cannot make them and there is no
 * log, there is nothing to index, and the file can be read as it is.
 */
async function openReadOnly(open: OpenConnection, path: string): Promise<SqliteConnection> {
  const url = pathToFileURL(resolve(path)).href;
  const mayWrite = await mayWriteTo(path, dirname(resolve(path)));
  const connection = open(`${url}?mode=${mayWrite ? "rw" : "ro"}`);
  try {
    connection.exec("PRAGMA query_only = ON");
    connection.prepare("SELECT count(*) FROM sqlite_master", "arrays").get([]);
    return connection;
  } catch (error) {
    await connection.close();
    const log = statSync(`${path}-wal`, { throwIfNoEntry: false });
    if (isReadOnlyFolder(error) && (log === undefined || log.size === 0)) return open(`${url}?immutable=1`);
    throw error;
  }
}

async function mayWriteTo(...places: readonly string[]): Promise<boolean> {
  const refusals = await Promise.all(places.map((place) => refusalOf(place)));
  return refusals.every((refusal) => refusal === undefined);
}

function refusalOf(place: string): Promise<unknown> {
  return access(place, constants.W_OK).then(
    () => undefined,
    (cause: unknown) => cause,
  );
}

/** Says what is wrong with a path before SQLite says only that it cannot open it. */
async function checkPath(path: string, readOnly: boolean): Promise<void> {
  const folder = dirname(resolve(path));
  const isFolder = await stat(folder).then(
    (entry) => entry.isDirectory(),
    () => false,
  );
  if (!isFolder) throw unavailable(`There is no folder ${folder}.`, "Create it, or name another file.");
  const existing = await stat(path).catch(() => undefined);
  if (existing?.isDirectory()) throw unavailable(`${path} is a folder.`, "Name a file in it.");
  if (existing !== undefined && !existing.isFile()) {
    throw unavailable(`${path} is no file but a device, a pipe or a socket.`, "Name a file.");
  }
  if (readOnly) {
    if (existing === undefined) throw storeNotFoundError(path);
    return;
  }
  for (const target of existing === undefined ? [folder] : [folder, path]) {
    const cause = await refusalOf(target);
    if (cause === undefined) continue;
    throw new StoreError("STORE_READ_ONLY", `${target} cannot be written to.`, {
      hint: "Give this user write access to it, or name another place.",
      cause,
    });
  }
}

function unavailable(message: string, hint: string, cause?: unknown): StoreError {
  return new StoreError("STORE_UNAVAILABLE", message, { hint, cause });
}
