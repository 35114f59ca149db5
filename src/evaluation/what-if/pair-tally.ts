import { joinParts } from "../../common/joined-parts.js";
import type { Mutable } from "../../common/mutable.js";
import { canonicalJson } from "../../maths/json/canonical-json.js";
import type { JsonObject } from "../../maths/json/json-value.js";
import { isSuccess, type OutcomeEntry } from "../../operations/outcomes/outcome.js";
import type { Replayed } from "./replayed-cache.js";
import type { ForeseenPair } from "./what-if-result.js";

type Counts = Mutable<ForeseenPair["would"]>;
type CountedPair = Mutable<Omit<ForeseenPair, "would" | "happened">> & {
  readonly would: Counts;
  readonly happened: Counts;
};

/** Counts what was and would have been served and tried, by state and action. Memory grows with these pairs. */
export class PairTally {
  readonly #pairs = new Map<string, CountedPair>();

  add(entry: OutcomeEntry, { decision, isSame }: Replayed): void {
    const { decision: kind, actionType, actionSpec } = entry;
    if (kind === "serve" || kind === "trial") this.#pair(entry, actionType, actionSpec).happened[kind] += 1;
    if (decision.kind !== "serve" && decision.kind !== "trial") return;
    const { action, policy } = decision;
    const pair = this.#pair(entry, action.type, canonicalJson(policy.evidence.action?.spec ?? action.spec));
    pair.would[decision.kind] += 1;
    if (!isSame) return;
    pair.outcomes += 1;
    if (!isSuccess(entry)) pair.failures += 1;
  }

  /** The first of those where most changes, and how many more there are. */
  result(limit: number): { readonly pairs: readonly ForeseenPair[]; readonly morePairs: number } {
    const pairs = [...this.#pairs.values()].sort((left, right) => weightOf(right) - weightOf(left));
    return { pairs: pairs.slice(0, limit), morePairs: Math.max(0, pairs.length - limit) };
  }

  #pair({ agentId, stateFingerprint, stateFeatures }: OutcomeEntry, type: string, spec: string): CountedPair {
    const key = joinParts(agentId, stateFingerprint, type, spec);
    let pair = this.#pairs.get(key);
    if (pair === undefined) {
      pair = {
        agentId,
        state: JSON.parse(stateFeatures) as JsonObject,
        action: { type, spec: JSON.parse(spec) as JsonObject },
        happened: { serve: 0, trial: 0 },
        would: { serve: 0, trial: 0 },
        outcomes: 0,
        failures: 0,
      };
      this.#pairs.set(key, pair);
    }
    return pair;
  }
}

/** Changes first, then by what would be served; a proportion that stays below 1 breaks ties. */
function weightOf({ happened, would }: ForeseenPair): number {
  const changed = Math.abs(would.serve - happened.serve) + Math.abs(would.trial - happened.trial);
  return changed + 1 - 1 / (1 + would.serve + would.trial);
}
