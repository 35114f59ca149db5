/** κ: how many decisions the share of a coarser cell counts for in a finer one. */
export const PRIOR_DECISIONS = 2;
