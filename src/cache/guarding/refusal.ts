import { withinTime } from "../../common/given/thenable.js";
import { clip, thrownText } from "../../common/given/thrown-text.js";
import type { JsonObject } from "../../maths/json/json-value.js";
import { copyOfJson } from "../../model/parse-json.js";
import type { ActionTypes } from "../actions/action-types.js";
import { DEFAULT_GUARD_TIMEOUT_MS } from "../actions/guard.js";
import { issueText } from "../actions/standard-schema.js";
import type { DecidedAction } from "../cache-types.js";
import type { GivenVersions } from "../events/outcome-event.js";
import { blockedReason } from "../evidence/blocks.js";
import type { Limits } from "../evidence/evidence.js";

/** Why an action was not acted on. */
export interface Refusal {
  readonly actionType: string;
  readonly by: "params" | "block" | "validUntil" | "dependsOn" | "schema" | "guard";
  readonly reason: string;
}

/** What actions are checked against. */
export interface Circumstances {
  readonly stateFeatures: string;
  readonly params: JsonObject;
  /** Versions that are in force now; what an action depends on is compared where it is named here. */
  readonly versions: GivenVersions;
  readonly nowSeconds: number;
  readonly actions: ActionTypes;
}

/** @returns what speaks against the action now; undefined when nothing does. Never throws */
export async function refusalOf(
  action: DecidedAction,
  evidence: Limits | undefined,
  circumstances: Circumstances,
): Promise<Refusal | undefined> {
  const { type: actionType, spec } = action;
  const { actions, stateFeatures, params, versions, nowSeconds } = circumstances;
  const options = Object.hasOwn(actions, actionType) ? actions[actionType] : undefined;
  const blocked = blockedReason(evidence?.blocks, spec, nowSeconds);
  if (blocked !== undefined) return { actionType, by: "block", reason: blocked };
  const until = Math.min(evidence?.validUntilSeconds ?? Infinity, options?.validUntilSeconds ?? Infinity);
  if (nowSeconds >= until) return { actionType, by: "validUntil", reason: `was valid until ${timeText(until)}` };
  const outdated = outdatedIn({ ...options?.dependsOn, ...evidence?.dependsOn }, versions);
  if (outdated !== undefined) return { actionType, by: "dependsOn", reason: outdated };
  if (options === undefined) return undefined;
  const { schema, guard, guardTimeoutMs = DEFAULT_GUARD_TIMEOUT_MS } = options;
  // What is served is what was proven, whatever a check does to what it is shown: each gets a copy.
  if (schema !== undefined) {
    const check = async () => {
      const { issues } = await schema["~standard"].validate(copyOfJson(spec));
      return issues === undefined || (issues[0] === undefined ? false : issueText(issues[0]));
    };
    const reason = await verdictOf("its schema", check, guardTimeoutMs);
    if (reason !== undefined) return { actionType, by: "schema", reason };
  }
  if (guard !== undefined) {
    const check = () => {
      const state = JSON.parse(stateFeatures) as JsonObject;
      return guard(state, { ...action, spec: copyOfJson(spec) }, copyOfJson(params));
    };
    const reason = await verdictOf("its guard", check, guardTimeoutMs);
    if (reason !== undefined) return { actionType, by: "guard", reason };
  }
  return undefined;
}

/** @returns why the check does not pass, undefined when it does */
async function verdictOf(name: string, check: () => unknown, timeoutMs: number): Promise<string | undefined> {
  try {
    const verdict = await withinTime(check(), timeoutMs);
    if (verdict === true) return undefined;
    if (typeof verdict === "string") return `${name} says: ${clip(verdict)}`;
    return verdict === false ? `${name} refused it` : `${name} answered neither true nor false`;
  } catch (error) {
    return `${name} failed: ${thrownText(error)}`;
  }
}

function outdatedIn(dependsOn: GivenVersions, versions: GivenVersions): string | undefined {
  for (const [name, version] of Object.entries(dependsOn)) {
    const current = Object.hasOwn(versions, name) ? versions[name] : undefined;
    if (version !== undefined && current !== undefined && current !== version)
      return `depends on ${name} ${version}, which is ${current} now`;
  }
  return undefined;
}

/** Seconds may be beyond what a date can hold. */
function timeText(seconds: number): string {
  const time = new Date(seconds * 1000);
  return Number.isNaN(time.getTime()) ? `${seconds} s` : time.toISOString();
}
