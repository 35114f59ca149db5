import { checkKeyText, checkLearnable, checkNumber, checkPlainObject, checkUnixSeconds } from "../../common/checks.js";
import { InvalidArgumentError } from "../../common/errors.js";
import type { Mutable } from "../../common/mutable.js";
import { namesOf, refuseUnknownNames } from "../../common/unknown-names.js";
import { canonicalJson, canonicalJsonOfObject } from "../../maths/json/canonical-json.js";
import { fingerprintOfCanonical } from "../../maths/json/fingerprint.js";
import type { OutcomeEntry, OutcomeName } from "../../operations/outcomes/outcome.js";
import { type ActionTypes, slotsOf } from "../actions/action-types.js";
import type { Action } from "../cache-types.js";
import { DEFAULT_AGENT, EVENT_NAMES, type Versions } from "./outcome-event.js";

/**
 * Checks an event of the caller's: from here on its parts have the names of the entry, and are not checked again.
 *
 * @param actions - what holds for types of actions: their slots are kept with the event
 * @throws {@link InvalidArgumentError} naming the part that is wrong
 */
export function checkEvent(event: unknown, nowSeconds: number, actions: ActionTypes = {}): OutcomeEntry {
  const given = refuseUnknownNames(checkPlainObject("event", event), EVENT_NAMES);
  const { actionType, actionSpec } = checkAction("action", given.action);
  const { stateFingerprint, stateFeatures } = checkState("state", given.state);
  const entry: Mutable<OutcomeEntry> = {
    op: "outcome",
    agentId: isAbsent(given.agentId) ? DEFAULT_AGENT : checkKeyText("agentId", given.agentId),
    stateFingerprint,
    stateFeatures,
    actionType,
    actionSpec,
    outcome: checkOutcome("outcome", given.outcome),
    ts: isAbsent(given.ts) ? nowSeconds : checkUnixSeconds("ts", given.ts),
  };
  if (!isAbsent(given.params)) {
    entry.params = canonicalJsonOfObject(given.params, "params");
    const slots = slotsOf(actions, actionType);
    if (slots !== undefined) entry.slots = slots;
  }
  if (!isAbsent(given.reward)) entry.reward = checkLearnable("reward", given.reward);
  if (!isAbsent(given.id)) entry.eventId = checkKeyText("id", given.id);
  if (!isAbsent(given.episodeId)) entry.episodeId = checkKeyText("episodeId", given.episodeId);
  if (!isAbsent(given.step)) entry.step = checkNumber("step", given.step, isStep, "an integer of at least 0");
  if (!isAbsent(given.done)) entry.done = checkBoolean("done", given.done);
  if (!isAbsent(given.propensity)) {
    const expected = "a number above 0, at most 1";
    entry.propensity = checkNumber("propensity", given.propensity, isPropensity, expected);
  }
  if (given.dependsOn !== undefined) entry.dependsOn = canonicalJson(checkVersions("dependsOn", given.dependsOn));
  if (given.validUntil !== undefined) {
    checkNumber("validUntil", given.validUntil, (value) => value > 0, "Unix seconds above 0");
    entry.validUntil = checkUnixSeconds("validUntil", given.validUntil);
  }
  if (!isAbsent(given.nextState)) {
    const nextState = checkState("nextState", given.nextState);
    entry.nextStateFingerprint = nextState.stateFingerprint;
    entry.nextStateFeatures = nextState.stateFeatures;
  }
  return entry;
}

/** @returns the two parts of an entry that a state becomes */
export function checkState(
  parameter: string,
  state: unknown,
): Pick<OutcomeEntry, "stateFingerprint" | "stateFeatures"> {
  const stateFeatures = canonicalJsonOfObject(state, parameter);
  return { stateFingerprint: fingerprintOfCanonical(stateFeatures), stateFeatures };
}

const ACTION_NAMES = namesOf<Action>({ type: true, spec: true });

/** @returns the two parts of an entry that an action becomes */
export function checkAction(parameter: string, action: unknown): Pick<OutcomeEntry, "actionType" | "actionSpec"> {
  const given = refuseUnknownNames(checkPlainObject(parameter, action), ACTION_NAMES, parameter);
  const actionType = checkKeyText(`${parameter}.type`, given.type);
  const spec = checkPlainObject(`${parameter}.spec`, given.spec ?? {});
  return { actionType, actionSpec: canonicalJson(spec, `${parameter}.spec`) };
}

export function checkOutcome(parameter: string, outcome: unknown): OutcomeName {
  if (outcome !== "success" && outcome !== "failure") {
    throw new InvalidArgumentError(parameter, outcome, `"success" or "failure"`);
  }
  return outcome;
}

export function checkVersions(parameter: string, versions: unknown): Versions {
  const given = JSON.parse(canonicalJson(checkPlainObject(parameter, versions), parameter)) as Record<string, unknown>;
  for (const [name, version] of Object.entries(given)) {
    if (typeof version !== "string") throw new InvalidArgumentError(`${parameter}.${name}`, version, "a text");
  }
  return given as Versions;
}

/** Optional parts may be left out, or null as other languages write it. */
export function isAbsent(value: unknown): value is undefined | null {
  return value === undefined || value === null;
}

export function isPropensity(value: number): boolean {
  return value > 0 && value <= 1;
}

function checkBoolean(parameter: string, value: unknown): boolean {
  if (typeof value !== "boolean") throw new InvalidArgumentError(parameter, value, "true or false");
  return value;
}

function isStep(value: number): boolean {
  return Number.isInteger(value) && value >= 0;
}
