import { checkKeyText, checkObject } from "../../common/checks.js";
import { InvalidArgumentError } from "../../common/errors.js";
import { namesOf, refuseUnknownNames } from "../../common/unknown-names.js";
import {
  type Invalidated,
  invalidatePair,
  type RetirementInput,
  restorePolicy,
  retirePolicy,
} from "../../operations/policies/retire-policy.js";
import type { Store } from "../../store/store.js";
import type { ActionTypeOf, AnyTypes, CacheTypes } from "../cache-types.js";
import { checkState } from "../events/check-event.js";
import { DEFAULT_AGENT } from "../events/outcome-event.js";
import { stateKey } from "../outcome-keys.js";
import { evidenceId, type PolicyIdentity, policyLayout } from "../policy-entry.js";

/** Which policy: its state as features, or as their fingerprint. */
export type PolicyName<Types extends CacheTypes = AnyTypes> = {
  /** Default "default". */
  readonly agentId?: string | undefined;
  readonly actionType: ActionTypeOf<Types>;
} & (
  | { readonly state: Types["state"]; readonly stateFingerprint?: undefined }
  | { readonly stateFingerprint: string; readonly state?: undefined }
);

const POLICY_NAMES = namesOf<PolicyName>({ agentId: true, actionType: true, state: true, stateFingerprint: true });

/** @returns undefined when there is no such policy, or it is retired already */
export async function retire(store: Store, name: PolicyName, reason: string): Promise<PolicyIdentity | undefined> {
  const identity = identify(name);
  const input = { ...locate(store, identity), reason: checkKeyText("reason", reason) };
  return (await store.run(retirePolicy, input, store.shardOf(identity.agentId))) ? identity : undefined;
}

/** @returns undefined when there is no such policy, or it is not retired */
export async function restore(store: Store, name: PolicyName): Promise<PolicyIdentity | undefined> {
  const identity = identify(name);
  const wasRestored = await store.run(restorePolicy, locate(store, identity), store.shardOf(identity.agentId));
  return wasRestored ? identity : undefined;
}

/** As {@link retire}; where no policy is in service, what was counted until now is put out of force. */
export function invalidateEvidence(store: Store, policy: PolicyIdentity, reason: string): Promise<Invalidated> {
  return store.run(invalidatePair, { ...locate(store, policy), reason }, store.shardOf(policy.agentId));
}

function identify(given: PolicyName): PolicyIdentity {
  const name = refuseUnknownNames(checkObject("policy", given), POLICY_NAMES);
  const { agentId } = name;
  return {
    agentId: agentId === undefined ? DEFAULT_AGENT : checkKeyText("agentId", agentId),
    actionType: checkKeyText("actionType", name.actionType),
    stateFingerprint: fingerprintOf(name),
  };
}

function locate(store: Store, { agentId, stateFingerprint, actionType }: PolicyIdentity): RetirementInput {
  const identity = [agentId, stateFingerprint, actionType];
  return {
    keys: { state: stateKey(agentId, stateFingerprint), history: policyLayout.historyKey(identity) },
    evidenceId: evidenceId(actionType),
    record: policyLayout.recordKeys(identity),
    historyLength: store.defaults.historyLength,
    nowSeconds: store.nowSeconds(),
  };
}

function fingerprintOf(name: PolicyName): string {
  if (name.state !== undefined) return checkState("state", name.state).stateFingerprint;
  if (name.stateFingerprint !== undefined) return checkKeyText("stateFingerprint", name.stateFingerprint);
  throw new InvalidArgumentError("policy", name, "a state, or its stateFingerprint");
}
