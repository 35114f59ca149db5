import { ARGV, KEYS } from "./redis-globals.js";

export const KEY_PREFIX = ARGV[0];

/** A key of the input is its position among the script's keys; one that was read or put together here is a text. */
export function at(key: string): string {
  return KEYS[key] ?? KEY_PREFIX + key;
}
