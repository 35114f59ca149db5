import { ConfigurationError } from "../../../common/errors.js";
import { withoutPassword } from "../../../common/without-secrets.js";

const EXPECTED = "a URL like redis://user:password@host:6379/0 or redis+unix:///path";
const IN_CLUSTER = "the URL of a node, without the number of a database: a cluster has number 0 only";

/**
 * Checks what the client would complain of by names of its own, or leave out silently.
 *
 * @throws {@link ConfigurationError} that shows no password
 */
export function checkRedisUrl(url: unknown): string {
  if (typeof url !== "string") throw new ConfigurationError("location", url, EXPECTED);
  const isGood = /^rediss?:/i.test(url) ? isServerUrl(url) : isSocketUrl(url);
  if (isGood) return url;
  throw new ConfigurationError("location", shown(url), EXPECTED, {
    hint: "What else there is to say about a server are options: commandTimeoutMs, tls and others.",
  });
}

/** @throws {@link ConfigurationError} likewise */
export function checkNodeUrl(url: unknown): string {
  const checked = checkRedisUrl(url);
  if (/^rediss?:/i.test(checked) && /^\/?0?$/.test(new URL(checked).pathname)) return checked;
  throw new ConfigurationError("location", shown(checked), IN_CLUSTER);
}

function isServerUrl(url: string): boolean {
  if (!/^rediss?:\/\/./i.test(url) || !URL.canParse(url)) return false;
  const { hostname, pathname, username, password, search, hash } = new URL(url);
  const isDatabase = /^\/?(\d{1,9})?$/.test(pathname);
  return hostname !== "" && isDatabase && search === "" && hash === "" && isEncoded(username) && isEncoded(password);
}

/** As the client reads it: `unix://user:password@/path?db=1`. */
function isSocketUrl(url: string): boolean {
  const parts = /^(?:redis\+)?unix:\/\/(?:([^:@/]*)(?::([^@/]*))?@)?(\/[^?#]+)(?:\?db=\d{1,9})?$/i.exec(url);
  return parts?.slice(1).every((part) => isEncoded(part ?? "")) ?? false;
}

function isEncoded(part: string): boolean {
  try {
    decodeURIComponent(part);
    return true;
  } catch {
    return false;
  }
}

/** What stands behind a question mark may be a password, too. */
function shown(url: string): string {
  return withoutPassword(url).replace(/[?#].*$/s, "?***");
}
