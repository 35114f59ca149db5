import type { AnyTypes, CacheTypes } from "../cache/cache-types.js";
import type { OutcomeName } from "../cache/events/outcome-event.js";
import type { Report } from "../cache/reporting/reported-entry.js";
import type { AbortSignalLike } from "../common/abort.js";
import { checkObject } from "../common/checks.js";
import { InvalidArgumentError } from "../common/errors.js";
import { namesOf, refuseUnknownNames } from "../common/unknown-names.js";

/** How an action ended, with what it was worth. */
export type KnownEnding<Types extends CacheTypes = AnyTypes> = Omit<Report<Types>, "agentId" | "taken">;

/**
 * How an action ended. `"neither"`: it was denied, interrupted or never carried out, which says nothing of it. `"later"`: nobody
 * knows yet.
 */
export type Ending<Types extends CacheTypes = AnyTypes> = OutcomeName | "neither" | "later" | KnownEnding<Types>;

const NAMES = namesOf<KnownEnding>({ outcome: true, reward: true, nextState: true });
const EXPECTED = `"success", "failure", "neither", "later", or an object with the outcome and a reward`;

export function checkEnding(parameter: string, given: unknown): KnownEnding | "neither" | "later" {
  if (given === "neither" || given === "later") return given;
  if (given === "success" || given === "failure") return { outcome: given };
  if (typeof given !== "object" || given === null) throw new InvalidArgumentError(parameter, given, EXPECTED);
  return refuseUnknownNames(checkObject(parameter, given) as KnownEnding, NAMES, parameter);
}

/** What an error counts as while an action is carried out, unless somebody says otherwise. */
export function endingOfThrown(error: unknown, signal?: AbortSignalLike | undefined): "failure" | "neither" {
  return isInterruption(error, signal) ? "neither" : "failure";
}

/**
 * Whether an error says that somebody stopped the work, not that the work failed: it is an `AbortError`, or the signal of the
 * work was aborted for another reason than that its time was up.
 */
export function isInterruption(error: unknown, signal?: AbortSignalLike | undefined): boolean {
  if (partOfAny(error, "name") === "AbortError") return true;
  return partOfAny(signal, "aborted") === true && partOfAny(partOfAny(signal, "reason"), "name") !== "TimeoutError";
}

/** Anything can be thrown, also what cannot be read. */
function partOfAny(thrown: unknown, name: string): unknown {
  try {
    return typeof thrown === "object" && thrown !== null ? Reflect.get(thrown, name) : undefined;
  } catch {
    return undefined;
  }
}
