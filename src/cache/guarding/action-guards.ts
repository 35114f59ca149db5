import type { ActionTypes } from "../actions/action-types.js";
import { DEFAULT_GUARD_TIMEOUT_MS } from "../actions/guard.js";
import type { GivenVersions } from "../events/outcome-event.js";
import type { Evidence } from "../evidence/evidence.js";

/** What is checked before an action is acted on in a state, as far as this cache was told. */
export interface ActionGuards {
  readonly actionType: string;
  readonly guard: boolean;
  readonly schema: boolean;
  /** How long each of them may take; absent without any. */
  readonly guardTimeoutMs?: number;
  /** Unix seconds: the earlier of what the action type and the events say; absent when neither does. */
  readonly validUntilSeconds?: number;
  /** Of the action type, and over it of the outcomes in force; absent when there is nothing. */
  readonly dependsOn?: GivenVersions;
  /** Whether it is never explored. */
  readonly irreversible: boolean;
  /** How often a check kept the action from being acted on, and why the last time; absent when none ever did. */
  readonly refusals?: Evidence["refusals"] & object;
}

export function guardsOf(actionType: string, evidence: Partial<Evidence>, actions: ActionTypes): ActionGuards {
  const options = Object.hasOwn(actions, actionType) ? actions[actionType] : undefined;
  const { guard, schema, guardTimeoutMs = DEFAULT_GUARD_TIMEOUT_MS, irreversible = false } = options ?? {};
  const validUntilSeconds = Math.min(options?.validUntilSeconds ?? Infinity, evidence.validUntilSeconds ?? Infinity);
  const dependsOn = { ...options?.dependsOn, ...evidence.dependsOn };
  return {
    actionType,
    guard: guard !== undefined,
    schema: schema !== undefined,
    ...(guard === undefined && schema === undefined ? {} : { guardTimeoutMs }),
    ...(validUntilSeconds === Infinity ? {} : { validUntilSeconds }),
    ...(Object.keys(dependsOn).length === 0 ? {} : { dependsOn }),
    irreversible,
    ...(evidence.refusals === undefined ? {} : { refusals: evidence.refusals }),
  };
}
