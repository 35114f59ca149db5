import type { Operation } from "../../keyspace/port/engine.js";
import type { CrystallizationSettings } from "../evidence/crystallization.js";
import { appendOnce } from "./append-outcomes.js";
import { countOutcome } from "./count-outcome.js";
import { type CountingInput, type LackingOutput, lackingOf } from "./lacking.js";
import type { KeyedOutcome } from "./outcome.js";
import { type PolicyChange, policyChange } from "./policy-change.js";

export interface RecordOutcomesInput extends CountingInput {
  readonly keys: { readonly stream: string };
  readonly events: readonly RecordedOutcome[];
  readonly streamMaxLength: number;
  /** The group that turns outcomes into evidence. */
  readonly group: string;
  readonly settings: CrystallizationSettings;
  readonly nowSeconds: number;
}

export interface RecordedOutcome {
  readonly keys: {
    /** Set of the event ids that the agent has used. */
    readonly seen: string;
  };
  readonly outcome: KeyedOutcome;
}

export interface RecordOutcomesOutput {
  /** For each event, in order: false when its id was used before and nothing was done. */
  readonly recorded: readonly boolean[];
  /** What became of policies, in order. */
  readonly changes: readonly PolicyChange[];
  /** Whether the evidence is counted already. */
  readonly counted: boolean;
}

/**
 * Appends outcomes to the stream, each id once. When the group has caught up, the events are counted in the same
 * atomic step; otherwise they wait behind the older ones, because evidence is counted in stream order.
 */
export const recordOutcomes: Operation<RecordOutcomesInput, RecordOutcomesOutput | LackingOutput> = {
  name: "record-outcomes",
  access: "write",
  execute(keyspace, input) {
    const { events, group, settings, nowSeconds } = input;
    const { stream } = input.keys;
    const counted = keyspace.isCaughtUp(stream, group);
    const lacking = counted ? lackingOf(keyspace, input, events, settings) : undefined;
    if (lacking !== undefined) return lacking;
    const recorded: boolean[] = [];
    const changes: PolicyChange[] = [];
    let appended = 0;
    for (const { keys, outcome } of events) {
      const isNew = appendOnce(keyspace, stream, keys.seen, outcome.entry.eventId ?? "", outcome.entry, nowSeconds);
      recorded.push(isNew);
      if (!isNew) continue;
      appended += 1;
      if (!counted) continue;
      const change = countOutcome(keyspace, outcome, false, settings, nowSeconds);
      if (change !== undefined) changes.push(policyChange(change, outcome));
    }
    if (counted && appended > 0) keyspace.passNewest(stream, group, appended);
    if (appended > 0) keyspace.trimStream(stream, input.streamMaxLength);
    return { recorded, changes, counted };
  },
};
