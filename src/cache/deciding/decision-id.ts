import { checkKeyText, checkPlainObject, isKeyText, isLearnable } from "../../common/checks.js";
import { InvalidArgumentError } from "../../common/errors.js";
import { splitParts } from "../../common/joined-parts.js";
import { canonicalJson, isPlainText } from "../../maths/json/canonical-json.js";
import { isPropensity } from "../events/check-event.js";

/**
 * What a decision remembers of itself until it is reported. It travels in the decision's id, so that deciding writes
 * nothing; it is opaque to callers and protects nothing.
 */
export interface DecisionRecord {
  readonly agentId: string;
  readonly stateFingerprint: string;
  readonly actionType: string;
  readonly decidedAtSeconds: number;
  /** The Q-value at decision time: the reward the decision expects. */
  readonly qValue: number;
  /** Tells two decisions of the same moment apart. */
  readonly nonce: string;
  /** Names of the policies acted on before in the same task. */
  readonly context: readonly string[];
  /** What not every decision has to remember. */
  readonly extras?: DecisionExtras;
}

export interface DecisionExtras {
  /** The chance with which the action was drawn, above 0, at most 1; 0 when it was not drawn. */
  readonly propensity: number;
  /** The features of the state; "" when they are on record. */
  readonly stateFeatures: string;
  /** The specification of the action; "" when it is on record. */
  readonly actionSpec: string;
  /** "" when the decision belongs to no episode. */
  readonly episodeId: string;
}

const PREFIX = "d1.";

export function encodeDecisionId(decision: DecisionRecord): string {
  const { agentId, stateFingerprint, actionType, decidedAtSeconds, qValue, nonce, context, extras } = decision;
  if (extras === undefined && context.length === 0 && isPlainText(agentId + stateFingerprint + actionType + nonce)) {
    // As below, in a third of the time.
    const json = `["${agentId}","${stateFingerprint}","${actionType}",${decidedAtSeconds},${qValue},"${nonce}"]`;
    return PREFIX + Buffer.from(json, "latin1").toString("base64url");
  }
  const parts: unknown[] = [agentId, stateFingerprint, actionType, decidedAtSeconds, qValue, nonce, ...context];
  if (extras !== undefined) {
    parts.push([extras.propensity, extras.stateFeatures, extras.actionSpec, extras.episodeId]);
  }
  return encodeParts(parts);
}

/** @throws {@link InvalidArgumentError} for a text that no decision carried */
export function decodeDecisionId(id: unknown): DecisionRecord {
  const parts = typeof id === "string" && id.startsWith(PREFIX) ? parseParts(id.slice(PREFIX.length)) : undefined;
  if (parts === undefined || encodeParts(parts) !== id) throw notADecision(id);
  const [agentId, stateFingerprint, actionType, decidedAtSeconds, qValue, nonce, ...rest] = parts;
  const last = rest.at(-1);
  const extras = Array.isArray(last) ? decisionExtras(id, last) : undefined;
  const context = extras === undefined ? rest : rest.slice(0, -1);
  if (typeof decidedAtSeconds !== "number" || typeof qValue !== "number") throw notADecision(id);
  if (!isLearnable(qValue) || !context.every(isPolicyName)) throw notADecision(id);
  return {
    agentId: checkKeyText("decisionId agent", agentId),
    stateFingerprint: checkKeyText("decisionId state", stateFingerprint),
    actionType: checkKeyText("decisionId action", actionType),
    decidedAtSeconds,
    qValue,
    nonce: checkKeyText("decisionId nonce", nonce),
    context,
    ...(extras === undefined ? {} : { extras }),
  };
}

function decisionExtras(id: unknown, parts: readonly unknown[]): DecisionExtras {
  const [propensity, stateFeatures, actionSpec, episodeId] = parts;
  if (typeof propensity !== "number" || !(propensity === 0 || isPropensity(propensity))) throw notADecision(id);
  if (!isFeatures(stateFeatures) || !isFeatures(actionSpec)) throw notADecision(id);
  if (typeof episodeId !== "string" || (episodeId !== "" && !isKeyText(episodeId))) throw notADecision(id);
  return { propensity, stateFeatures, actionSpec, episodeId };
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
    return Array.isArray(parts) && parts.length >= 6 ? parts : undefined;
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
