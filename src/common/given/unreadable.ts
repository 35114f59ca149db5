import { InvalidArgumentError, PolicyCacheError } from "../errors.js";
import { thrownText } from "./thrown-text.js";

/**
 * What to throw when reading something that a caller gave has failed: a getter threw, a proxy was revoked. Errors that say
 * what is wrong with it stay as they are.
 *
 * @param path - the caller's own word for the value
 */
export function unreadable(path: string, value: unknown, thrown: unknown): PolicyCacheError {
  if (PolicyCacheError.isInstance(thrown)) return thrown;
  return new InvalidArgumentError(path === "" ? "argument" : path, value, "what can be read", {
    hint: `Reading it failed: ${thrownText(thrown)}.`,
    cause: thrown,
  });
}
