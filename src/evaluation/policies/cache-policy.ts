import type { PolicyCache } from "../../cache/policy-cache.js";
import type { TargetPolicy } from "./target-policy.js";

/**
 * What a cache decides: the action it serves or suggests; where it abstains, the decision is left to whoever made the
 * logged ones. Evaluate it on events it has not learned from, or it looks better than it is.
 */
export function cachePolicy(cache: PolicyCache): TargetPolicy {
  return {
    name: "store",
    async probabilities({ agentId, state }) {
      const decision = await cache.decide({ agentId, state });
      return decision.kind === "abstain" ? undefined : new Map([[decision.action.type, 1]]);
    },
  };
}
