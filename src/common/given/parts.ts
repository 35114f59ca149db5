import { unreadable } from "./unreadable.js";

/**
 * The parts of an object that a caller gave, by their names, each read once.
 *
 * @throws {@link InvalidArgumentError} for an object that cannot be read
 */
export function entriesOf(path: string, given: object): readonly (readonly [string, unknown])[] {
  try {
    return Object.entries(given);
  } catch (error) {
    throw unreadable(path, given, error);
  }
}

/** As {@link entriesOf}, as an object that inherits nothing: `constructor` is a name like any other. */
export function copyOfParts(path: string, given: object): Record<string, unknown> {
  const copy: Record<string, unknown> = Object.create(null);
  for (const [name, value] of entriesOf(path, given)) copy[name] = value;
  return copy;
}

/** One part of an object that a caller gave. @throws {@link InvalidArgumentError} when it cannot be read */
export function partOf(path: string, given: object, name: string): unknown {
  try {
    return Reflect.get(given, name);
  } catch (error) {
    throw unreadable(path, given, error);
  }
}
