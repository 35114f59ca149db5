import type { Keyspace } from "../../keyspace/port/keyspace.js";
import { addToFilter, type FilterTarget, type HashedItem } from "../primitives/existence-filter.js";
import { countTokens, type SketchTarget } from "../primitives/frequency-sketch.js";

/** What saving a record writes beside it, computed from the values that are saved: one thing for each primitive. */
export type SideWrite = FilteredItems | CountedTokens | ListedPriority;

export interface FilteredItems {
  readonly kind: "filter";
  readonly target: FilterTarget;
  readonly items: readonly HashedItem[];
}

export interface CountedTokens {
  readonly kind: "sketch";
  readonly target: SketchTarget;
  readonly tokens: readonly (readonly string[])[];
}

/** The record's entry in the priority index; removed when there is no score. */
export interface ListedPriority {
  readonly kind: "priority";
  readonly keys: { readonly index: string };
  readonly score?: number;
}

/** @param name - of the record that is saved */
export function writeBeside(keyspace: Keyspace, name: string, sideWrites: readonly SideWrite[]): void {
  for (const write of sideWrites) {
    if (write.kind === "filter") addToFilter(keyspace, write.target, write.items);
    else if (write.kind === "sketch") countTokens(keyspace, write.target, write.tokens);
    else if (write.score === undefined) keyspace.removeScore(write.keys.index, name);
    else keyspace.putScore(write.keys.index, name, -write.score);
  }
}
