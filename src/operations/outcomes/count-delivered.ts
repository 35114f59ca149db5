import type { Operation } from "../../keyspace/port/engine.js";
import type { CrystallizationSettings } from "../evidence/crystallization.js";
import { countOutcome } from "./count-outcome.js";
import { type CountingInput, type LackingOutput, lackingOf } from "./lacking.js";
import type { KeyedOutcome } from "./outcome.js";
import { type PolicyChange, policyChange } from "./policy-change.js";

export interface CountDeliveredInput extends CountingInput {
  readonly keys: {
    readonly stream: string;
    /** Counter of entries that are no outcome. */
    readonly malformed: string;
  };
  readonly group: string;
  readonly entries: readonly DeliveredOutcome[];
  readonly settings: CrystallizationSettings;
  readonly nowSeconds: number;
}

export interface DeliveredOutcome {
  readonly id: string;
  /** Absent for an entry that is no outcome, or that was reported. */
  readonly outcome?: KeyedOutcome;
  /** True for an outcome that was counted when it was reported. */
  readonly wasReported?: boolean;
}

export interface CountDeliveredOutput {
  readonly counted: number;
  readonly malformed: number;
  /** What became of policies, in order. */
  readonly changes: readonly PolicyChange[];
  /** Entries that were acknowledged before: their evidence is counted already. */
  readonly repeated: number;
  /** True when an older entry is in other hands: the rest stays pending and is to be tried again after that one. */
  readonly outOfTurn: boolean;
}

/**
 * Counts delivered outcomes, exactly once and in stream order: an entry counts only if this step removed it from the
 * pending list, and only while it is the oldest one there.
 */
export const countDelivered: Operation<CountDeliveredInput, CountDeliveredOutput | LackingOutput> = {
  name: "count-delivered",
  access: "write",
  execute(keyspace, input) {
    const { entries, group, settings, nowSeconds } = input;
    const { stream } = input.keys;
    const lacking = lackingOf(keyspace, input, entries, settings);
    if (lacking !== undefined) return lacking;
    const changes: PolicyChange[] = [];
    let counted = 0;
    let malformed = 0;
    let repeated = 0;
    for (const { id, outcome, wasReported } of entries) {
      if (keyspace.oldestPending(stream, group) !== id) {
        if (keyspace.isPending(stream, group, id)) return { counted, malformed, changes, repeated, outOfTurn: true };
        repeated += 1;
        continue;
      }
      keyspace.acknowledge(stream, group, id);
      if (wasReported === true) continue;
      if (outcome === undefined) {
        keyspace.addToCounter(input.keys.malformed, 1);
        malformed += 1;
        continue;
      }
      counted += 1;
      const change = countOutcome(keyspace, outcome, false, settings, nowSeconds);
      if (change !== undefined) changes.push(policyChange(change, outcome));
    }
    return { counted, malformed, changes, repeated, outOfTurn: false };
  },
};
