import type { CacheTypes } from "../../cache/cache-types.js";
import { type PolicyCache, requireCache } from "../../cache/policy-cache.js";
import type { TargetPolicy } from "./target-policy.js";

/**
 * What a cache decides: the action it serves or suggests; where it abstains, the decision is left to whoever made the
 * logged ones. Evaluate it on events it has not learned from, or it looks better than it is.
 */
export function cachePolicy<Types extends CacheTypes>(cache: PolicyCache<Types>): TargetPolicy {
  const untyped = requireCache(cache); // logs hold states of any kind
  return {
    name: "store",
    async probabilities({ agentId, state }) {
      const decision = await untyped.decide({ agentId, state });
      return decision.kind === "abstain" ? undefined : new Map([[decision.action.type, 1]]);
    },
  };
}
