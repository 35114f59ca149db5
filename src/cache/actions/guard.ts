import type { JsonObject } from "../../maths/json/json-value.js";
import type { AnyTypes, CacheTypes, DecidedAction } from "../cache-types.js";

/**
 * Checks an action before it is served, tried, suggested or explored. True lets it pass; false, or a text that says why, does
 * not. What it throws counts as a refusal.
 *
 * @param action - as it would be carried out, its slots filled
 * @param params - what the situation has beside its state; empty when nothing was given
 */
export type Guard<Types extends CacheTypes = AnyTypes> = (
  state: Types["state"],
  action: DecidedAction<Types>,
  params: JsonObject,
) => GuardVerdict | PromiseLike<GuardVerdict>;

/** True to let the action pass; false, or the reason as a text, to refuse it. */
export type GuardVerdict = boolean | string;

export const DEFAULT_GUARD_TIMEOUT_MS = 1000;
