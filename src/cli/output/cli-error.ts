import { PolicyCacheError } from "../../common/errors.js";

/** What can go wrong on the command line besides what the library reports. Codes never change meaning. */
export type CliErrorCode =
  | "USAGE"
  | "STORE_NOT_FOUND"
  | "INPUT_UNREADABLE"
  | "OUTPUT_UNWRITABLE"
  | "MALFORMED_EVENT"
  | "AGENT_NEEDED";

export class CliError extends Error {
  readonly code: CliErrorCode;
  /** Further fields of the JSON error object. */
  readonly details: Readonly<Record<string, unknown>>;

  constructor(code: CliErrorCode, message: string, details: Readonly<Record<string, unknown>> = {}, cause?: unknown) {
    super(message, cause === undefined ? undefined : { cause });
    this.name = "CliError";
    this.code = code;
    this.details = details;
  }
}

export const EXIT_FAILURE = 1;
export const EXIT_USAGE = 2;

/** A failure as the two outputs show it. */
export interface ErrorReport {
  readonly exitCode: number;
  readonly error: { readonly code: string; readonly message: string; readonly [detail: string]: unknown };
}

const USAGE_CODES: ReadonlySet<string> = new Set([
  "USAGE",
  "AGENT_NEEDED",
  "INVALID_ARGUMENT",
  "INVALID_CONFIGURATION",
]);

export function reportError(error: unknown): ErrorReport {
  const described = describeError(error);
  return { exitCode: USAGE_CODES.has(described.code) ? EXIT_USAGE : EXIT_FAILURE, error: described };
}

function describeError(error: unknown): ErrorReport["error"] {
  if (error instanceof CliError) return { code: error.code, message: error.message, ...error.details };
  if (PolicyCacheError.isInstance(error)) {
    const parameter = Reflect.get(error, "parameter") ?? Reflect.get(error, "option");
    return {
      code: error.code,
      message: error.message,
      retryable: error.retryable,
      ...(error.hint === undefined ? {} : { hint: error.hint }),
      ...(typeof parameter === "string" ? { parameter } : {}),
    };
  }
  return { code: "INTERNAL", message: error instanceof Error ? error.message : String(error) };
}
