import { checkKeyText, checkLearnable, checkNumber, checkPlainObject } from "../../common/checks.js";
import type { Mutable } from "../../common/mutable.js";
import type { Fields } from "../../keyspace/port/keyspace.js";
import { canonicalJson } from "../../maths/json/canonical-json.js";
import type { OutcomeEntry } from "../../operations/outcomes/outcome.js";
import { checkOutcome } from "./check-event.js";
import { DEFAULT_AGENT } from "./outcome-event.js";

/**
 * Reads an entry of the outcome stream, which anyone may have written: what would break a store or its readers is kept
 * out, what is missing gets the usual value. The event's id and the features of the next state are of no more use.
 *
 * @returns undefined when it is no outcome
 */
export function readEntry(fields: Readonly<Fields>): OutcomeEntry | undefined {
  try {
    const { reward, episodeId, step, done, propensity, dependsOn, validUntil, params, slots } = fields;
    const { nextStateFingerprint } = fields;
    const entry: Mutable<OutcomeEntry> = {
      op: fields.op === "report" ? "report" : "outcome",
      agentId: checkKeyText("agentId", fields.agentId ?? DEFAULT_AGENT),
      stateFingerprint: checkKeyText("stateFingerprint", fields.stateFingerprint),
      stateFeatures: jsonObjectText(fields.stateFeatures),
      actionType: checkKeyText("actionType", fields.actionType),
      actionSpec: jsonObjectText(fields.actionSpec),
      outcome: checkOutcome("outcome", fields.outcome),
      ts: checkNumber("ts", fields.ts, (value) => value >= 0, "Unix seconds of at least 0"),
    };
    if (typeof reward === "number") entry.reward = checkLearnable("reward", reward);
    if (episodeId !== undefined) entry.episodeId = checkKeyText("episodeId", episodeId);
    if (typeof step === "number") entry.step = step;
    if (typeof done === "boolean") entry.done = done;
    if (typeof propensity === "number") entry.propensity = propensity;
    if (dependsOn !== undefined) entry.dependsOn = jsonObjectText(dependsOn);
    if (typeof validUntil === "number") entry.validUntil = validUntil;
    if (params !== undefined) entry.params = jsonObjectText(params);
    if (slots !== undefined) entry.slots = jsonObjectText(slots);
    if (nextStateFingerprint !== undefined) {
      entry.nextStateFingerprint = checkKeyText("nextStateFingerprint", nextStateFingerprint);
    }
    return entry;
  } catch {
    return undefined;
  }
}

function jsonObjectText(value: unknown): string {
  try {
    return canonicalJson(checkPlainObject("value", JSON.parse(String(value))));
  } catch {
    return "{}";
  }
}
