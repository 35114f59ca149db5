import type { AnyTypes, CacheTypes, DecidedAction } from "../cache-types.js";

/**
 * Checks an action before it is served or suggested. True lets it pass; false, or a text that says why, does not. What it
 * throws counts as a refusal.
 */
export type Guard<Types extends CacheTypes = AnyTypes> = (
  state: Types["state"],
  action: DecidedAction<Types>,
) => GuardVerdict | PromiseLike<GuardVerdict>;

/** True to let the action pass; false, or the reason as a text, to refuse it. */
export type GuardVerdict = boolean | string;

export const DEFAULT_GUARD_TIMEOUT_MS = 1000;
