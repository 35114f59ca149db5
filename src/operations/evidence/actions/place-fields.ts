import type { Fields } from "../../../keyspace/port/keyspace.js";

// What the evidence of a pair keeps beside the counts of an action, by its place.

/** Where the decisions wait that tried an action, or drew it. */
export function openField(place: number): string {
  return `open${place}`;
}

/** Where those wait that served it. */
export function servedField(place: number): string {
  return `served${place}`;
}

/** What coins said of it. */
export function coinsField(place: number): string {
  return place === 0 ? "coins0" : `coins${place}`;
}

/** @param place - of an action that begins anew */
export function clearPlace(evidence: Fields, place: number): void {
  for (const field of [openField(place), servedField(place)]) {
    if (evidence[field] !== undefined) evidence[field] = [0, 0, 0];
  }
  clearCoins(evidence, place);
}

/** What coins said of the action so far is not in force any more. */
export function clearCoins(evidence: Fields, place: number): void {
  const coins = coinsField(place);
  if (evidence[coins] !== undefined) evidence[coins] = [];
}
