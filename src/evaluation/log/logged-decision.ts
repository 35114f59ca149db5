import type { Action } from "../../cache/cache-types.js";
import { checkOutcome, checkState } from "../../cache/events/check-event.js";
import { DEFAULT_AGENT, EVENT_NAMES, type OutcomeName } from "../../cache/events/outcome-event.js";
import { checkKeyText, checkLearnable, checkNumber, checkPlainObject } from "../../common/checks.js";
import { InvalidArgumentError } from "../../common/errors.js";
import { refuseUnknownNames } from "../../common/unknown-names.js";
import type { JsonObject } from "../../maths/json/json-value.js";

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
   * without one cannot be weighted and is left out.
   */
  readonly propensity?: number | null | undefined;
  /** Decisions of one episode stay together when a policy is fitted on one half of the log and tried on the other. */
  readonly episodeId?: string | undefined;
}

/** A logged decision reduced to what estimating needs. */
export interface CheckedDecision {
  readonly agentId: string;
  readonly stateFingerprint: string;
  readonly state: JsonObject;
  readonly actionType: string;
  readonly reward: number;
  /** Undefined when it was not logged. */
  readonly propensity: number | undefined;
  readonly episodeId: string | undefined;
}

/** @throws {@link InvalidArgumentError} naming the part that is wrong */
export function checkLoggedDecision(decision: unknown): CheckedDecision {
  const given = checkPlainObject("decision", decision);
  refuseUnknownNames(given, EVENT_NAMES);
  const action = checkPlainObject("action", given.action);
  return {
    agentId: given.agentId === undefined ? DEFAULT_AGENT : checkKeyText("agentId", given.agentId),
    stateFingerprint: checkState("state", given.state).stateFingerprint,
    state: given.state as JsonObject,
    actionType: checkKeyText("action.type", action.type),
    reward: rewardOf(given),
    propensity: propensityOf(given.propensity),
    episodeId: given.episodeId === undefined ? undefined : checkKeyText("episodeId", given.episodeId),
  };
}

function rewardOf({ reward, outcome }: Record<string, unknown>): number {
  if (reward !== undefined && reward !== null) return checkLearnable("reward", reward);
  if (outcome === undefined)
    throw new InvalidArgumentError("reward", reward, "a number, or an outcome to stand for it");
  return checkOutcome("outcome", outcome) === "success" ? 1 : 0;
}

function propensityOf(propensity: unknown): number | undefined {
  if (propensity === undefined || propensity === null) return undefined;
  return checkNumber("propensity", propensity, (value) => value >= 0 && value <= 1, "a probability from 0 to 1");
}
