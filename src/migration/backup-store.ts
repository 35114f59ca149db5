import { randomUUID } from "node:crypto";
import { createWriteStream } from "node:fs";
import { open, rename, rm, stat } from "node:fs/promises";
import { dirname } from "node:path";
import { Readable } from "node:stream";
import { pipeline } from "node:stream/promises";
import { checkObject } from "../common/checks.js";
import { InvalidArgumentError, StoreError } from "../common/errors.js";
import { namesOf, refuseUnknownNames } from "../common/unknown-names.js";
import type { Store } from "../store/store.js";
import type { TransferSummary } from "./export-format.js";
import { exportStore } from "./export-store.js";

/** Who is told how far a backup is. */
export interface BackupOptions {
  /** Told what was written so far; never for a SQLite file, which is copied in one step. */
  readonly onProgress?: ((exported: TransferSummary) => void) | undefined;
}

/** What a backup is. */
export interface Backup {
  /** `sqlite`: a store that can be opened where it is. `export`: what `importStore` fills a new store from. */
  readonly kind: "sqlite" | "export";
  /** Size of the file. */
  readonly bytes: number;
}

const OPTION_NAMES = namesOf<BackupOptions>({ onProgress: true });

/** Readable by nobody but its owner, as stores are. */
const FILE_MODE = 0o600;

/**
 * Writes all of a store to a new file, while it is in use. The file appears when it is complete and on the disk.
 *
 * Of a SQLite file: a SQLite file, as the store was at one moment. It is checked before it appears. This thread is blocked
 * meanwhile, and nobody else. Of any other store: an export.
 *
 * @throws {@link InvalidArgumentError} when there is a file of this name
 * @throws {@link StoreError} when the file cannot be written; and STORE_BUSY, of a store that is exported, when others wrote
 *   to it all the time
 */
export async function backupStore(store: Store, file: string, options: BackupOptions = {}): Promise<Backup> {
  const given = refuseUnknownNames(checkObject("options", options), OPTION_NAMES);
  if (typeof file !== "string" || file === "" || file.includes("\0")) {
    throw new InvalidArgumentError("file", file, "the path of a file that does not exist yet");
  }
  const kind = store.copyTo === undefined ? "export" : "sqlite";
  await writeWhole(file, async (partial) => {
    if (store.copyTo !== undefined) await store.copyTo(partial);
    else await pipeline(Readable.from(exportStore(store, given)), createWriteStream(partial));
  });
  return { kind, bytes: (await stat(file)).size };
}

/** Has a file written under another name beside it, and gives it its own once it is on the disk. */
async function writeWhole(file: string, write: (partial: string) => Promise<void>): Promise<void> {
  const partial = `${file}.${randomUUID().slice(0, 8)}.partial`;
  try {
    await refuseExisting(file);
    await (await open(partial, "wx", FILE_MODE)).close();
    await write(partial);
    await flush(partial, "r+");
    await refuseExisting(file);
    await rename(partial, file);
    await flush(dirname(file), "r");
  } catch (error) {
    await rm(partial, { force: true });
    throw translateFileError(error, file);
  }
}

async function refuseExisting(file: string): Promise<void> {
  const existing = await stat(file).catch((error: NodeJS.ErrnoException) => {
    if (error.code === "ENOENT") return undefined;
    throw error;
  });
  if (existing !== undefined) {
    throw new InvalidArgumentError("file", file, "the path of a file that does not exist yet");
  }
}

/** Has the disk keep a file, or the names in a folder, where the system can be asked to. */
async function flush(path: string, flags: "r" | "r+"): Promise<void> {
  const handle = await open(path, flags);
  try {
    await handle.sync();
  } catch (error) {
    if (!(await handle.stat()).isDirectory()) throw error; // not every system flushes folders
  } finally {
    await handle.close();
  }
}

function translateFileError(error: unknown, file: string): unknown {
  if (!(error instanceof Error && "syscall" in error && "code" in error)) return error;
  const code = error.code === "ENOSPC" || error.code === "EDQUOT" ? "STORE_FULL" : "STORE_UNAVAILABLE";
  return new StoreError(code, `The backup cannot be written to ${file}: ${error.message}.`, {
    cause: error,
    retryable: code === "STORE_FULL",
    hint: "Name a file in a folder that this user may write to, on a disk with room for all of the store.",
  });
}
