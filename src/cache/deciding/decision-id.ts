import { checkKeyText, checkPlainObject, isKeyText, isLearnable } from "../../common/checks.js";
import { InvalidArgumentError } from "../../common/errors.js";
import { splitParts } from "../../common/joined-parts.js";
import { canonicalJson } from "../../maths/json/canonical-json.js";
import type { DecisionKind } from "../../operations/outcomes/outcome.js";
import { isPropensity } from "../events/check-event.js";

/**
 * What a decision remembers of itself until it is reported. It travels in the decision's id, so that deciding writes
 * nothing; it is opaque to callers and protects nothing.
 */
export interface DecisionRecord {
  readonly kind: DecisionKind;
  readonly agentId: string;
  readonly stateFingerprint: string;
  readonly actionType: string;
  /** The actions that explain what was decided, by their numbers in the evidence; empty when they are to be found. */
  readonly actionNumbers: readonly number[];
  readonly decidedAtSeconds: number;
  /** The Q-value at decision time: the reward the decision expects. */
  readonly qValue: number;
  /** Tells two decisions of the same moment apart. */
  readonly nonce: string;
  /** Names of the policies acted on before in the same task. */
  readonly context: readonly string[];
  /** The chance with which it was decided so, above 0; 1 when nothing was drawn. */
  readonly propensity: number;
  /** The error budget it was decided under; undefined when there was none. */
  readonly errorBudget: number | undefined;
  /** "" when the decision belongs to no episode. */
  readonly episodeId: string;
  /** Canonical JSON of the state, the specification and the parameters; "" when they are on record, or there are none. */
  readonly stateFeatures: string;
  readonly actionSpec: string;
  readonly params: string;
}

const PREFIX = "d2.";
const KINDS: readonly DecisionKind[] = ["serve", "trial", "explore", "suggest", "fallback"];

export function encodeDecisionId(decision: DecisionRecord): string {
  const { kind, agentId, stateFingerprint, actionType, actionNumbers, decidedAtSeconds, qValue, nonce } = decision;
  const { context, propensity, errorBudget = 0, episodeId, stateFeatures, actionSpec, params } = decision;
  const place = [KINDS.indexOf(kind), agentId, stateFingerprint, actionType, actionNumbers, decidedAtSeconds, qValue];
  const rest = [nonce, context, propensity, errorBudget, episodeId, stateFeatures, actionSpec, params];
  return encodeParts([...place, ...rest]);
}

/** @throws {@link InvalidArgumentError} for a text that no decision carried */
export function decodeDecisionId(id: unknown): DecisionRecord {
  const parts = typeof id === "string" && id.startsWith(PREFIX) ? parseParts(id.slice(PREFIX.length)) : undefined;
  if (parts === undefined || encodeParts(parts) !== id) throw notADecision(id);
  const [code, agentId, stateFingerprint, actionType, actionNumbers, decidedAtSeconds, qValue, nonce, ...rest] = parts;
  const [context, propensity, errorBudget, episodeId, stateFeatures, actionSpec, params] = rest;
  const kind = KINDS[Number(code)];
  if (kind === undefined || typeof decidedAtSeconds !== "number" || typeof qValue !== "number") throw notADecision(id);
  if (!isLearnable(qValue) || !isListOf(context, isPolicyName) || !isListOf(actionNumbers, Number.isInteger)) {
    throw notADecision(id);
  }
  if (typeof propensity !== "number" || !isPropensity(propensity)) throw notADecision(id);
  if (typeof errorBudget !== "number" || !(errorBudget >= 0 && errorBudget < 1)) throw notADecision(id);
  if (!isFeatures(stateFeatures) || !isFeatures(actionSpec) || !isFeatures(params)) throw notADecision(id);
  if (typeof episodeId !== "string" || (episodeId !== "" && !isKeyText(episodeId))) throw notADecision(id);
  return {
    kind,
    agentId: checkKeyText("decisionId agent", agentId),
    stateFingerprint: checkKeyText("decisionId state", stateFingerprint),
    actionType: checkKeyText("decisionId action", actionType),
    actionNumbers: actionNumbers as readonly number[],
    decidedAtSeconds,
    qValue,
    nonce: checkKeyText("decisionId nonce", nonce),
    context: context as readonly string[],
    propensity,
    errorBudget: errorBudget === 0 ? undefined : errorBudget,
    episodeId,
    stateFeatures,
    actionSpec,
    params,
  };
}

function isListOf(value: unknown, isMember: (member: unknown) => boolean): boolean {
  return Array.isArray(value) && value.every(isMember);
}

/** The canonical JSON of an object, or nothing. */
function isFeatures(json: unknown): json is string {
  if (typeof json !== "string") return false;
  try {
    return json === "" || canonicalJson(checkPlainObject("features", JSON.parse(json))) === json;
  } catch {
    return false;
  }
}

function parseParts(encoded: string): readonly unknown[] | undefined {
  try {
    const parts: unknown = JSON.parse(Buffer.from(encoded, "base64url").toString());
    return Array.isArray(parts) && parts.length === 15 ? parts : undefined;
  } catch {
    return undefined;
  }
}

function encodeParts(parts: readonly unknown[]): string {
  return PREFIX + Buffer.from(JSON.stringify(parts)).toString("base64url");
}

/** A fingerprint and an action type: what `context` is made of. */
function isPolicyName(name: unknown): name is string {
  if (typeof name !== "string") return false;
  const parts = splitParts(name);
  return parts.length === 2 && parts.every(isKeyText);
}

function notADecision(id: unknown): InvalidArgumentError {
  return new InvalidArgumentError("decisionId", id, "the decisionId of a decision, unchanged");
}
