import { PRIOR_DECISIONS } from "./prior.js";

/** What is known of one action in one cell of states. */
export interface CellShare {
  /** Decisions of the cell in which it was right: the agent took it, or taking it went well. */
  readonly right: number;
  /** All decisions of the cell. */
  readonly decisions: number;
}

/**
 * The chance that an action is right, as its cells tell it, from coarse to fine: each moves what the coarser one told,
 *
 *     p ← (s + κ p) / (n + κ)        κ = 2
 *
 * It ranks, and promises nothing: whether what has such scores is right so often is for the audit to find.
 *
 * @param overall - share of all decisions in which the action was right, from 0 to 1
 * @param cells - the coarsest first
 * @returns what is told after each cell, the last of which is the score
 */
export function estimatesOf(overall: number, cells: readonly CellShare[]): number[] {
  const estimates: number[] = [];
  let estimate = overall;
  for (const { right, decisions } of cells) {
    estimate = (right + PRIOR_DECISIONS * estimate) / (decisions + PRIOR_DECISIONS);
    estimates.push(estimate);
  }
  return estimates;
}
