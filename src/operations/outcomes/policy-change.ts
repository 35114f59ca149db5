import type { KeyedOutcome } from "./outcome.js";

/** What an outcome made of a policy: it was created, its outcomes have turned bad, or good again. */
export type PolicyChangeKind = "crystallized" | "retired" | "restored";

export interface PolicyChange {
  readonly kind: PolicyChangeKind;
  readonly agentId: string;
  /** Of the policy, as in {@link RecordKeys}. */
  readonly name: string;
}

export function policyChange(kind: PolicyChangeKind, { entry, policy }: KeyedOutcome): PolicyChange {
  return { kind, agentId: entry.agentId, name: policy.name };
}
