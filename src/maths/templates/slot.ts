import type { Scalar } from "./values-in-sight.js";

/** A value in sight that an argument is filled from. */
export interface Slot {
  /** Its path. */
  readonly from: string;
  /** The type it has: "string", "number" or "boolean". Another is no value for this slot. */
  readonly type: string;
  /** What stands before and after it in the argument, where that is a text which holds it. */
  readonly before?: string;
  readonly after?: string;
}

/** Shorter values occur in texts by chance. */
const SHORTEST_EMBEDDED = 3;

/** @returns what a slot comes to; undefined when there is no value of its type: empty texts are none */
export function filled(slot: Slot, inSight: ReadonlyMap<string, Scalar>): Scalar | undefined {
  const value = inSight.get(slot.from);
  if (value === undefined || value === "" || typeof value !== slot.type) return undefined;
  return slot.before === undefined ? value : `${slot.before}${value}${slot.after}`;
}

/** Every value in sight that an argument equals; where there is none, every one that it holds in its midst, once. */
export function slotsFor(argument: Scalar, inSight: ReadonlyMap<string, Scalar>): readonly Slot[] {
  if (argument === null || argument === "") return [];
  const equal: Slot[] = [];
  for (const [from, value] of inSight) if (value === argument) equal.push({ from, type: typeof value });
  return equal.length > 0 || typeof argument !== "string" ? equal : embeddedIn(argument, inSight);
}

function embeddedIn(argument: string, inSight: ReadonlyMap<string, Scalar>): readonly Slot[] {
  const slots: Slot[] = [];
  for (const [from, value] of inSight) {
    if (typeof value !== "string" && typeof value !== "number") continue;
    const text = String(value);
    const at = argument.indexOf(text);
    if (text.length < SHORTEST_EMBEDDED || at < 0 || at !== argument.lastIndexOf(text)) continue;
    slots.push({ from, type: typeof value, before: argument.slice(0, at), after: argument.slice(at + text.length) });
  }
  return slots;
}
