import { DataFormatError, PolicyCacheError, StoreError } from "../../common/errors.js";

/** Translates what the SQLite driver throws, once, at the boundary of the engine. */
export function translateSqliteError(error: unknown, location: string): unknown {
  if (PolicyCacheError.isInstance(error) || !(error instanceof Error)) return error;
  const code = "code" in error && typeof error.code === "string" ? error.code : "";
  const details = { cause: error };
  if (code.startsWith("SQLITE_BUSY") || code.startsWith("SQLITE_LOCKED")) {
    return new StoreError("STORE_BUSY", `The store at ${location} is locked by another process.`, {
      ...details,
      retryable: true,
      hint: "Try again, or raise busyTimeoutMs.",
    });
  }
  if (code.startsWith("SQLITE_FULL")) {
    return new StoreError("STORE_FULL", `The disk or quota of the store at ${location} is full.`, {
      ...details,
      retryable: true,
      hint: "Nothing of this call was written. Free some space and try again.",
    });
  }
  if (
    code.startsWith("SQLITE_READONLY") ||
    code.startsWith("UNKNOWN_SQLITE_ERROR_1544") ||
    code.startsWith("UNKNOWN_SQLITE_ERROR_1288")
  ) {
    return new StoreError("STORE_READ_ONLY", `The store at ${location} cannot be written to.`, {
      ...details,
      hint: "Give this user write access to the file and to its folder.",
    });
  }
  if (code.startsWith("SQLITE_NOTADB") || code.startsWith("SQLITE_CORRUPT")) {
    return new DataFormatError(`The file at ${location} is not a readable SQLite database.`, {
      ...details,
      hint: "Name another file, or restore this one from a backup.",
    });
  }
  if (code.startsWith("SQLITE_IOERR") || code.startsWith("SQLITE_CANTOPEN") || isConnectionFailure(error)) {
    return new StoreError("STORE_UNAVAILABLE", `The store at ${location} cannot be read or written.`, {
      ...details,
      retryable: true,
      hint: "Check that the folder exists, that the disk is there, and the rights of this user.",
    });
  }
  return error;
}

/** libsql reports a failed open without a SQLite code. */
function isConnectionFailure(error: Error): boolean {
  return error.message.includes("ConnectionFailed");
}

/** libsql has no name for SQLITE_READONLY_DIRECTORY and SQLITE_READONLY_CANTINIT. */
export function isReadOnlyFolder(error: unknown): boolean {
  const code = error instanceof Error && "code" in error ? error.code : "";
  return code === "UNKNOWN_SQLITE_ERROR_1544" || code === "UNKNOWN_SQLITE_ERROR_1288" || code === "SQLITE_CANTOPEN";
}

export function isBusy(error: unknown): boolean {
  return PolicyCacheError.isInstance(error) && error.code === "STORE_BUSY";
}
