import { PolicyCacheError, StoreError } from "../../../common/errors.js";

/** Whether a command is certain not to have been carried out, and may be sent again whatever it does. */
export function wasRefused(error: unknown): boolean {
  return isNamed(error, "ClientOfflineError") || /^(LOADING|CLUSTERDOWN|TRYAGAIN|MASTERDOWN|BUSY) /.test(textOf(error));
}

export function isUnknownScript(error: unknown): boolean {
  return textOf(error).startsWith("NOSCRIPT");
}

/** Whether the connection broke before an answer came. */
export function isConnectionLoss(error: unknown): boolean {
  if (!(error instanceof Error)) return false;
  if (CONNECTION_ERRORS.includes(error.constructor.name)) return true;
  return "code" in error && typeof error.code === "string" && SYSTEM_CODES.test(error.code);
}

const CONNECTION_ERRORS: readonly string[] = [
  "SocketClosedUnexpectedlyError",
  "SocketTimeoutError",
  "ConnectionTimeoutError",
  "DisconnectsClientError",
  "ClientClosedError",
  "ReconnectStrategyError",
  "RootNodesUnavailableError",
  "AbortError",
];
const SYSTEM_CODES =
  /^(ECONN|EPIPE|ENOTFOUND|EAI_|ETIMEDOUT|EHOST|ENET|ENOENT|EACCES|ERR_SSL|ERR_TLS|CERT_|UNABLE_|SELF_)/;

/** Translates what the client or the server said, once, at the boundary of the engine. */
export function translateRedisError(error: unknown, location: string): unknown {
  if (PolicyCacheError.isInstance(error)) return error;
  const text = textOf(error);
  const known = REPLIES.find(([begins]) => begins.test(text));
  if (known !== undefined) return known[1](location, error);
  if (isNamed(error, "ClientOfflineError") || isConnectionLoss(error)) return connectionLost(location, error);
  return error;
}

/** The server was not reached, or was lost while it may have been working. */
export function connectionLost(location: string, cause: unknown): StoreError {
  return new StoreError("STORE_UNAVAILABLE", `The store at ${location} cannot be reached: ${textOf(cause)}.`, {
    retryable: true,
    hint: REPEATABLE,
    cause,
  });
}

/** No answer came in time. */
export function noAnswer(location: string, timeoutMs: number): StoreError {
  return new StoreError("STORE_UNAVAILABLE", `The store at ${location} gave no answer for ${timeoutMs} ms.`, {
    retryable: true,
    hint: REPEATABLE,
  });
}

const REPEATABLE =
  "Try again: a write may have been done nevertheless, so repeat it with the same event or decision id.";

type Translation = (location: string, cause: unknown) => StoreError;

function unavailable(what: string): Translation {
  return (location, cause) =>
    new StoreError("STORE_UNAVAILABLE", `The store at ${location} ${what}. Nothing of this call was done.`, {
      retryable: true,
      hint: "Try again.",
      cause,
    });
}

const REPLIES: readonly (readonly [RegExp, Translation])[] = [
  [/^LOADING /, unavailable("is loading its data")],
  [/^MASTERDOWN /, unavailable("has lost its master")],
  [/^(CLUSTERDOWN|TRYAGAIN) /, unavailable("is a cluster that is incomplete or moving its slots")],
  [
    /^(BUSY|UNKILLABLE) /,
    (location, cause) =>
      new StoreError("STORE_BUSY", `The store at ${location} is running a long script.`, {
        retryable: true,
        hint: "Nothing of this call was done. Try again; SCRIPT KILL ends a script that does not come back.",
        cause,
      }),
  ],
  [
    /^(OOM|MISCONF) /,
    (location, cause) =>
      new StoreError("STORE_FULL", `The store at ${location} takes no writes: ${textOf(cause)}`, {
        retryable: true,
        hint: "Nothing of this call was done. Give the server memory or disk space, and try again.",
        cause,
      }),
  ],
  [
    /^READONLY |^NOREPLICAS |Write commands are not allowed from read-only|on a read only replica/,
    (location, cause) =>
      new StoreError("STORE_READ_ONLY", `The store at ${location} takes no writes now: ${textOf(cause)}`, {
        retryable: true,
        hint: "Nothing of this call was done. Connect to the master; after a failover, try again.",
        cause,
      }),
  ],
  [
    /^(WRONGPASS|NOAUTH|NOPERM) |^ERR (invalid password|AUTH)/,
    (location, cause) =>
      new StoreError("STORE_ACCESS_DENIED", `The store at ${location} refused access: ${textOf(cause)}`, {
        hint: "Check the user, the password, and what that user may do.",
        cause,
      }),
  ],
];

function isNamed(error: unknown, name: string): boolean {
  return error instanceof Error && error.constructor.name === name;
}

function textOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}
