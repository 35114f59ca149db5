import { countRefusals } from "../../operations/policies/refusals.js";
import type { Store } from "../../store/store.js";
import { stateKey } from "../outcome-keys.js";
import { evidenceId } from "../policy-entry.js";
import type { Refusal } from "./refusal.js";
import { inTime, unavailableFor } from "./unavailable.js";

/** Where and when something was refused. */
interface Refusing {
  readonly agentId: string;
  readonly stateFingerprint: string;
  readonly askedAtSeconds: number;
  /** Undefined to wait as long as the store does. */
  readonly timeoutMs: number | undefined;
}

/**
 * Counts each refused action once; that a parameter was missing is no fault of the action, and a block is no check of it. The only thing that deciding ever
 * writes, and no decision fails for it: a store that cannot be written to leaves it uncounted.
 */
export async function countRefused(
  store: Store,
  { agentId, stateFingerprint, askedAtSeconds: nowSeconds, timeoutMs }: Refusing,
  all: readonly Refusal[],
): Promise<void> {
  const refusals = all.filter(({ by }) => by !== "params" && by !== "block");
  if (refusals.length === 0 || store.readOnly) return;
  const reasons = new Map(refusals.map(({ actionType, reason }) => [actionType, reason]));
  const counted = [...reasons].map(([type, reason]) => ({ evidenceId: evidenceId(type), reason }));
  const input = { keys: { state: stateKey(agentId, stateFingerprint) }, refusals: counted, nowSeconds };
  try {
    await inTime(store.run(countRefusals, input, store.shardOf(agentId)), timeoutMs);
  } catch (error) {
    if (unavailableFor(error) === undefined) throw error;
  }
}
