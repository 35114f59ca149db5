import { DataFormatError } from "../../common/errors.js";
import { APPLICATION_ID, FORMAT_VERSION } from "./schema.js";
import type { SqliteStatements } from "./statements.js";

/** Whether a file has no tables yet. */
export function isEmptyFile(statements: SqliteStatements): boolean {
  return statements.get<{ tables: number }>("SELECT count(*) AS tables FROM sqlite_master")?.tables === 0;
}

/** @throws {@link DataFormatError} for a file that is not ours, or of another format version */
export function checkFormat(statements: SqliteStatements, location: string): void {
  const application = statements.get<{ application_id: number }>("PRAGMA application_id")?.application_id ?? 0;
  if (application !== APPLICATION_ID) {
    throw new DataFormatError(`The database at ${location} was not made by PolicyCache.`, {
      hint: "Name another file; this one was left as it is.",
    });
  }
  const version = statements.get<{ user_version: number }>("PRAGMA user_version")?.user_version ?? 0;
  if (version !== FORMAT_VERSION) {
    throw new DataFormatError(
      `The store at ${location} has format version ${version}; this release reads version ${FORMAT_VERSION}.`,
      { hint: "Use the release that wrote it, or start with a new file." },
    );
  }
}
