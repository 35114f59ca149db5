import { ConfigurationError, InvalidArgumentError } from "./errors.js";
import { unreadable } from "./given/unreadable.js";
import { RecentMap } from "./maps/recent-map.js";
import { nearestName } from "./nearest-name.js";
import { isSecretName } from "./without-secrets.js";

/** The names that the parts of an object may have. */
export type KnownNames = ReadonlySet<string>;

type NamesOf<Value> = Value extends unknown ? keyof Value & string : never;

/** @param names - each name of the type, so that a new one cannot be forgotten here */
export function namesOf<Value>(names: { readonly [Name in NamesOf<Value>]: true }): KnownNames {
  return new Set(Object.keys(names));
}

/**
 * Reads the parts of an argument, each once. A part that has a name nobody asked for is refused: a misspelt one would be
 * ignored.
 *
 * @param path - the caller's own word for the object; "" when its parts are named alone
 * @returns the parts that there are, by the names that are known
 * @throws {@link InvalidArgumentError} naming the part, and the one that was probably meant; or saying that it cannot be read
 */
export function refuseUnknownNames<Given extends object>(given: Given, known: KnownNames, path = ""): Given {
  return partsOf(given, known, path, InvalidArgumentError);
}

/** As {@link refuseUnknownNames}, for what a store, model, cache or consumer is made with: {@link ConfigurationError}. */
export function refuseUnknownOptions<Given extends object>(given: Given, known: KnownNames, path = ""): Given {
  return partsOf(given, known, path, ConfigurationError);
}

function partsOf<Given extends object>(
  given: Given,
  known: KnownNames,
  path: string,
  Refusal: typeof InvalidArgumentError | typeof ConfigurationError,
): Given {
  const parts: Record<string, unknown> = {};
  try {
    const name = unknownName(given, known);
    if (name !== undefined) {
      const hint = hintFor(name, known);
      const value: unknown = isSecretName(name) ? "***" : Reflect.get(given, name);
      throw new Refusal(path === "" ? name : `${path}.${name}`, value, A_KNOWN_NAME, { hint });
    }
    for (const part of known) {
      const value: unknown = Reflect.get(given, part);
      if (value !== undefined) parts[part] = value;
    }
  } catch (error) {
    throw unreadable(path, given, error);
  }
  return parts as Given;
}

/** What to say to someone who used a name that is not known. */
export function hintFor(name: string, known: Iterable<string>): string {
  const meant = nearestName(name, known);
  if (meant !== undefined) return `Did you mean ${meant}?`;
  const names = [...known];
  const more = names.length - NAMES_LISTED;
  return `Known are ${names.slice(0, NAMES_LISTED).join(", ")}${more > 0 ? `, and ${more} more` : ""}.`;
}

/** Nobody reads more of them in a message. */
const NAMES_LISTED = 32;

/**
 * Leaves out the parts whose names come near none that is known: the columns of somebody's log, for instance. A name that
 * may be a misspelt one of ours stays, for {@link refuseUnknownNames} to refuse.
 */
export function withoutForeignNames(given: object, known: KnownNames): object {
  if (unknownName(given, known) === undefined) return given;
  return Object.fromEntries(Object.entries(given).filter(([name]) => known.has(name) || !isForeign(name, known)));
}

function isForeign(name: string, known: KnownNames): boolean {
  let verdicts = foreignNames.get(known);
  if (verdicts === undefined) {
    verdicts = new RecentMap(1000);
    foreignNames.set(known, verdicts);
  }
  const verdict = verdicts.get(name) ?? nearestName(name, known) === undefined;
  verdicts.set(name, verdict);
  return verdict;
}

/** The lines of a log have the same names again and again. */
const foreignNames = new WeakMap<KnownNames, RecentMap<string, boolean>>();

const A_KNOWN_NAME = "a known name";

/** Every call comes by here: looking at each name takes a few nanoseconds, and nothing is made. */
function unknownName(given: object, known: KnownNames): string | undefined {
  for (const name in given) if (!known.has(name) && Object.hasOwn(given, name)) return name;
  return undefined;
}
