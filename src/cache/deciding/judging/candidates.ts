import { canonicalJson } from "../../../maths/json/canonical-json.js";
import type { JsonObject } from "../../../maths/json/json-value.js";
import { type Binding, bindAction } from "../../actions/bind-action.js";
import { evidenceFor } from "../../evidence/evidence.js";
import type { ScoredPolicy } from "../decision.js";

/** The actions whose evidence suffices: by policy, best first, and within one best-proven first. */
export function* serving(ranked: readonly ScoredPolicy[]): Generator<ScoredPolicy> {
  for (const policy of ranked) {
    if (!policy.evidence.passes) continue;
    yield policy;
    for (const action of policy.evidence.actions.slice(1)) {
      if (action.passes) yield { ...policy, evidence: evidenceFor(policy.evidence, action) };
    }
  }
}

/** The best-proven action of each policy whose evidence does not suffice, unless it is out of service. */
export function* others(ranked: readonly ScoredPolicy[]): Generator<ScoredPolicy> {
  for (const policy of ranked) {
    if (!policy.evidence.passes && policy.evidence.retired === undefined) yield policy;
  }
}

/**
 * The actions of the policy's type that give this specification here, by number: the outcome will speak for each of them.
 *
 * @param spec - of the chosen action, whole
 */
export function explaining({ evidence }: ScoredPolicy, spec: JsonObject, params: JsonObject): readonly number[] {
  const { action, actions } = evidence;
  if (action === undefined) return [];
  if (actions.length === 1) return [action.number];
  const wanted = canonicalJson(spec);
  return actions
    .filter((other) => {
      const whole = bindAction(other, params);
      return "spec" in whole && canonicalJson(whole.spec) === wanted;
    })
    .map(({ number }) => number);
}

/** The action, its slots filled. A policy that was created by hand has no evidence: it is suggested as it is. */
export function wholeAction({ entry, evidence }: ScoredPolicy, params: JsonObject): Binding {
  return evidence.action === undefined ? { spec: entry.actionSpec } : bindAction(evidence.action, params);
}
