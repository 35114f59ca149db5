import type { Action } from "../../cache/cache-types.js";
import { DECISION_KINDS } from "../../cache/deciding/ids/decision-record.js";
import { checkOutcome, checkState, isAbsent } from "../../cache/events/check-event.js";
import { DEFAULT_AGENT, EVENT_NAMES, type OutcomeName } from "../../cache/events/outcome-event.js";
import { checkKeyText, checkLearnable, checkNumber, checkPlainObject } from "../../common/checks.js";
import { InvalidArgumentError } from "../../common/errors.js";
import { type KnownNames, refuseUnknownNames } from "../../common/unknown-names.js";
import type { JsonObject } from "../../maths/json/json-value.js";
import type { DecisionKind } from "../../operations/outcomes/outcome.js";

/** A decision of the past with what came of it: an event as `record` takes it, with the propensity of its action. */
export interface LoggedDecision {
  /** Default "default". */
  readonly agentId?: string | undefined;
  readonly state: JsonObject;
  readonly action: Action;
  readonly outcome?: OutcomeName | undefined;
  /** What the decision was worth. Default: 1 for a success, 0 for a failure. */
  readonly reward?: number | null | undefined;
  /**
   * Probability, from 0 to 1, with which the action was chosen in this state when the decision was made. A decision
   * without one is weighted by how often its action was logged in its state, or left out: `propensities` of the options says which.
   * With `decision` "trial", "fallback" or "suggest" it is the chance of the coin that decided who was to choose.
   */
  readonly propensity?: number | null | undefined;
  /** Who chose, and how, as the log of a store tells it. Default: it was recorded by whoever acted. */
  readonly decision?: DecisionKind | null | undefined;
  /** What the situation had beside its state, as for `record`; evaluating needs none. */
  readonly params?: JsonObject | null | undefined;
  /** When it happened, in Unix seconds; evaluating needs none. */
  readonly ts?: number | null | undefined;
  /** Decisions of one episode stay together when a policy is fitted on one half of the log and tried on the other. */
  readonly episodeId?: string | undefined;
}

/** What a logged decision may consist of. */
export const DECISION_NAMES: KnownNames = new Set([...EVENT_NAMES, "decision"]);

/** A logged decision reduced to what estimating needs. */
export interface CheckedDecision {
  readonly agentId: string;
  readonly stateFingerprint: string;
  readonly state: JsonObject;
  readonly actionType: string;
  readonly reward: number;
  /** Of the action; undefined when it is not known. */
  readonly propensity: number | undefined;
  /** Undefined when it was recorded. */
  readonly decision: DecisionKind | undefined;
  readonly episodeId: string | undefined;
}

/** @throws {@link InvalidArgumentError} naming the part that is wrong */
export function checkLoggedDecision(logged: unknown): CheckedDecision {
  const given = refuseUnknownNames(checkPlainObject("decision", logged), DECISION_NAMES);
  const action = checkPlainObject("action", given.action);
  const decision = decisionKindOf(given.decision);
  const propensity = propensityOf(given.propensity);
  return {
    agentId: given.agentId === undefined ? DEFAULT_AGENT : checkKeyText("agentId", given.agentId),
    stateFingerprint: checkState("state", given.state).stateFingerprint,
    state: given.state as JsonObject,
    actionType: checkKeyText("action.type", action.type),
    reward: rewardOf(given),
    propensity: isCoin(decision) ? undefined : propensity,
    decision,
    episodeId: given.episodeId === undefined ? undefined : checkKeyText("episodeId", given.episodeId),
  };
}

function rewardOf({ reward, outcome }: Record<string, unknown>): number {
  if (reward !== undefined && reward !== null) return checkLearnable("reward", reward);
  if (outcome === undefined)
    throw new InvalidArgumentError("reward", reward, "a number, or an outcome to stand for it");
  return checkOutcome("outcome", outcome) === "success" ? 1 : 0;
}

/** @throws {@link InvalidArgumentError} for what is no kind of a decision */
export function decisionKindOf(decision: unknown): DecisionKind | undefined {
  if (isAbsent(decision)) return undefined;
  const kind = DECISION_KINDS.find((known) => known === decision);
  if (kind === undefined) throw new InvalidArgumentError("decision", decision, DECISION_KINDS.join(", "));
  return kind;
}

/**
 * Whether the propensity tells who was to choose, and not how likely this action was: the agent may choose what is tried, too,
 * and how it chooses is not known.
 */
function isCoin(decision: DecisionKind | undefined): boolean {
  return decision !== undefined && decision !== "serve" && decision !== "explore";
}

function propensityOf(propensity: unknown): number | undefined {
  if (propensity === undefined || propensity === null) return undefined;
  return checkNumber("propensity", propensity, (value) => value >= 0 && value <= 1, "a probability from 0 to 1");
}
