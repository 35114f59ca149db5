import { countRefusals } from "../../operations/policies/refusals.js";
import type { Store } from "../../store/store.js";
import { stateKey } from "../outcome-keys.js";
import { evidenceId } from "../policy-entry.js";
import type { Refusal } from "./refusal.js";

/** Counts each refused action once. The only thing that deciding ever writes. */
export async function countRefused(
  store: Store,
  agentId: string,
  stateFingerprint: string,
  refusals: readonly Refusal[],
  nowSeconds: number,
): Promise<void> {
  if (refusals.length === 0) return;
  const reasons = new Map(refusals.map(({ actionType, reason }) => [actionType, reason]));
  const counted = [...reasons].map(([type, reason]) => ({ evidenceId: evidenceId(type), reason }));
  const input = { keys: { state: stateKey(agentId, stateFingerprint) }, refusals: counted, nowSeconds };
  await store.run(countRefusals, input, store.shardOf(agentId));
}
