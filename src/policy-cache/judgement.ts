import type { ScoredPolicy } from "./decision.js";
import type { Refusal } from "./guard.js";

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

/**
 * Serves the best policy whose evidence suffices, suggests the best other one that is not retired. Checks are made in this
 * order, and no further than needed.
 *
 * @param ranked - best first
 */
export async function judge(
  ranked: readonly ScoredPolicy[],
  refusalOf: (policy: ScoredPolicy) => Promise<Refusal | undefined> | undefined,
): Promise<Judgement> {
  const refusals: Refusal[] = [];
  const serving = ranked.filter(({ evidence }) => evidence.passes);
  const others = ranked.filter(({ evidence }) => !evidence.passes && evidence.retired === undefined);
  for (const policy of [...serving, ...others]) {
    const refusal = await refusalOf(policy);
    if (refusal === undefined)
      return { choice: { kind: policy.evidence.passes ? "serve" : "suggest", policy }, refusals };
    refusals.push(refusal);
  }
  return { choice: undefined, refusals };
}
