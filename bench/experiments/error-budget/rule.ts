/** What decides whether an action is served: the error budget, or a plain Wilson bound at the same rate. */
export type Rule = "budget" | "wilson";

/** Of the confidence 0.95. */
export const ONE_SIDED_WILSON_Z = 1.645;
