import { ErrorReply } from "@redis/client";
import { ConfigurationError, DataFormatError, PolicyCacheError, StoreError } from "../../../common/errors.js";

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
  if (!(error instanceof ErrorReply) || isOfScript(error)) return error;
  return metForeignData(error) ? foreignData(location, error) : refused(location, error);
}

/** A fault inside a script, which is told with the function that it is in. */
function isOfScript(error: Error): boolean {
  return /user_script:\d+/.test(error.message);
}

/** An answer that nobody expects of a server that is ours to use. */
function refused(location: string, cause: Error): StoreError {
  return new StoreError("STORE_UNAVAILABLE", `The store at ${location} refused a command: ${textOf(cause)}.`, {
    hint: "It takes Redis 7 or later, or Valkey, with keys that nobody else changes.",
    cause,
  });
}

/** Somebody else has written under our keys. */
export function foreignData(location: string, cause: unknown, where = ""): DataFormatError {
  const message = `A key of the store at ${location} holds something that PolicyCache did not put there${where}: ${textOf(cause)}`;
  return new DataFormatError(message, {
    hint: "Give the store a prefix, or a database, of its own, and restore its data from a backup.",
    cause,
  });
}

/** Whether a command met data that is not of the kind that is kept under its key. */
export function metForeignData(error: unknown): boolean {
  return /WRONGTYPE |hash value is not|value is not a(n integer| valid float)|Missing bytes in input|Bad data format in input/.test(
    textOf(error),
  );
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

type Translation = (location: string, cause: unknown) => PolicyCacheError;

function unavailable(what: string): Translation {
  return (location, cause) =>
    new StoreError("STORE_UNAVAILABLE", `The store at ${location} ${what}. Nothing of this call was done.`, {
      retryable: true,
      hint: "Try again.",
      cause,
    });
}

const REPLIES: readonly (readonly [RegExp, Translation])[] = [
  [
    /^ERR (DB index is out of range|invalid DB index|SELECT is not allowed)/,
    (location, cause) =>
      new ConfigurationError("location", location, `the number of a database that the server has (${textOf(cause)})`, {
        hint: "Servers have databases 0 to 15 unless they are set up otherwise; a cluster has number 0 only.",
        cause,
      }),
  ],
  [
    /^(MOVED|ASK) /,
    (location, cause) =>
      new ConfigurationError("location", location, "all of a server's keys, and this one is a node of a cluster", {
        hint: `Give the URLs of some nodes as a list: ["redis://a:7000", "redis://b:7000"].`,
        cause,
      }),
  ],
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
