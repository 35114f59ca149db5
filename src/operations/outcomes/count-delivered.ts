import type { Operation } from "../../keyspace/port/engine.js";
import { type CrystallizationSettings, countOutcome, type Outcome, outcomesToComplete } from "./evidence.js";
import { haveTrailsChanged, type ReadTrail } from "./trails.js";

export interface CountDeliveredInput {
  readonly keys: {
    readonly stream: string;
    /** Counter of entries that are no outcome. */
    readonly malformed: string;
  };
  readonly group: string;
  readonly entries: readonly DeliveredOutcome[];
  readonly trails: readonly ReadTrail[];
  readonly settings: CrystallizationSettings;
  /** Whether some outcomes may lack what creating a policy takes. */
  readonly mayLack: boolean;
  readonly nowSeconds: number;
}

export interface DeliveredOutcome {
  readonly id: string;
  /** Absent for an entry that is no outcome, or that was reported. */
  readonly outcome?: Outcome;
  /** True for an outcome that was counted when it was reported. */
  readonly wasReported?: boolean;
}

export interface CountDeliveredOutput {
  readonly counted: number;
  readonly malformed: number;
  /** Names of the policies created. */
  readonly created: readonly string[];
  /** Entries that were acknowledged before: their evidence is counted already. */
  readonly repeated: number;
  /** True when an older entry is in other hands: the rest stays pending and is to be tried again after that one. */
  readonly outOfTurn: boolean;
  /** True when a trail was changed since it was read: nothing was done, read it again. */
  readonly stale: boolean;
  /** Positions of entries that lack what creating a policy takes: nothing was done, if there are any. */
  readonly incomplete: readonly number[];
}

/**
 * Counts delivered outcomes, exactly once and in stream order: an entry counts only if this step removed it from the
 * pending list, and only while it is the oldest one there.
 */
export const countDelivered: Operation<CountDeliveredInput, CountDeliveredOutput> = {
  name: "count-delivered",
  access: "write",
  execute(keyspace, input) {
    const stream = input.keys.stream;
    const created: string[] = [];
    let counted = 0;
    let malformed = 0;
    let repeated = 0;
    const stale = haveTrailsChanged(keyspace, input.trails);
    const incomplete = input.mayLack ? outcomesToComplete(keyspace, input.entries, input.settings) : [];
    if (stale || incomplete.length > 0) {
      return { counted, malformed, created, repeated, outOfTurn: false, stale, incomplete };
    }
    for (const entry of input.entries) {
      if (keyspace.oldestPending(stream, input.group) !== entry.id) {
        if (keyspace.isPending(stream, input.group, entry.id)) {
          return { counted, malformed, created, repeated, outOfTurn: true, stale, incomplete };
        }
        repeated += 1;
        continue;
      }
      keyspace.acknowledge(stream, input.group, entry.id);
      if (entry.wasReported === true) continue;
      if (entry.outcome === undefined) {
        keyspace.addToCounter(input.keys.malformed, 1);
        malformed += 1;
        continue;
      }
      counted += 1;
      if (countOutcome(keyspace, entry.outcome, false, input.settings, input.nowSeconds)) {
        created.push(entry.outcome.policy.name);
      }
    }
    return { counted, malformed, created, repeated, outOfTurn: false, stale, incomplete };
  },
};
