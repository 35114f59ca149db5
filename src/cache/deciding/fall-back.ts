import { describeValue, InvalidArgumentError } from "../../common/errors.js";
import { answerOf } from "../../common/given/thenable.js";
import type { JsonObject } from "../../maths/json/json-value.js";
import { copyOfJson } from "../../model/parse-json.js";
import { checkAction } from "../events/check-event.js";
import type { Fallback, Question } from "./decide-request.js";
import type { Decision, FallbackDecision, ServedDecision } from "./decision.js";
import type { Coin } from "./ids/decision-record.js";
import type { Issue } from "./ids/issue.js";

/**
 * Lets the agent decide, and gives its action a decision id like any other.
 *
 * @param propensity - the chance with which it was left to the agent
 * @param coin - that it was left to the agent by; undefined when there was none that counts
 * @throws whatever the fallback throws, and {@link InvalidArgumentError} when it returns no action; nothing is stored then
 */
export async function fallBack(
  issue: Issue,
  question: Question,
  answer: Exclude<Decision, ServedDecision>,
  propensity: number,
  coin: Coin | undefined,
  fallback: Fallback,
): Promise<FallbackDecision> {
  const asked = { state: JSON.parse(question.stateFeatures) as JsonObject, params: copyOfJson(question.params) };
  const given = await answerOf("fallback", fallback(answer, asked));
  if (typeof given !== "object" || given === null) {
    const expected = `a function that returns an action; it returned ${describeValue(given)}`;
    throw new InvalidArgumentError("fallback", fallback, expected);
  }
  const { actionType, actionSpec } = checkAction("fallback", given);
  const { agentId, stateFingerprint, stateFeatures, paramsJson, context, episodeId, askedAtSeconds } = question;
  const policy = answer.ranked.find(({ entry }) => entry.actionType === actionType);
  const decisionId = await issue({
    kind: "fallback",
    agentId,
    stateFingerprint,
    actionType,
    actionNumbers: [],
    decidedAtSeconds: askedAtSeconds,
    isOpen: false,
    qValue: policy?.entry.qValue ?? 0,
    context,
    propensity,
    errorBudget: undefined,
    coin,
    episodeId,
    stateFeatures,
    actionSpec,
    params: paramsJson,
  });
  const { reason, ranked, missing, unavailable } = answer;
  const action = { type: actionType, spec: JSON.parse(actionSpec) as JsonObject };
  const made = { kind: "fallback", reason, decisionId, action, propensity, answer } as const;
  const told = unavailable === undefined ? {} : { unavailable };
  const base = { ...made, agentId, stateFingerprint, ranked, ...told };
  return missing === undefined ? base : { ...base, missing };
}
