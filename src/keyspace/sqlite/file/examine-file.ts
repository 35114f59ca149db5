import type { Stats } from "node:fs";
import { stat, statfs } from "node:fs/promises";
import { dirname } from "node:path";
import { failed, fine, type HealthCheck, trouble } from "../../port/health-check.js";
import { UPGRADE_HINT } from "../../port/upgrade.js";
import { UPGRADING, versionOf } from "../format.js";
import { FORMAT_VERSION } from "../schema.js";
import type { SqliteStatements } from "../statements.js";
import type { WatchedFile } from "./watched-file.js";

/** What a file is held against. */
export interface AskedOfFile {
  /** Permissions it is to have at most. */
  readonly mode: number;
  readonly readOnly: boolean;
  /** What the log is cut back to, once all in it has moved to the file. */
  readonly logBytes: number;
}

const MEBIBYTE = 1_048_576;
const LITTLE_SPACE_BYTES = 256 * MEBIBYTE;
/** The log alone needs as much. */
const NO_SPACE_BYTES = 32 * MEBIBYTE;
/** A log so many times what it is cut back to is one that somebody keeps from being emptied. */
const LONG_LOG = 4;

/** Looks at the file of an open database, and at the disk that it is on. */
export async function examineFile(
  statements: SqliteStatements,
  file: WatchedFile,
  asked: AskedOfFile,
): Promise<readonly HealthCheck[]> {
  const database = [checkVersion, checkJournal].map((check) => check(statements, asked));
  const path = pathOf(statements);
  if (path === "") return [...database, fine("file", "The database is in memory, or in a file of no name.")];
  return [...database, await checkFile(path, file, asked), await checkLog(path, asked), await checkDisk(path)];
}

function pathOf(statements: SqliteStatements): string {
  const files = statements.all<{ name: string; file: string | null }>("PRAGMA database_list");
  return files.find(({ name }) => name === "main")?.file ?? "";
}

function checkVersion(statements: SqliteStatements): HealthCheck {
  const version = versionOf(statements);
  const figures = { version };
  if (version === FORMAT_VERSION) return fine("format", `Format version ${version}: no migration is due.`, figures);
  if (version === UPGRADING) {
    return trouble("format", "failing", "A migration was begun and not completed.", UPGRADE_HINT, figures);
  }
  const detail = `Format version ${version}; this release writes version ${FORMAT_VERSION}.`;
  return trouble("format", "failing", detail, "Open the store again, with the release that wrote it.", figures);
}

const FULL = 2;

function checkJournal(statements: SqliteStatements, { readOnly }: AskedOfFile): HealthCheck {
  const journalMode = statements.get<{ journal_mode: string }>("PRAGMA journal_mode")?.journal_mode ?? "unknown";
  const synchronous = statements.get<{ synchronous: number }>("PRAGMA synchronous")?.synchronous ?? 0;
  const figures = readOnly ? { journalMode } : { journalMode, synchronous };
  if (journalMode !== "wal") {
    const detail = `journal_mode is ${journalMode}: readers and writers wait for each other.`;
    return trouble("persistence", "warning", detail, "Open the store for writing once: that sets WAL.", figures);
  }
  if (readOnly) return fine("persistence", "WAL; this process only reads.", figures);
  if (synchronous === 0) {
    const detail = "synchronous is OFF: a power cut may damage the file.";
    return trouble("persistence", "failing", detail, "Leave PRAGMA synchronous to the store.", figures);
  }
  const survives = synchronous >= FULL ? "a power cut" : "the end of any process; a power cut may cost the last writes";
  return fine(
    "persistence",
    `WAL, synchronous=${synchronous >= FULL ? "FULL" : "NORMAL"}: survives ${survives}.`,
    figures,
  );
}

async function checkFile(path: string, file: WatchedFile, asked: AskedOfFile): Promise<HealthCheck> {
  try {
    file.check();
    return checkMode(await stat(path), asked);
  } catch (error) {
    return failed("file", error);
  }
}

function checkMode({ mode, size, mtimeMs }: Stats, asked: AskedOfFile): HealthCheck {
  const permissions = (mode & 0o777).toString(8).padStart(4, "0");
  const figures = { bytes: size, permissions, changedAtSeconds: mtimeMs / 1000 };
  const isWider = process.platform !== "win32" && (mode & 0o077 & ~asked.mode) !== 0;
  if (!isWider) return fine("file", `The file is there, with permissions ${permissions}.`, figures);
  const wanted = asked.mode.toString(8).padStart(4, "0");
  const detail = `Others than its owner may use the file: its permissions are ${permissions}, not ${wanted}.`;
  return trouble("file", "warning", detail, `chmod ${wanted} the file, or say so with fileMode.`, figures);
}

async function checkLog(path: string, { logBytes }: AskedOfFile): Promise<HealthCheck> {
  const bytes = await stat(`${path}-wal`).then(
    ({ size }) => size,
    () => 0,
  );
  const figures = { bytes };
  const detail = `The log beside the file has ${mebibytes(bytes)}.`;
  if (bytes < logBytes * LONG_LOG) return fine("log", detail, figures);
  const remedy = "Some process keeps reading, and the log cannot be emptied: end what reads without end.";
  return trouble("log", "warning", detail, remedy, figures);
}

async function checkDisk(path: string): Promise<HealthCheck> {
  const disk = await statfs(dirname(path)).catch(() => undefined);
  if (disk === undefined) return trouble("disk", "unknown", "How much space is left cannot be told.", undefined);
  const freeBytes = disk.bavail * disk.bsize;
  const figures = { freeBytes, sizeBytes: disk.blocks * disk.bsize };
  const detail = `${mebibytes(freeBytes)} of the disk are free.`;
  if (freeBytes >= LITTLE_SPACE_BYTES) return fine("disk", detail, figures);
  const remedy = "Make room, or move the store: a full disk refuses to record.";
  return trouble("disk", freeBytes < NO_SPACE_BYTES ? "failing" : "warning", detail, remedy, figures);
}

function mebibytes(bytes: number): string {
  return `${(bytes / MEBIBYTE).toFixed(1)} MiB`;
}
