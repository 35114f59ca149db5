import { checkLearnable, checkObject } from "../../common/checks.js";
import type { Mutable } from "../../common/mutable.js";
import { namesOf, refuseUnknownNames } from "../../common/unknown-names.js";
import type { OutcomeEntry, OutcomeName } from "../../operations/outcomes/outcome.js";
import type { AnyTypes, CacheTypes } from "../cache-types.js";
import type { DecisionRecord } from "../deciding/decision-id.js";
import { checkOutcome, checkState, isAbsent } from "../events/check-event.js";

/** What became of a decision. */
export interface Report<Types extends CacheTypes = AnyTypes> {
  /** How the decided action ended. */
  readonly outcome: OutcomeName;
  /** Any finite scale. Default: 1 for a success, 0 for a failure. */
  readonly reward?: number | undefined;
  /** The state that followed, whose best known Q-value is added to the reward, discounted. Default: the task ended. */
  readonly nextState?: Types["state"] | undefined;
}

const REPORT_NAMES = namesOf<Report>({ outcome: true, reward: true, nextState: true });

/**
 * A reported outcome as an entry. Features that the decision did not carry are on record and stay.
 *
 * @throws {@link InvalidArgumentError} naming the part of the report that is wrong
 */
export function reportedEntry(decision: DecisionRecord, given: Report, nowSeconds: number): OutcomeEntry {
  const { agentId, stateFingerprint, actionType } = decision;
  const { kind, actionNumbers, propensity, errorBudget, stateFeatures, actionSpec, params, episodeId } = decision;
  const report = refuseUnknownNames(checkObject("report", given ?? {}), REPORT_NAMES);
  const outcome = checkOutcome("outcome", report.outcome);
  const entry: Mutable<OutcomeEntry> = {
    op: "report",
    agentId,
    stateFingerprint,
    stateFeatures,
    actionType,
    actionSpec,
    outcome,
    reward: checkLearnable("reward", report.reward ?? (outcome === "success" ? 1 : 0)),
    ts: nowSeconds,
  };
  if (!isAbsent(report.nextState)) {
    const nextState = checkState("nextState", report.nextState);
    entry.nextStateFingerprint = nextState.stateFingerprint;
    entry.nextStateFeatures = nextState.stateFeatures;
  }
  entry.decision = kind;
  entry.propensity = propensity;
  if (actionNumbers.length > 0) entry.actionNumbers = actionNumbers;
  if (errorBudget !== undefined) entry.errorBudget = errorBudget;
  if (params !== "") entry.params = params;
  if (episodeId !== "") entry.episodeId = episodeId;
  return entry;
}
