import type { JsonObject } from "../../model/fields.js";
import type { Action } from "../events/outcome-event.js";

/**
 * Checks an action before it is served or suggested. True lets it pass; false, or a text that says why, does not. What it
 * throws counts as a refusal.
 */
export type Guard = (state: JsonObject, action: Required<Action>) => GuardVerdict | Promise<GuardVerdict>;

export type GuardVerdict = boolean | string;

export const DEFAULT_GUARD_TIMEOUT_MS = 1000;
