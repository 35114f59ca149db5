import type { Mutable } from "../../common/mutable.js";
import { canonicalJson } from "../../maths/json/canonical-json.js";
import { blockedReason } from "../evidence/blocks.js";
import { type Evidence, evidenceOfState, toleratedFailures } from "../evidence/evidence.js";
import type { Refusal } from "../guarding/refusal.js";
import type { Unavailable } from "../guarding/unavailable.js";
import type { Question } from "./decide-request.js";
import type { Abstention, ActionDecision, Decision, ScoredPolicy, ServedDecision, TrialDecision } from "./decision.js";
import type { Issue } from "./ids/issue.js";
import { explaining } from "./judging/candidates.js";
import type { Choice } from "./judging/judgement.js";
import { missingText, reasonFor, reasonOfRefusals, reasonOfRetirement, reasonToAbstain } from "./reasons.js";
import type { Situation } from "./situation.js";

/** What the cache says, without exploring and without asking anybody. */
export async function answer(
  question: Question,
  situation: Situation,
  issue: Issue,
): Promise<Decision | TrialDecision> {
  const { known, rules, ranked, judgement, isAnotherState } = situation;
  const { choice, refusals } = judgement;
  if (choice !== undefined) return act(issue, question, situation, choice);
  if (isAnotherState) return abstainFromAnother(question);
  return abstain(question, evidenceOfState(known.evidence, rules)[0], ranked, refusals);
}

function abstainFromAnother({ agentId, stateFingerprint }: Question): Decision {
  const reason = "Another state has this fingerprint: what is known is of that one.";
  return { kind: "abstain", reason, agentId, stateFingerprint, ranked: [] };
}

/** What there is to say without a store. */
export function withoutStore({ agentId, stateFingerprint }: Question, unavailable: Unavailable): Abstention {
  const reason = `The cache is not available: ${unavailable.message}`;
  return { kind: "abstain", reason, agentId, stateFingerprint, ranked: [], unavailable };
}

/** @param ranked - the policies of the state, each of which is retired or refused */
function abstain(
  { agentId, stateFingerprint, askedAtSeconds }: Question,
  nearest: Evidence | undefined,
  ranked: readonly ScoredPolicy[],
  refused: readonly Refusal[],
): Decision {
  if (refused.length > 0) {
    const answer = { kind: "abstain", reason: reasonOfRefusals(refused), agentId, stateFingerprint, ranked } as const;
    return nearest === undefined ? { ...answer, refused } : { ...answer, nearest, refused };
  }
  const best = ranked[0]?.evidence;
  const blocked = blockedReason(nearest?.blocks, undefined, askedAtSeconds);
  if (best === undefined && nearest !== undefined && blocked !== undefined) {
    const reason = `${nearest.actionType}: ${blocked}.`;
    const refused = [{ actionType: nearest.actionType, by: "block", reason: blocked }] as const;
    return { kind: "abstain", reason, agentId, stateFingerprint, ranked, nearest, refused };
  }
  const reason = best === undefined ? reasonToAbstain(nearest) : reasonOfRetirement(best);
  const answer = { kind: "abstain", reason, agentId, stateFingerprint, ranked } as const;
  return nearest === undefined ? answer : { ...answer, nearest, missing: missingText(best ?? nearest) };
}

/** Of any kind, while it is put together. */
type Acting = Mutable<Omit<ServedDecision, "kind">> & {
  readonly kind: Choice["kind"];
  missing?: string;
  propensity?: number;
};

async function act(
  issue: Issue,
  question: Question,
  { ranked, totals, judgement }: Situation,
  choice: Choice,
): Promise<ActionDecision | TrialDecision> {
  const { kind, policy, action } = choice;
  const { propensity, coin, refusals: refused } = judgement;
  const { agentId, stateFingerprint, context, episodeId, askedAtSeconds: decidedAtSeconds } = question;
  const { actionType, qValue } = policy.entry;
  const { action: known, errorBudget = toleratedFailures(policy.evidence, totals) } = policy.evidence;
  const decision: Acting = {
    kind,
    reason: reasonFor(choice),
    decisionId: await issue({
      kind,
      agentId,
      stateFingerprint,
      actionType,
      actionNumbers: explaining(policy, action.spec, question.params),
      decidedAtSeconds,
      isOpen: false,
      qValue,
      context,
      propensity,
      errorBudget,
      coin: kind === "suggest" ? undefined : coin,
      episodeId,
      stateFeatures: "",
      actionSpec: known === undefined ? canonicalJson(action.spec) : "",
      // Of what slots were filled with nothing else would be in the log.
      params: known?.slots === undefined ? "" : question.paramsJson,
    }),
    action,
    policy,
    agentId,
    stateFingerprint,
    ranked,
  };
  const runnerUp = ranked.find(({ entry }) => entry !== policy.entry);
  if (runnerUp !== undefined) decision.runnerUp = runnerUp;
  if (refused.length > 0) decision.refused = refused;
  if (kind === "trial") decision.propensity = propensity;
  if (kind !== "serve") decision.missing = choice.isAudit ? "nothing" : missingText(policy.evidence);
  return decision as ActionDecision | TrialDecision;
}
