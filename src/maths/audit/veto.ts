import type { CellShare } from "../levels/score.js";
import { logCapital } from "../statistics/anytime-bound.js";

/**
 * Whether what is known of an action in one of the cells speaks against it by itself: it is refuted there that it fails in at
 * most `errorBudget` of all cases. The bet is that on success, mirrored. A cell in which it holds all the same is vetoed with a
 * chance of at most `alpha`.
 *
 * @param cells - outcomes of the action, and those of them that were successes
 * @param errorBudget - above 0, below 1
 * @param alpha - 1 − confidence; above 0, below 1
 */
export function isVetoed(cells: readonly CellShare[], errorBudget: number, alpha: number): boolean {
  const needed = -Math.log(alpha);
  for (const { right, decisions } of cells) {
    if (logCapital(decisions - right, right, errorBudget) >= needed) return true;
  }
  return false;
}
