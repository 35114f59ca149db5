import { withoutPassword } from "../../common/without-secrets.js";

/** The location of a store as commands print it: a URL of a server without its password. */
export function shownStore(location: string): string {
  return /^(rediss?|(redis\+)?unix):/i.test(location) ? withoutPassword(location) : location;
}
