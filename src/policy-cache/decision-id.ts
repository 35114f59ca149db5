import { InvalidArgumentError } from "../errors.js";
import { canonicalJson } from "../learning/canonical-json.js";
import { fingerprintOfCanonical } from "../learning/fingerprint.js";
import { checkKeyText, checkPlainObject, isKeyText, isLearnable } from "../model/checks.js";

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
  /** "" when the decision belongs to no episode. */
  readonly episodeId: string;
  /** Of an action that the caller chose: the canonical JSON of the state and of the spec, which may not be on record. */
  readonly chosen?: { readonly stateJson: string; readonly specJson: string };
}

const PREFIX = "d1.";

export function encodeDecisionId(decision: DecisionRecord): string {
  const { agentId, stateFingerprint, actionType, decidedAtSeconds, qValue, nonce, context, episodeId, chosen } =
    decision;
  const parts: unknown[] = [agentId, stateFingerprint, actionType, decidedAtSeconds, qValue, nonce, context, episodeId];
  if (chosen !== undefined) parts.push(chosen.stateJson, chosen.specJson);
  return encodeParts(parts);
}

/** @throws {@link InvalidArgumentError} for a text that no decision carried */
export function decodeDecisionId(id: unknown): DecisionRecord {
  const parts = typeof id === "string" && id.startsWith(PREFIX) ? parseParts(id.slice(PREFIX.length)) : undefined;
  if (parts === undefined || encodeParts(parts) !== id) throw notADecision(id);
  const [agentId, stateFingerprint, actionType, decidedAtSeconds, qValue, nonce, context, episodeId, ...chosen] = parts;
  if (typeof decidedAtSeconds !== "number" || typeof qValue !== "number") throw notADecision(id);
  if (!isLearnable(qValue) || !Array.isArray(context) || !context.every(isPolicyName)) throw notADecision(id);
  const [stateJson, specJson] = chosen.map(objectJson);
  if (stateJson !== undefined && fingerprintOfCanonical(stateJson) !== stateFingerprint) throw notADecision(id);
  return {
    agentId: checkKeyText("decisionId agent", agentId),
    stateFingerprint: checkKeyText("decisionId state", stateFingerprint),
    actionType: checkKeyText("decisionId action", actionType),
    decidedAtSeconds,
    qValue,
    nonce: checkKeyText("decisionId nonce", nonce),
    context,
    episodeId: episodeId === "" ? "" : checkKeyText("decisionId episode", episodeId),
    ...(stateJson === undefined || specJson === undefined ? {} : { chosen: { stateJson, specJson } }),
  };

  function objectJson(text: unknown): string {
    try {
      const json = canonicalJson(checkPlainObject("decisionId", JSON.parse(String(text))));
      if (json === text) return json;
    } catch {
      // Not JSON: refused like everything else that no decision carried.
    }
    throw notADecision(id);
  }
}

function parseParts(encoded: string): readonly unknown[] | undefined {
  try {
    const parts: unknown = JSON.parse(Buffer.from(encoded, "base64url").toString());
    return Array.isArray(parts) && (parts.length === 8 || parts.length === 10) ? parts : undefined;
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
  const parts = name.split("\t");
  return parts.length === 2 && parts.every(isKeyText);
}

function notADecision(id: unknown): InvalidArgumentError {
  return new InvalidArgumentError("decisionId", id, "the decisionId of a decision, unchanged");
}
