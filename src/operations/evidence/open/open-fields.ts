import type { Fields } from "../../../keyspace/port/keyspace.js";

/** Where the decisions wait that tried an action, or drew it. */
export function openField(place: number): string {
  return `open${place}`;
}

/** Where those wait that served it. */
export function servedField(place: number): string {
  return `served${place}`;
}

/** @param place - of an action that begins anew */
export function forgetOpen(evidence: Fields, place: number): void {
  for (const field of [openField(place), servedField(place)]) {
    if (evidence[field] !== undefined) evidence[field] = [0, 0, 0];
  }
}
