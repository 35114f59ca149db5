import type { Fields } from "../../keyspace/port/keyspace.js";

// A stored field that is missing or of another type counts as its default, so that a damaged record can still learn.

export function numberField(fields: Fields, name: string, fallback: number): number {
  const value = fields[name];
  return typeof value === "number" ? value : fallback;
}

export function textField(fields: Fields, name: string, fallback: string): string {
  const value = fields[name];
  return typeof value === "string" ? value : fallback;
}

export function numbersField(fields: Fields, name: string): readonly number[] {
  const value = fields[name];
  return typeof value === "object" ? (value as readonly number[]) : [];
}

export function textsField(fields: Fields, name: string): readonly string[] {
  const value = fields[name];
  return typeof value === "object" ? (value as readonly string[]) : [];
}

/** The values with one more, without the oldest beyond `limit`. By position: asking Lua for a length takes a search. */
export function appendCapped<Value>(values: readonly Value[], value: Value, limit: number): Value[] {
  const length = values.length;
  const kept: Value[] = [];
  let count = 0;
  for (let index = Math.max(length + 1 - limit, 0); index < length; index += 1) {
    kept[count] = values[index] as Value;
    count += 1;
  }
  kept[count] = value;
  return kept;
}

/** The values with another one at a place, which may be the next one. */
export function withAt<Value>(values: readonly Value[], place: number, value: Value): Value[] {
  const changed = without(values, -1);
  changed[place] = value;
  return changed;
}

/** The values but for the one at a place; a copy of all when there is none. */
export function without<Value>(values: readonly Value[], place: number): Value[] {
  const kept: Value[] = [];
  for (let index = 0; index < values.length; index += 1) {
    if (index !== place) kept.push(values[index] as Value);
  }
  return kept;
}
