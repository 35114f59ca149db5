import { checkKeyText, checkObject } from "../../common/checks.js";
import { InvalidArgumentError } from "../../common/errors.js";
import { namesOf, refuseUnknownNames } from "../../common/unknown-names.js";
import type { JsonObject } from "../../model/fields.js";
import {
  type Invalidated,
  invalidatePair,
  type RetirementInput,
  restorePolicy,
  retirePolicy,
} from "../../operations/policies/retire-policy.js";
import type { Store } from "../../store/store.js";
import { checkState } from "../events/check-event.js";
import { DEFAULT_AGENT } from "../events/outcome-event.js";
import { stateKey } from "../outcome-keys.js";
import { evidenceId, policyLayout } from "../policy-entry.js";

/** Which policy: its state as features, or as their fingerprint. */
export type PolicyName = {
  /** Default "default". */
  readonly agentId?: string | undefined;
  readonly actionType: string;
} & ({ readonly state: JsonObject } | { readonly stateFingerprint: string });

const POLICY_NAMES = namesOf<PolicyName>({ agentId: true, actionType: true, state: true, stateFingerprint: true });

/** @returns false when there is no such policy, or it is retired already */
export async function retire(store: Store, name: PolicyName, reason: string): Promise<boolean> {
  const input = { ...locate(store, name), reason: checkKeyText("reason", reason) };
  return store.run(retirePolicy, input, store.shardOf(agentOf(name)));
}

/** @returns false when there is no such policy, or it is not retired */
export async function restore(store: Store, name: PolicyName): Promise<boolean> {
  return store.run(restorePolicy, locate(store, name), store.shardOf(agentOf(name)));
}

/** As {@link retire}; where no policy is in service, what was counted until now is put out of force. */
export async function invalidateEvidence(store: Store, name: PolicyName, reason: string): Promise<Invalidated> {
  return store.run(invalidatePair, { ...locate(store, name), reason }, store.shardOf(agentOf(name)));
}

function locate(store: Store, name: PolicyName): RetirementInput {
  refuseUnknownNames(checkObject("policy", name), POLICY_NAMES);
  const agentId = agentOf(name);
  const actionType = checkKeyText("actionType", name.actionType);
  const stateFingerprint = fingerprintOf(name);
  const identity = [agentId, stateFingerprint, actionType];
  return {
    keys: { state: stateKey(agentId, stateFingerprint), history: policyLayout.historyKey(identity) },
    evidenceId: evidenceId(actionType),
    record: policyLayout.recordKeys(identity),
    historyLength: store.defaults.historyLength,
    nowSeconds: store.nowSeconds(),
  };
}

function agentOf({ agentId }: PolicyName): string {
  return agentId === undefined ? DEFAULT_AGENT : checkKeyText("agentId", agentId);
}

function fingerprintOf(name: PolicyName): string {
  if ("state" in name) return checkState("state", name.state).stateFingerprint;
  if ("stateFingerprint" in name) return checkKeyText("stateFingerprint", name.stateFingerprint);
  throw new InvalidArgumentError("policy", name, "a state, or its stateFingerprint");
}
