import type { Refusal } from "../guarding/refusal.js";
import type { ScoredPolicy } from "./decision.js";

export interface Choice {
  readonly kind: "serve" | "suggest";
  readonly policy: ScoredPolicy;
}

export interface Judgement {
  /** Undefined when all policies are retired or refused, or there is none. */
  readonly choice: Choice | undefined;
  /** What the checks kept from being chosen, in the order they were made. */
  readonly refusals: readonly Refusal[];
}

/** Says what speaks against a policy, undefined when nothing does. */
export type Check = (policy: ScoredPolicy) => Promise<Refusal | undefined> | undefined;

/**
 * Serves the best policy whose evidence suffices, suggests the best other one that is not retired. Checks are made in this
 * order, and no further than needed.
 *
 * @param ranked - best first
 * @returns no promise when there is nothing to wait for, as is usual
 */
export function judge(ranked: readonly ScoredPolicy[], check: Check): Judgement | Promise<Judgement> {
  const best = ranked.find(isServing) ?? ranked.find(isOther);
  if (best === undefined) return { choice: undefined, refusals: [] };
  const checking = check(best);
  if (checking === undefined) return { choice: choiceOf(best), refusals: [] };
  return judgeAll(ranked, checking, check);
}

/** @param first - the check of the first candidate, under way */
async function judgeAll(
  ranked: readonly ScoredPolicy[],
  first: Promise<Refusal | undefined>,
  check: Check,
): Promise<Judgement> {
  const refusals: Refusal[] = [];
  for (const [index, policy] of [...ranked.filter(isServing), ...ranked.filter(isOther)].entries()) {
    const refusal = await (index === 0 ? first : check(policy));
    if (refusal === undefined) return { choice: choiceOf(policy), refusals };
    refusals.push(refusal);
  }
  return { choice: undefined, refusals };
}

function isServing({ evidence }: ScoredPolicy): boolean {
  return evidence.passes;
}

function isOther({ evidence }: ScoredPolicy): boolean {
  return !evidence.passes && evidence.retired === undefined;
}

function choiceOf(policy: ScoredPolicy): Choice {
  return { kind: policy.evidence.passes ? "serve" : "suggest", policy };
}
