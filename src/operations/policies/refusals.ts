import type { Operation } from "../../keyspace/port/engine.js";
import { numberField } from "../records/fields.js";

export interface CountRefusalsInput {
  /** Records of the state, with the evidence of its actions. */
  readonly keys: { readonly state: string };
  readonly refusals: readonly { readonly evidenceId: string; readonly reason: string }[];
  readonly nowSeconds: number;
}

/** Counts checks that kept an action from being acted on, beside the evidence of that action. */
export const countRefusals: Operation<CountRefusalsInput, number> = {
  name: "count-refusals",
  access: "write",
  execute(keyspace, input) {
    for (const refusal of input.refusals) {
      // A policy that was created by hand has no evidence yet.
      const evidence = keyspace.getRecord(input.keys.state, refusal.evidenceId) ?? {
        successes: 0,
        trials: 0,
        hasPolicy: true,
      };
      evidence.refusals = numberField(evidence, "refusals", 0) + 1;
      evidence.refusedAt = input.nowSeconds;
      evidence.refusedReason = refusal.reason;
      keyspace.putRecord(input.keys.state, refusal.evidenceId, evidence);
    }
    return input.refusals.length;
  },
};
