import { DataFormatError, type ErrorCode, PolicyCacheError, StoreError } from "../../common/errors.js";
import { storeClosedError } from "../port/store-errors.js";
import { type SqliteResult, sqliteResultOf } from "./result-code.js";

interface Meaning {
  readonly code: ErrorCode;
  /** What is wrong, `place` being where the store is. */
  readonly says: (place: string) => string;
  readonly retryable: boolean;
  readonly hint: string;
}

const BUSY: Meaning = {
  code: "STORE_BUSY",
  says: (place) => `The store at ${place} is locked by another process.`,
  retryable: true,
  hint: "Try again, or raise busyTimeoutMs.",
};

const UNREACHABLE: Meaning = {
  code: "STORE_UNAVAILABLE",
  says: (place) => `The store at ${place} cannot be read or written.`,
  retryable: true,
  hint: "Check that the folder exists, that the disk is there, and the rights of this user.",
};

const UNREADABLE: Meaning = {
  code: "DATA_FORMAT",
  says: (place) => `The file at ${place} is not a readable SQLite database.`,
  retryable: false,
  hint: "Name another file, or restore this one from a backup.",
};

const MEANINGS: Readonly<Partial<Record<SqliteResult, Meaning>>> = {
  BUSY,
  LOCKED: BUSY,
  FULL: {
    code: "STORE_FULL",
    says: (place) => `The disk or quota of the store at ${place} is full.`,
    retryable: true,
    hint: "Nothing of this call was written. Free some space and try again.",
  },
  READONLY: {
    code: "STORE_READ_ONLY",
    says: (place) => `The store at ${place} cannot be written to.`,
    retryable: false,
    hint: "Give this user write access to the file and to its folder.",
  },
  NOTADB: UNREADABLE,
  CORRUPT: UNREADABLE,
  IOERR: UNREACHABLE,
  CANTOPEN: UNREACHABLE,
  TOOBIG: {
    code: "STORE_FULL",
    says: (place) => `The store at ${place} cannot hold a text that long.`,
    retryable: false,
    hint: "Nothing of this call was written. Write less at a time.",
  },
};

/** Translates what a SQLite driver throws, once, at the boundary of the engine. */
export function translateSqliteError(error: unknown, location: string): unknown {
  if (PolicyCacheError.isInstance(error) || !(error instanceof Error)) return error;
  if (isAboutClosed(error)) return storeClosedError(location);
  const result = isConnectionFailure(error) ? "CANTOPEN" : sqliteResultOf(error);
  if (result === undefined) return error;
  const meaning = MEANINGS[result] ?? otherwise(error);
  const message = meaning.says(location);
  const details = { cause: error, hint: meaning.hint };
  if (meaning.code === "DATA_FORMAT") return new DataFormatError(message, details);
  return new StoreError(meaning.code, message, { ...details, retryable: meaning.retryable });
}

/** Statements of ours fail on their own account only where somebody else was at the tables, or at the connection. */
function otherwise({ message }: Error): Meaning {
  if (/no such (table|column)|has no column/.test(message)) {
    const says = (place: string) => `The store at ${place} lacks a part of its tables (${message}).`;
    return { code: "DATA_FORMAT", says, retryable: false, hint: "Restore it from a backup, or name another file." };
  }
  const hint = "Give the store a database of its own, with no transaction open and its tables as they were made.";
  const says = (place: string) => `SQLite refused a step of the store at ${place} (${message}).`;
  return { code: "STORE_UNAVAILABLE", says, retryable: false, hint };
}

/** A database of the caller's that the caller has closed. */
function isAboutClosed(error: Error): boolean {
  return /^(database|the database connection) is not open$|^statement has been finalized$/i.test(error.message);
}

/** libsql reports a failed open without a SQLite code. */
function isConnectionFailure(error: Error): boolean {
  return error.message.includes("ConnectionFailed");
}

/** Whether SQLite could not make its files beside the one to be read. */
export function isReadOnlyFolder(error: unknown): boolean {
  const result = error instanceof Error ? sqliteResultOf(error) : undefined;
  return result === "READONLY" || result === "CANTOPEN";
}

export function isBusy(error: unknown): boolean {
  return PolicyCacheError.isInstance(error) && error.code === "STORE_BUSY";
}
