import { canonicalJson } from "../json/canonical-json.js";
import { filled, type Slot, slotsFor } from "./slot.js";
import type { Scalar } from "./values-in-sight.js";

/** Most slots, and most constants, that are known of one argument. */
export const MOST_SOURCES = 12;

/** So many decisions are added in which it was not so: what is new is not certain, and does not push out what is known. */
const DOUBT = 2;

/** What is known of a slot that may fill an argument. */
export interface SlotCounts {
  readonly slot: Slot;
  /** Decisions, since it was first thought of, in which there was a value for it. */
  readonly defined: number;
  /** Those of them in which the argument was what it was filled with. */
  readonly matches: number;
  /** What it was filled with when it matched, while that was always the same. */
  readonly only?: Scalar;
}

/** How often an argument had a value. */
export interface ConstantCounts {
  readonly constant: Scalar;
  readonly seen: number;
}

/** What is known of one argument of the actions of one type. */
export interface ArgumentSources {
  readonly decisions: number;
  readonly slots: readonly SlotCounts[];
  readonly constants: readonly ConstantCounts[];
}

/** Of an argument of which nothing is known. */
export const NO_SOURCES: ArgumentSources = { decisions: 0, slots: [], constants: [] };

/** What is known with one more decision. Of more than {@link MOST_SOURCES}, the least likely are forgotten. */
export function withArgument(
  { decisions, slots, constants }: ArgumentSources,
  argument: Scalar,
  inSight: ReadonlyMap<string, Scalar>,
): ArgumentSources {
  const known = slots.map((counts) => counted(counts, argument, inSight));
  const names = new Set(slots.map(({ slot }) => canonicalJson(slot)));
  const found = slotsFor(argument, inSight).filter((slot) => !names.has(canonicalJson(slot)));
  const added = found.map((slot) => ({ slot, defined: 1, matches: 1, only: argument }));
  return {
    decisions: decisions + 1,
    slots: likeliest([...added, ...known]),
    constants: seenMost(constants, argument),
  };
}

/** Where an argument may come from, and the share of decisions in which it did. */
export type LikelySource =
  | { readonly slot: Slot; readonly share: number }
  | { readonly constant: Scalar; readonly share: number };

/**
 * What may be acted on, the likeliest first: slots that explained two different values, and constants that were seen twice. What
 * explained one decision alone may have done so by chance.
 */
export function sourcesOf({ decisions, slots, constants }: ArgumentSources): readonly LikelySource[] {
  const varied = slots.filter(({ only }) => only === undefined);
  const repeated = constants.filter(({ seen }) => seen > 1);
  return [
    ...varied.map((counts) => ({ slot: counts.slot, share: shareOf(counts) })),
    ...repeated.map(({ constant, seen }) => ({ constant, share: seen / (decisions + DOUBT) })),
  ].sort((one, other) => other.share - one.share);
}

function counted(counts: SlotCounts, argument: Scalar, inSight: ReadonlyMap<string, Scalar>): SlotCounts {
  const { slot, defined, matches, only } = counts;
  const value = filled(slot, inSight);
  if (value === undefined) return counts;
  if (value !== argument) return { ...counts, defined: defined + 1 };
  return { slot, defined: defined + 1, matches: matches + 1, ...(only === argument ? { only } : {}) };
}

function shareOf({ matches, defined }: SlotCounts): number {
  return matches / (defined + DOUBT);
}

/** Of equal ones those that were found last: what happened to match at first would else never leave. */
function likeliest(slots: readonly SlotCounts[]): readonly SlotCounts[] {
  if (slots.length <= MOST_SOURCES) return slots;
  return [...slots].sort((one, other) => shareOf(other) - shareOf(one)).slice(0, MOST_SOURCES);
}

function seenMost(constants: readonly ConstantCounts[], argument: Scalar): readonly ConstantCounts[] {
  const at = constants.findIndex(({ constant }) => constant === argument);
  if (at >= 0) return constants.map((counts, index) => (index === at ? { ...counts, seen: counts.seen + 1 } : counts));
  const kept = constants.length < MOST_SOURCES ? constants : withoutLeast(constants);
  return [...kept, { constant: argument, seen: 1 }];
}

function withoutLeast(constants: readonly ConstantCounts[]): readonly ConstantCounts[] {
  const least = constants.reduce((found, counts) => (counts.seen < found.seen ? counts : found));
  return constants.filter((counts) => counts !== least);
}
