import { ConfigurationError, InvalidArgumentError } from "./errors.js";
import { RecentMap } from "./maps/recent-map.js";
import { nearestName } from "./nearest-name.js";

/** The names that the parts of an object may have. */
export type KnownNames = ReadonlySet<string>;

type NamesOf<Value> = Value extends unknown ? keyof Value & string : never;

/** @param names - each name of the type, so that a new one cannot be forgotten here */
export function namesOf<Value>(names: { readonly [Name in NamesOf<Value>]: true }): KnownNames {
  return new Set(Object.keys(names));
}

/**
 * Refuses a part of an argument that has a name nobody asked for: a misspelt one would be ignored.
 *
 * @param path - the caller's own word for the object; "" when its parts are named alone
 * @throws {@link InvalidArgumentError} naming the part, and the one that was probably meant
 */
export function refuseUnknownNames(given: object, known: KnownNames, path = ""): void {
  const name = unknownName(given, known);
  if (name === undefined) return;
  const parameter = path === "" ? name : `${path}.${name}`;
  throw new InvalidArgumentError(parameter, Reflect.get(given, name), A_KNOWN_NAME, { hint: hintFor(name, known) });
}

/** As {@link refuseUnknownNames}, for what a store, model, cache or consumer is made with: {@link ConfigurationError}. */
export function refuseUnknownOptions(given: object, known: KnownNames, path = ""): void {
  const name = unknownName(given, known);
  if (name === undefined) return;
  const option = path === "" ? name : `${path}.${name}`;
  throw new ConfigurationError(option, Reflect.get(given, name), A_KNOWN_NAME, { hint: hintFor(name, known) });
}

/** What to say to someone who used a name that is not known. */
export function hintFor(name: string, known: Iterable<string>): string {
  const meant = nearestName(name, known);
  return meant === undefined ? `Known are ${[...known].join(", ")}.` : `Did you mean ${meant}?`;
}

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
