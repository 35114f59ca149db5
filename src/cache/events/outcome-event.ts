import { hash } from "node:crypto";
import { checkKeyText, checkLearnable, checkNumber, checkPlainObject } from "../../common/checks.js";
import type { TuningConstants } from "../../common/defaults.js";
import { InvalidArgumentError } from "../../common/errors.js";
import { namesOf, refuseUnknownNames } from "../../common/unknown-names.js";
import type { Fields } from "../../keyspace/port/keyspace.js";
import { canonicalJson, canonicalJsonOfObject } from "../../maths/json/canonical-json.js";
import { fingerprintOfCanonical } from "../../maths/json/fingerprint.js";
import type { JsonObject } from "../../model/fields.js";
import type { RecordedEvent } from "../../operations/outcomes/append-outcomes.js";
import type { Outcome } from "../../operations/outcomes/evidence.js";
import { storageKey } from "../../store/storage-keys.js";
import { evidenceId, policyLayout } from "../policy-entry.js";
import type { EvidenceMode } from "../recording/evidence-mode.js";

export type OutcomeName = "success" | "failure";

export interface Action {
  readonly type: string;
  /** Parameters of the action, as JSON. Default `{}`. */
  readonly spec?: JsonObject | undefined;
}

/** An action as the cache hands it out. */
export interface DecidedAction {
  readonly type: string;
  readonly spec: JsonObject;
}

/** What an agent saw, did and got. In JSON, an optional part may also be null. */
export interface OutcomeEvent {
  /** Default "default". Agents never see each other's events. */
  readonly agentId?: string | undefined;
  /** What the agent knew before acting. Equal features, in any order, are the same state. */
  readonly state: JsonObject;
  readonly action: Action;
  readonly outcome: OutcomeName;
  /** Any finite scale. Default: none; then the event counts as evidence and no value is learned from it. */
  readonly reward?: number | undefined;
  /** Unique per agent. An event whose id was recorded before is ignored, however long ago that was. */
  readonly id?: string | undefined;
  readonly episodeId?: string | undefined;
  /** Position within the episode, from 0. */
  readonly step?: number | undefined;
  /**
   * Whether the episode ended with this event: then nothing is added to its reward. False without `nextState`: the state
   * of the next event of the episode is what followed. Default: it ended, unless there is a `nextState`.
   */
  readonly done?: boolean | undefined;
  /** The state that followed, whose best known value is added to the reward, discounted. */
  readonly nextState?: JsonObject | undefined;
  /** The chance with which whoever decided chose this action: above 0, at most 1. Kept for evaluation. */
  readonly propensity?: number | undefined;
  /** Unix seconds. Default: now. */
  readonly ts?: number | undefined;
  /**
   * Versions of what the outcome depends on, by name. Outcomes under other versions are not evidence for this one: when it
   * changes, the evidence of the pair starts over.
   */
  readonly dependsOn?: Versions | undefined;
  /** Unix seconds from which on the action is not to be served. The newest event that says so counts. */
  readonly validUntil?: number | undefined;
}

/** What an event may consist of. */
export const EVENT_NAMES = namesOf<OutcomeEvent>({
  agentId: true,
  state: true,
  action: true,
  outcome: true,
  reward: true,
  id: true,
  episodeId: true,
  step: true,
  done: true,
  nextState: true,
  propensity: true,
  ts: true,
  dependsOn: true,
  validUntil: true,
});

const ACTION_NAMES = namesOf<Action>({ type: true, spec: true });

/** Versions by name, such as `{ playbook: "3" }`. */
export type Versions = Readonly<Record<string, string>>;

export function checkVersions(parameter: string, versions: unknown): Versions {
  const given = checkPlainObject(parameter, versions);
  for (const [name, version] of Object.entries(given)) {
    if (typeof version !== "string") throw new InvalidArgumentError(`${parameter}.${name}`, version, "a text");
  }
  return given as Versions;
}

export const DEFAULT_AGENT = "default";

/** A state reduced to what storage needs. */
export interface CheckedState {
  readonly fingerprint: string;
  readonly json: string;
}

export function checkState(parameter: string, state: unknown): CheckedState {
  const json = canonicalJsonOfObject(state, parameter);
  return { fingerprint: fingerprintOfCanonical(json), json };
}

export function checkOutcome(parameter: string, outcome: unknown): OutcomeName {
  if (outcome !== "success" && outcome !== "failure") {
    throw new InvalidArgumentError(parameter, outcome, `"success" or "failure"`);
  }
  return outcome;
}

/** An action reduced to what storage needs. */
export interface CheckedAction {
  readonly type: string;
  readonly spec: JsonObject;
  /** The spec as canonical JSON. */
  readonly json: string;
}

export function checkAction(parameter: string, action: unknown): CheckedAction {
  const given = checkPlainObject(parameter, action);
  refuseUnknownNames(given, ACTION_NAMES, parameter);
  const type = checkKeyText(`${parameter}.type`, given.type);
  const spec = checkPlainObject(`${parameter}.spec`, given.spec ?? {}) as JsonObject;
  return { type, spec, json: canonicalJson(spec, `${parameter}.spec`) };
}

/** A checked event: as the stream keeps it. Fields that were not given are absent. */
export interface OutcomeEntry extends Fields {
  /** A `report` was counted when it was made; it is in the stream for whoever reads the log. */
  readonly op: "outcome" | "report";
  readonly agentId: string;
  readonly stateFingerprint: string;
  readonly stateFeatures: string;
  readonly actionType: string;
  readonly actionSpec: string;
  readonly outcome: OutcomeName;
  readonly ts: number;
}

/**
 * Checks an event of the caller's.
 *
 * @throws {@link InvalidArgumentError} naming the part that is wrong
 */
export function checkEvent(event: unknown, nowSeconds: number): OutcomeEntry {
  const given = checkPlainObject("event", event);
  refuseUnknownNames(given, EVENT_NAMES);
  const action = checkAction("action", given.action);
  const state = checkState("state", given.state);
  const entry: Fields & OutcomeEntry = {
    op: "outcome",
    agentId: isAbsent(given.agentId) ? DEFAULT_AGENT : checkKeyText("agentId", given.agentId),
    stateFingerprint: state.fingerprint,
    stateFeatures: state.json,
    actionType: action.type,
    actionSpec: action.json,
    outcome: checkOutcome("outcome", given.outcome),
    ts: isAbsent(given.ts) ? nowSeconds : checkNumber("ts", given.ts, isTime, "Unix seconds of at least 0"),
  };
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
    entry.validUntil = checkNumber("validUntil", given.validUntil, (value) => value > 0, "Unix seconds above 0");
  }
  if (!isAbsent(given.nextState)) {
    const nextState = checkState("nextState", given.nextState);
    entry.nextStateFingerprint = nextState.fingerprint;
    entry.nextStateFeatures = nextState.json;
  }
  return entry;
}

/** Optional parts may be left out, or null as other languages write it. */
export function isAbsent(value: unknown): value is undefined | null {
  return value === undefined || value === null;
}

/** Reads an entry back from the stream. @returns undefined when it is no outcome */
export function parseEntry(fields: Fields): OutcomeEntry | undefined {
  try {
    const { stateFeatures, actionSpec, ts, reward, episodeId, nextStateFingerprint, dependsOn } = fields;
    if (typeof reward === "number") checkLearnable("reward", reward);
    if (episodeId !== undefined) checkKeyText("episodeId", episodeId);
    if (nextStateFingerprint !== undefined) checkKeyText("nextStateFingerprint", nextStateFingerprint);
    return {
      ...fields,
      ...(dependsOn === undefined ? {} : { dependsOn: jsonObjectText(dependsOn) }),
      op: fields.op === "report" ? "report" : "outcome",
      agentId: checkKeyText("agentId", fields.agentId ?? DEFAULT_AGENT),
      stateFingerprint: checkKeyText("stateFingerprint", fields.stateFingerprint),
      stateFeatures: jsonObjectText(stateFeatures),
      actionType: checkKeyText("actionType", fields.actionType),
      actionSpec: jsonObjectText(actionSpec),
      outcome: checkOutcome("outcome", fields.outcome),
      ts: checkNumber("ts", ts, isTime, "Unix seconds of at least 0"),
    };
  } catch {
    return undefined;
  }
}

/**
 * Where the evidence of a pair goes. What creating a policy takes is put together when it is asked for: few outcomes do.
 *
 * @param isLean - whether to leave that out
 */
export function outcomeOf(
  entry: OutcomeEntry,
  defaults: TuningConstants,
  mode: EvidenceMode,
  nowSeconds: number,
  isLean: boolean,
): Outcome {
  const lean = leanOutcomeOf(entry, defaults, mode);
  if (isLean) return lean;
  const { agentId, stateFingerprint, actionType } = entry;
  return {
    ...lean,
    get creation() {
      const identity = [agentId, stateFingerprint, actionType];
      const values = { agentId, stateFingerprint, actionType };
      return {
        record: policyLayout.recordKeys(identity),
        initialFields: policyLayout.newFields(values, identity, nowSeconds, defaults),
        sideWrites: policyLayout.sideWrites(identity, values),
      };
    },
  };
}

function leanOutcomeOf(entry: OutcomeEntry, defaults: TuningConstants, mode: EvidenceMode): Outcome {
  const { agentId, stateFingerprint, actionType, reward, episodeId, nextStateFingerprint, done } = entry;
  return {
    keys: outcomeKeys(entry, mode, trailKey(entry, defaults)),
    evidenceId: evidenceId(actionType),
    agentId,
    stateFingerprint,
    stateKey: stateKey(agentId, stateFingerprint),
    stateJson: entry.stateFeatures,
    actionSpecJson: entry.actionSpec,
    dependsOnJson: typeof entry.dependsOn === "string" ? entry.dependsOn : "",
    validUntil: typeof entry.validUntil === "number" ? entry.validUntil : 0,
    episodeId: typeof episodeId === "string" ? episodeId : "",
    success: entry.outcome === "success",
    ...(typeof reward === "number" ? { reward } : {}),
    next: done === true ? "ended" : nextStateFingerprint !== undefined ? "known" : done === false ? "later" : "ended",
    occurredAtSeconds: entry.ts,
    policy: policyLayout.learnedRecord([agentId, stateFingerprint, actionType]),
  };
}

/** An event to be appended and counted later. */
export function recordedEvent(entry: OutcomeEntry): RecordedEvent {
  const { eventId } = entry;
  return {
    keys: { seen: storageKey("seen", entry.agentId) },
    eventId: typeof eventId === "string" ? eventId : "",
    payload: entry,
  };
}

export const AGENTS_KEY = storageKey("agents");
export const MALFORMED_KEY = storageKey("malformed", "outcomes");

export function stateKey(agentId: string, stateFingerprint: string): string {
  return policyLayout.recordsKey([agentId, stateFingerprint]);
}

export function statesKey(agentId: string): string {
  return storageKey("states", agentId);
}

export function episodesKey(agentId: string): string {
  return storageKey("episodes", agentId);
}

/**
 * Where the steps of an event's episode wait for their returns: needed when a return adds up several rewards, and where
 * events leave it to the next one of their episode to say which state they led to.
 */
export function trailKey(entry: OutcomeEntry, { tdSteps }: TuningConstants): string | undefined {
  const { agentId, episodeId, done, nextStateFingerprint } = entry;
  if (typeof episodeId !== "string") return undefined;
  const mayFollowOpenStep = done !== undefined && nextStateFingerprint === undefined;
  return tdSteps > 1 || mayFollowOpenStep ? storageKey("trail", agentId, episodeId) : undefined;
}

function outcomeKeys(entry: OutcomeEntry, mode: EvidenceMode, trail: string | undefined): Outcome["keys"] {
  const { agentId, stateFingerprint, actionType, episodeId, nextStateFingerprint, done } = entry;
  const continues = typeof nextStateFingerprint === "string" && done !== true;
  return {
    state: stateKey(agentId, stateFingerprint),
    history: policyLayout.historyKey([agentId, stateFingerprint, actionType]),
    states: statesKey(agentId),
    episodes: episodesKey(agentId),
    agents: AGENTS_KEY,
    ...(mode === "episode" && typeof episodeId === "string"
      ? { visits: storageKey("visits", agentId, stateFingerprint, actionType) }
      : {}),
    ...(trail === undefined ? {} : { trail }),
    ...(continues ? { nextState: stateKey(agentId, nextStateFingerprint) } : {}),
  };
}

/**
 * An id for an event that has none, from its text and its position in its source: reading the same source again gives
 * the same ids.
 */
export function derivedEventId(text: string, position: number): string {
  return hash("sha256", `${position}\n${text}`, "base64url").slice(0, 22);
}

function jsonObjectText(value: unknown): string {
  try {
    return canonicalJson(checkPlainObject("value", JSON.parse(String(value))));
  } catch {
    return "{}";
  }
}

function checkBoolean(parameter: string, value: unknown): boolean {
  if (typeof value !== "boolean") throw new InvalidArgumentError(parameter, value, "true or false");
  return value;
}

export function isPropensity(value: number): boolean {
  return value > 0 && value <= 1;
}

function isTime(value: number): boolean {
  return value >= 0;
}

function isStep(value: number): boolean {
  return Number.isInteger(value) && value >= 0;
}
