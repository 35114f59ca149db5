import type { Fields } from "../../../keyspace/port/keyspace.js";
import type { KeyedOutcome } from "../../outcomes/outcome.js";
import { admit, noteValues, placeOf, placeOfNumber } from "./known-actions.js";

/** The places of the actions that explain an outcome. What it says in words is taken in, what it says by number may be gone. */
export function placesOf(evidence: Fields, { entry, actions, actionNumbers }: KeyedOutcome): readonly number[] {
  const places = placesOfNumbers(evidence, actionNumbers);
  for (const action of actions) {
    const known = placeOf(evidence, action);
    const place = known >= 0 ? known : admit(evidence, action, entry.ts, places);
    if (action.slots !== "") noteValues(evidence, place, action);
    addOnce(places, place);
  }
  return places;
}

/** One outcome counts once for an action. */
function addOnce(places: number[], place: number): void {
  for (const known of places) if (known === place) return;
  places.push(place);
}

/** Those that are known. */
export function knownPlacesOf(evidence: Fields, { actions, actionNumbers }: KeyedOutcome): readonly number[] {
  const places = placesOfNumbers(evidence, actionNumbers);
  for (const action of actions) {
    const place = placeOf(evidence, action);
    if (place >= 0) addOnce(places, place);
  }
  return places;
}

function placesOfNumbers(evidence: Fields, actionNumbers: readonly number[]): number[] {
  const places: number[] = [];
  for (const number of actionNumbers) {
    const place = placeOfNumber(evidence, number);
    if (place >= 0) addOnce(places, place);
  }
  return places;
}
