import { CliError } from "./cli-error.js";

export function unreadable(name: string, reason: string, cause?: unknown): CliError {
  return new CliError("INPUT_UNREADABLE", `Cannot read ${name}: ${reason}.`, { file: name }, cause);
}

const REASONS: Readonly<Record<string, string>> = {
  ENOENT: "there is no such file",
  EACCES: "this user may not read it",
  EISDIR: "it is a folder",
};

/** Puts an error of the file system into words. @returns any other error unchanged */
export function unreadableError(name: string, error: unknown): unknown {
  if (!(error instanceof Error) || !("code" in error) || error instanceof CliError) return error;
  return unreadable(name, REASONS[String(error.code)] ?? error.message, error);
}
