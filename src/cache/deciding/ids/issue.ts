import { openDecision } from "../../../operations/outcomes/open-decision.js";
import type { PolicyChange } from "../../../operations/outcomes/policy-change.js";
import { policyChange } from "../../../operations/outcomes/policy-change.js";
import type { Store } from "../../../store/store.js";
import type { ServingRules } from "../../evidence/serving-rules.js";
import { inTime, unavailableFor } from "../../guarding/unavailable.js";
import { crystallizationSettings } from "../../recording/crystallization-settings.js";
import { keyedOutcome } from "../../recording/keyed-outcome.js";
import { openEntry, tossedCoin } from "../../reporting/reported-entry.js";
import type { Question } from "../decide-request.js";
import type { Habits } from "../habits.js";
import type { DecisionRecord } from "./decision-record.js";

/** Gives a decision its id. Where it is counted as open, it is by then, and the id says so. */
export type Issue = (decision: DecisionRecord) => string | Promise<string>;

/** Others made the trials meanwhile that the state may spend. */
export class NoTrialLeft extends Error {}

/** Counts nothing. */
export function issuing({ ids }: Habits): Issue {
  return (decision) => ids.idOf(decision);
}

/**
 * Counts decisions as open, as the defaults of the store have it: docs/trust.md#open-decisions.
 *
 * @param trials - what trials may spend
 * @param tell - is told what became of a policy whose decisions have waited too long
 * @throws {@link NoTrialLeft} by the promise
 * @throws {@link StoreError} by the promise, for a decision that is the cache's and could not be counted in time
 */
export function issuingCounted(
  store: Store,
  habits: Habits,
  { hasBudget }: ServingRules,
  { timeoutMs, trials }: Pick<Question, "timeoutMs" | "trials">,
  tell: (change: PolicyChange) => void,
): Issue {
  const issue = issuing(habits);
  const { openDecisions } = store.defaults;
  if (!hasBudget || openDecisions === "none" || store.readOnly) return issue;
  return (decision) => {
    const { kind, coin } = decision;
    // Both sides of a coin are counted alike.
    const isLeftOut = kind === "serve" && openDecisions !== "all" && coin === undefined;
    if (kind === "suggest" || isLeftOut) return issue(decision);
    return issueOpen({ ...decision, isOpen: true });
  };

  async function issueOpen(decision: DecisionRecord): Promise<string> {
    try {
      const change = await inTime(open(store, habits, decision, trials), timeoutMs);
      if (change !== undefined) tell(change);
    } catch (error) {
      // What the agent decided is decided: it counts when it is reported, as if it had been recorded.
      if (decision.kind !== "fallback" || unavailableFor(error) === undefined) throw error;
      return issue({ ...decision, isOpen: false });
    }
    return habits.ids.idOf(decision);
  }
}

async function open(
  store: Store,
  { actions }: Habits,
  decision: DecisionRecord,
  trials: Question["trials"],
): Promise<PolicyChange | undefined> {
  const nowSeconds = store.nowSeconds();
  const { defaults } = store;
  const outcome = keyedOutcome(openEntry(decision, actions, nowSeconds), defaults, "event");
  const coin = tossedCoin(decision);
  const tossed = coin === undefined ? {} : { coin };
  const spends = decision.kind === "trial" && trials !== undefined ? { allowance: trials } : {};
  const input = { outcome, ...tossed, ...spends, settings: crystallizationSettings(defaults), nowSeconds };
  const { change, isRefused } = await store.run(openDecision, input, store.shardOf(decision.agentId));
  if (isRefused === true) throw new NoTrialLeft();
  return change === undefined ? undefined : policyChange(change, outcome);
}
