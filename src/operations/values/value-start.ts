import type { Fields } from "../../keyspace/port/keyspace.js";
import { numbersField } from "../records/fields.js";

// A policy whose first value was the bound of its success rate remembers that bound, and how much of it is left in the
// value: it is no reward, and is to count as one on the scale of those that were observed.

/** What a value started from, and its share in it now. */
export interface ValueStart {
  readonly bound: number;
  readonly share: number;
}

/** Undefined where the value started from something else, or nothing of it is left. */
export function startOf(fields: Fields, field: string): ValueStart | undefined {
  const [bound, share] = numbersField(fields, `${field}.start`);
  return bound === undefined || share === undefined || share === 0 ? undefined : { bound, share };
}

/** The value starts from a bound. */
export function startFrom(fields: Fields, field: string, bound: number): void {
  fields[`${field}.start`] = [bound, 1];
}

/**
 * After a step of the value.
 *
 * @param alpha - how much of the value was replaced; 1 for all of it
 */
export function shrinkStart(fields: Fields, field: string, alpha: number): void {
  const start = startOf(fields, field);
  if (start !== undefined) fields[`${field}.start`] = [start.bound, start.share * (1 - alpha)];
}
