import { checkLearnable, checkObject } from "../../common/checks.js";
import { InvalidArgumentError } from "../../common/errors.js";
import type { Mutable } from "../../common/mutable.js";
import { namesOf, refuseUnknownNames } from "../../common/unknown-names.js";
import type { TossedCoin } from "../../operations/evidence/coins.js";
import type { OutcomeEntry, OutcomeName } from "../../operations/outcomes/outcome.js";
import { type ActionTypes, slotsOf } from "../actions/action-types.js";
import type { AnyTypes, CacheTypes } from "../cache-types.js";
import type { DecisionRecord } from "../deciding/ids/decision-record.js";
import { checkAction, checkOutcome, checkState, isAbsent } from "../events/check-event.js";
import { evidenceId } from "../policy-entry.js";

/** What became of a decision. */
export interface Report<Types extends CacheTypes = AnyTypes> {
  /** How the decided action ended. */
  readonly outcome: OutcomeName;
  /** Who reports: a decision of another agent is refused. Default: whoever has the id may. */
  readonly agentId?: string | undefined;
  /**
   * What was done in place of the decided action, where something else was: the outcome is that of the agent's own decision
   * for it, and says nothing of the action that was decided. Default: the decided action was carried out.
   */
  readonly taken?: Types["action"] | undefined;
  /** Any finite scale. Default: none; then the outcome teaches success or failure, and no value. */
  readonly reward?: number | undefined;
  /** The state that followed, whose best known Q-value is added to the reward, discounted. Default: the task ended. */
  readonly nextState?: Types["state"] | undefined;
}

const REPORT_NAMES = namesOf<Report>({ outcome: true, agentId: true, taken: true, reward: true, nextState: true });

/**
 * A reported outcome as an entry. Features that the decision did not carry are on record and stay.
 *
 * @param actions - what the cache declares for types of actions
 * @throws {@link InvalidArgumentError} naming the part of the report that is wrong
 */
export function reportedEntry(
  decision: DecisionRecord,
  report: Report,
  actions: ActionTypes,
  nowSeconds: number,
): OutcomeEntry {
  const given = refuseUnknownNames(checkObject("report", report), REPORT_NAMES);
  const { agentId, params, episodeId } = decision;
  if (!isAbsent(given.agentId) && given.agentId !== agentId) {
    throw new InvalidArgumentError("agentId", given.agentId, "the agent whose decision it is");
  }
  const entry = entryOf(decision, checkOutcome("outcome", given.outcome), nowSeconds);
  if (!isAbsent(given.reward)) entry.reward = checkLearnable("reward", given.reward);
  if (!isAbsent(given.nextState)) {
    const nextState = checkState("nextState", given.nextState);
    entry.nextStateFingerprint = nextState.stateFingerprint;
    entry.nextStateFeatures = nextState.stateFeatures;
  }
  if (isAbsent(given.taken)) addDecision(entry, decision);
  else Object.assign(entry, checkAction("taken", given.taken), { decision: "fallback", propensity: 1 });
  addParams(entry, params, actions);
  if (episodeId !== "") entry.episodeId = episodeId;
  return entry;
}

/**
 * The decision as an entry of its own: what it counts as until its outcome is known, which is a failure.
 *
 * @param ts - the moment of counting
 */
export function openEntry(decision: DecisionRecord, actions: ActionTypes, ts: number): OutcomeEntry {
  const entry = entryOf(decision, "failure", ts);
  addDecision(entry, decision);
  addParams(entry, decision.params, actions);
  return entry;
}

/** How the decided action ended, and nothing else. */
function entryOf(decision: DecisionRecord, outcome: OutcomeName, ts: number): Mutable<OutcomeEntry> {
  const { agentId, stateFingerprint, stateFeatures, actionType, actionSpec } = decision;
  return { op: "report", agentId, stateFingerprint, stateFeatures, actionType, actionSpec, outcome, ts };
}

/** Slots are those that the cache declares now, as where an event is recorded. */
function addParams(entry: Mutable<OutcomeEntry>, params: string, actions: ActionTypes): void {
  if (params === "") return;
  entry.params = params;
  const slots = slotsOf(actions, entry.actionType);
  if (slots !== undefined) entry.slots = slots;
}

function addDecision(
  entry: Mutable<OutcomeEntry>,
  { kind, propensity, actionNumbers, errorBudget, isOpen, decidedAtSeconds }: DecisionRecord,
): void {
  entry.decision = kind;
  entry.propensity = propensity;
  if (isOpen) entry.openedAt = decidedAtSeconds;
  if (actionNumbers.length > 0) entry.actionNumbers = actionNumbers;
  if (errorBudget !== undefined) entry.errorBudget = errorBudget;
}

/** The coin of a decision, as it is counted. */
export function tossedCoin({ kind, coin, decidedAtSeconds: tossedAt }: DecisionRecord): TossedCoin | undefined {
  if (coin === undefined) return undefined;
  const { actionType, actionNumber, takenPropensity } = coin;
  return { evidenceId: evidenceId(actionType), actionNumber, takenPropensity, isTaken: kind !== "fallback", tossedAt };
}
