/**
 * How a store of the format before is opened: `begin` marks it as one that is being converted, and opens it; nobody else can
 * open it then. `complete` takes the mark away.
 */
export interface Upgrading {
  readonly upgrade?: "begin" | "complete" | undefined;
}

/** The format that can be converted. */
export const FORMER_FORMAT_VERSION = 1;

/** For who opens a store whose conversion was begun and not completed. */
export const UPGRADE_HINT = "Stop everything that uses it, and run `policycache migrate` on it.";
