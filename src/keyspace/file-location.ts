import { fileURLToPath } from "node:url";
import { ConfigurationError } from "../common/errors.js";
import { holdsSecret, withoutPassword } from "../common/without-secrets.js";

/**
 * The path that a location names: itself, or that of a `file:` URL, which SQLite and its users also write without slashes,
 * relative to the working folder.
 *
 * @throws {@link ConfigurationError} for what names no path, or is likely to mean something else
 */
export function pathOfLocation(location: string): string {
  if (holdsSecret(location)) {
    const hint = "If a file of this name is meant, give its whole path.";
    throw new ConfigurationError("location", withoutPassword(location), "a path, which has no password or token", {
      hint,
    });
  }
  if (!/^file:/i.test(location)) return refuseNearMiss(location, location);
  if (/[?#]/.test(location)) {
    const hint = "Settings are options of the call, such as readOnly; write %3F and %23 for the characters.";
    throw new ConfigurationError("location", location, "a file: URL without parameters", { hint });
  }
  const path = decodedPath(location);
  if (path === "" || path.includes("\0")) throw notAPath(location);
  return refuseNearMiss(location, path);
}

function decodedPath(url: string): string {
  try {
    return /^file:\//i.test(url) ? fileURLToPath(url) : decodeURIComponent(url.slice("file:".length));
  } catch (cause) {
    throw notAPath(url, cause);
  }
}

function notAPath(url: string, cause?: unknown): ConfigurationError {
  return new ConfigurationError("location", url, "a file: URL of a path on this machine", { cause });
}

/** Words that other libraries open something else by, and what they are here. */
const NEAR_MISSES: readonly { readonly pattern: RegExp; readonly means: string; readonly instead: string }[] = [
  { pattern: /^:?(in-?)?mem(ory)?:?$/i, means: "a store in memory", instead: `"memory:"` },
  { pattern: /^(redis|valkey|localhost|127\.0\.0\.1)$/i, means: "a server", instead: `"redis://localhost:6379"` },
  { pattern: /^(sqlite3?|libsql)$/i, means: "a SQLite file", instead: `its path, such as "./policies.db"` },
];

/** A file of such a name would be made without a word, and missed by whoever looks for what was learned. */
function refuseNearMiss(location: string, path: string): string {
  const name = path.trim();
  const nearMiss = NEAR_MISSES.find(({ pattern }) => pattern.test(name));
  if (nearMiss === undefined) return path;
  throw new ConfigurationError("location", location, `${nearMiss.instead} for ${nearMiss.means}`, {
    hint: `If a file of this name is meant, write ${JSON.stringify(`./${name}`)}.`,
  });
}
