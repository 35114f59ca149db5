import type { Mutable } from "../../common/mutable.js";
import type { Store } from "../../store/store.js";
import { type Evidence, evidenceOfState } from "../evidence/evidence.js";
import type { Refusal } from "../guarding/refusal.js";
import type { Question } from "./decide-request.js";
import type { ActionDecision, Decision, ScoredPolicy, ServedDecision } from "./decision.js";
import { encodeDecisionId } from "./decision-id.js";
import type { Choice } from "./judgement.js";
import { missingText, reasonFor, reasonOfRefusals, reasonOfRetirement, reasonToAbstain } from "./reasons.js";
import type { Situation } from "./situation.js";

/** What the cache says, without exploring and without asking anybody. */
export function answer(store: Store, question: Question, { known, rules, ranked, judgement }: Situation): Decision {
  const { choice, refusals } = judgement;
  if (choice !== undefined) return act(store, question, ranked, choice, refusals);
  return abstain(question, evidenceOfState(known.evidence, rules)[0], ranked, refusals);
}

/** @param ranked - the policies of the state, each of which is retired or refused */
function abstain(
  { agentId, stateFingerprint }: Question,
  nearest: Evidence | undefined,
  ranked: readonly ScoredPolicy[],
  refused: readonly Refusal[],
): Decision {
  if (refused.length > 0) {
    const answer = { kind: "abstain", reason: reasonOfRefusals(refused), agentId, stateFingerprint, ranked } as const;
    return nearest === undefined ? { ...answer, refused } : { ...answer, nearest, refused };
  }
  const best = ranked[0]?.evidence;
  const reason = best === undefined ? reasonToAbstain(nearest) : reasonOfRetirement(best);
  const answer = { kind: "abstain", reason, agentId, stateFingerprint, ranked } as const;
  return nearest === undefined ? answer : { ...answer, nearest, missing: missingText(best ?? nearest) };
}

function act(
  store: Store,
  question: Question,
  ranked: readonly ScoredPolicy[],
  choice: Choice,
  refused: readonly Refusal[],
): Decision {
  const { kind, policy } = choice;
  const { agentId, stateFingerprint, context, episodeId, askedAtSeconds: decidedAtSeconds } = question;
  const { actionType, actionSpec, qValue } = policy.entry;
  const nonce = store.createId();
  const record = { agentId, stateFingerprint, actionType, decidedAtSeconds, qValue, nonce, context };
  const extras = { propensity: 0, stateFeatures: "", actionSpec: "", episodeId };
  const decision: Mutable<Omit<ServedDecision, "kind">> & { readonly kind: Choice["kind"]; missing?: string } = {
    kind,
    reason: reasonFor(choice),
    decisionId: encodeDecisionId(episodeId === "" ? record : { ...record, extras }),
    action: { type: actionType, spec: actionSpec },
    policy,
    agentId,
    stateFingerprint,
    ranked,
  };
  const runnerUp = ranked[0] === policy ? ranked[1] : ranked[0];
  if (runnerUp !== undefined) decision.runnerUp = runnerUp;
  if (refused.length > 0) decision.refused = refused;
  if (kind !== "serve") decision.missing = missingText(policy.evidence);
  return decision as ActionDecision;
}
