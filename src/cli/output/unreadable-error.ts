import { PolicyCacheError } from "../../common/errors.js";
import { CliError } from "./cli-error.js";

export function unreadable(name: string, reason: string, cause?: unknown, details: object = { file: name }): CliError {
  return new CliError("INPUT_UNREADABLE", `Cannot read ${name}: ${reason}.`, { ...details }, cause);
}

const REASONS: Readonly<Record<string, string>> = {
  ENOENT: "there is no such file",
  EACCES: "this user may not read it",
  EISDIR: "it is a folder",
  Z_BUF_ERROR: "what gzip packed has no end",
  Z_DATA_ERROR: "what gzip packed is damaged",
};

/**
 * Puts an error of reading into words.
 *
 * @param lines - read before it
 * @returns an error that has words already unchanged
 */
export function unreadableError(name: string, error: unknown, lines = 0): unknown {
  if (!(error instanceof Error) || error instanceof CliError || PolicyCacheError.isInstance(error)) return error;
  const reason = REASONS[String(Reflect.get(error, "code"))] ?? error.message;
  return unreadable(lines === 0 ? name : `${name} after line ${lines}`, reason, error, { file: name, line: lines });
}
