import type { ScoredPolicy } from "./decision.js";

/** A policy of the asked state, and whether it may be acted on without being looked at. */
export interface Judgement {
  readonly policy: ScoredPolicy;
  readonly serves: boolean;
}

export interface Choice {
  readonly kind: "serve" | "suggest";
  readonly policy: ScoredPolicy;
}

export function judge(policy: ScoredPolicy): Judgement {
  return { policy, serves: policy.evidence.passes };
}

/**
 * Serves the best policy that may be served, suggests the best one otherwise; undefined when all of them are retired,
 * or there is none.
 */
export function choose(judgements: readonly Judgement[]): Choice | undefined {
  const serving = judgements.find(({ serves }) => serves);
  if (serving !== undefined) return { kind: "serve", policy: serving.policy };
  const best = judgements.find(({ policy }) => policy.evidence.retired === undefined);
  return best === undefined ? undefined : { kind: "suggest", policy: best.policy };
}
