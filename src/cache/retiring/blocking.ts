import { checkKeyText, checkNumber, checkObject, checkUnixSeconds } from "../../common/checks.js";
import { InvalidArgumentError, PolicyCacheError } from "../../common/errors.js";
import { namesOf, refuseUnknownNames } from "../../common/unknown-names.js";
import { digestOfCanonical } from "../../maths/json/fingerprint.js";
import type { JsonObject } from "../../maths/json/json-value.js";
import { blockAction, MOST_BLOCKS, unblockAction } from "../../operations/policies/block-action.js";
import type { Store } from "../../store/store.js";
import type { ActionTypeOf, AnyTypes, CacheTypes } from "../cache-types.js";
import { checkAction, checkState } from "../events/check-event.js";
import { DEFAULT_AGENT } from "../events/outcome-event.js";
import type { Block } from "../evidence/blocks.js";
import { AGENTS_KEY, stateKey, statesKey } from "../outcome-keys.js";
import { evidenceId, type PolicyIdentity, policyLayout } from "../policy-entry.js";

/** Which action in which state: all of a type, or, with `spec`, the very one. */
export interface BlockedAction<Types extends CacheTypes = AnyTypes> {
  /** Default "default". */
  readonly agentId?: string | undefined;
  readonly state: Types["state"];
  readonly action: Types["action"] | { readonly type: ActionTypeOf<Types>; readonly spec?: undefined };
}

/** What to block, and why. */
export interface BlockRequest<Types extends CacheTypes = AnyTypes> extends BlockedAction<Types> {
  /** Shown by `decide` and `explain`, at most 512 characters. */
  readonly reason: string;
  /** Unix seconds from which on it is over. Default: it lasts until `unblock`. */
  readonly until?: number | undefined;
}

const ACTION_NAMES = namesOf<BlockedAction>({ agentId: true, state: true, action: true });
const REQUEST_NAMES = namesOf<BlockRequest>({ agentId: true, state: true, action: true, reason: true, until: true });

/** The agent, the state and the type of an action, and its parameters where a block is of that very action. */
export interface BlockedPair extends PolicyIdentity {
  readonly spec?: JsonObject;
}

/** @returns undefined when the same block is in force already */
export async function block(store: Store, given: BlockRequest): Promise<(BlockedPair & Block) | undefined> {
  const request = refuseUnknownNames(checkObject("request", given), REQUEST_NAMES);
  const { pair, spec, stateFeatures } = locate(request);
  const nowSeconds = store.nowSeconds();
  const reason = checkKeyText("reason", request.reason);
  const until = request.until === undefined ? 0 : checkUntil(request.until, nowSeconds);
  const { agentId, stateFingerprint, actionType } = pair;
  const input = {
    keys: { state: stateKey(agentId, stateFingerprint), states: statesKey(agentId), agents: AGENTS_KEY },
    evidenceId: evidenceId(actionType),
    policyId: policyLayout.recordKeys([agentId, stateFingerprint, actionType]).id,
    agentId,
    stateFingerprint,
    stateFeatures,
    stateDigest: digestOfCanonical(stateFeatures),
    spec,
    reason,
    until,
    nowSeconds,
  };
  const blocked = await store.run(blockAction, input, store.shardOf(agentId));
  if (blocked === "otherState") {
    throw new InvalidArgumentError("state", request.state, "another state: one with this fingerprint is on record");
  }
  if (blocked === "full") {
    throw new PolicyCacheError("LIMIT_REACHED", `${MOST_BLOCKS} actions of ${actionType} are blocked in this state.`, {
      hint: "Block the whole type: leave the spec out.",
    });
  }
  if (blocked === "unchanged") return undefined;
  const over = until === 0 ? {} : { untilSeconds: until };
  return { ...blockedPair(pair, spec), reason, blockedAtSeconds: nowSeconds, ...over };
}

/** @returns undefined when there is no such block */
export async function unblock(store: Store, given: BlockedAction): Promise<BlockedPair | undefined> {
  const { pair, spec } = locate(refuseUnknownNames(checkObject("action", given), ACTION_NAMES));
  const keys = { state: stateKey(pair.agentId, pair.stateFingerprint) };
  const input = { keys, evidenceId: evidenceId(pair.actionType), spec };
  return (await store.run(unblockAction, input, store.shardOf(pair.agentId))) ? blockedPair(pair, spec) : undefined;
}

/** @param spec - as canonical JSON; "" for the whole type */
function blockedPair(pair: PolicyIdentity, spec: string): BlockedPair {
  return spec === "" ? pair : { ...pair, spec: JSON.parse(spec) as JsonObject };
}

function locate({ agentId, state, action }: BlockedAction) {
  const { stateFingerprint, stateFeatures } = checkState("state", state);
  const { actionType, actionSpec } = checkAction("action", action);
  const pair = {
    agentId: agentId === undefined ? DEFAULT_AGENT : checkKeyText("agentId", agentId),
    stateFingerprint,
    actionType,
  };
  return { pair, stateFeatures, spec: action.spec === undefined ? "" : actionSpec };
}

function checkUntil(until: number, nowSeconds: number): number {
  checkUnixSeconds("until", until);
  return checkNumber("until", until, (value) => value > nowSeconds, `Unix seconds to come, after ${nowSeconds}`);
}
