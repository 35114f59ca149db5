import { mayTry } from "../../../maths/proof/trial-allowance.js";
import type { Store } from "../../../store/store.js";
import { evidenceFor, type StateTotals, toleratedFailures } from "../../evidence/evidence.js";
import type { TrialRules } from "../../evidence/trial-rules.js";
import type { Question } from "../decide-request.js";
import type { ScoredPolicy } from "../decision.js";
import { uniformOf } from "../uniform-of.js";
import type { Trials } from "./judgement.js";

/** Own choices that an action needs before it is tried, whatever the budget. */
const FEWEST_OWN_CHOICES = 6;

/**
 * The actions of a state that their own record cannot prove, and that may be tried.
 *
 * @param rulesOf - of a type of action; undefined where nothing is tried
 * @returns undefined when there is none
 */
export function trialsIn(
  store: Store,
  question: Question,
  ranked: readonly ScoredPolicy[],
  totals: StateTotals,
  rulesOf: (actionType: string) => TrialRules | undefined,
): Trials | undefined {
  for (const policy of ranked) {
    const rules = rulesOf(policy.entry.actionType);
    if (rules === undefined || !mayTry(totals.decisions, totals.failedTrials, totals.openTrials, rules)) continue;
    const candidates = byAction(policy).filter((action) => isWorthTrying(action, totals));
    if (candidates.length > 0)
      return { candidates, rate: rules.rate, toss: () => uniformFor(store, question, "trial") };
  }
  return undefined;
}

function byAction(policy: ScoredPolicy): readonly ScoredPolicy[] {
  return policy.evidence.actions.map((action) => ({ ...policy, evidence: evidenceFor(policy.evidence, action) }));
}

/** Chosen often enough by the agent, with success often enough, and not found to fail by a trial before. */
function isWorthTrying({ evidence }: ScoredPolicy, totals: StateTotals): boolean {
  const { action, retired, passes, errorBudget = toleratedFailures(evidence, totals) } = evidence;
  if (action === undefined || errorBudget === undefined || retired !== undefined || passes) return false;
  const chosen = action.trials - action.taken.trials;
  const succeeded = action.successes - action.taken.successes;
  return (
    chosen >= Math.max(FEWEST_OWN_CHOICES, 1 / errorBudget) &&
    succeeded >= (1 - errorBudget) * chosen &&
    totals.ownDecisions >= action.triedAgainFrom
  );
}

/** From 0 to below 1. The coin of an episode lies as it fell: otherwise the agent could wait for the side it likes. */
export function uniformFor(
  store: Store,
  { agentId, episodeId, stateFingerprint }: Question,
  purpose: "trial" | "audit",
): number {
  return episodeId === "" ? store.random() : uniformOf(purpose, agentId, episodeId, stateFingerprint);
}
