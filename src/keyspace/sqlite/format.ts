import { DataFormatError } from "../../common/errors.js";
import { FORMER_FORMAT_VERSION, UPGRADE_HINT, type Upgrading } from "../port/upgrade.js";
import { APPLICATION_ID, FORMAT_VERSION } from "./schema.js";
import type { SqliteStatements } from "./statements.js";

/** What a file has for a version while it is converted. */
export const UPGRADING = -FORMAT_VERSION;

/** Whether a file has no tables yet. */
export function isEmptyFile(statements: SqliteStatements): boolean {
  return statements.get<{ tables: number }>("SELECT count(*) AS tables FROM sqlite_master")?.tables === 0;
}

/** @throws {@link DataFormatError} for a file that is not ours, or of another format version */
export function checkFormat(statements: SqliteStatements, location: string, { upgrade }: Upgrading): void {
  const application = statements.get<{ application_id: number }>("PRAGMA application_id")?.application_id ?? 0;
  if (application !== APPLICATION_ID) {
    throw new DataFormatError(`The database at ${location} was not made by PolicyCache.`, {
      hint: "Name another file; this one was left as it is.",
    });
  }
  const version = versionOf(statements);
  const isUpgradable = version === FORMER_FORMAT_VERSION || version === UPGRADING;
  if (version === FORMAT_VERSION || (upgrade !== undefined && isUpgradable)) return;
  if (version === UPGRADING) {
    throw new DataFormatError(`The migration of the store at ${location} was not completed.`, { hint: UPGRADE_HINT });
  }
  throw new DataFormatError(
    `The store at ${location} has format version ${version}; this release reads version ${FORMAT_VERSION}.`,
    { hint: isUpgradable ? UPGRADE_HINT : "Use the release that wrote it, or start with a new file." },
  );
}

/** In the transaction that opens the file for a conversion. @returns the version to write; undefined for none */
export function upgradedVersion(statements: SqliteStatements, { upgrade }: Upgrading): number | undefined {
  const version = versionOf(statements);
  if (upgrade === "begin" && version === FORMER_FORMAT_VERSION) return UPGRADING;
  return upgrade === "complete" && version === UPGRADING ? FORMAT_VERSION : undefined;
}

/** What a file says of its version. */
export function versionOf(statements: SqliteStatements): number {
  return statements.get<{ user_version: number }>("PRAGMA user_version")?.user_version ?? 0;
}
