import type { Estimated } from "../../harness/statistics.js";
import type { Players } from "./playing/players.js";

/** What every part is measured with. */
export interface Stage {
  readonly players: Players;
  /** Of each kind, where not said otherwise. */
  readonly worlds: number;
  /** Leaves out what takes long. */
  readonly isQuick: boolean;
  readonly seed: number;
}

/** Some of the worlds, and two at least. */
export function fewer(worlds: number, share: number): number {
  return Math.max(2, Math.ceil(share * worlds));
}

/** Whether a figure, given with so many digits, may be what was measured. */
export function isWithin(figure: number, { low, high }: Estimated, digits: number): boolean {
  const rounding = 0.5 * 10 ** -digits;
  return figure >= low - rounding && figure <= high + rounding;
}
