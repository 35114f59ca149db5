import type { Operation } from "../../keyspace/port/engine.js";
import { appendOnce, type RecordedEvent } from "./append-outcomes.js";
import { type CrystallizationSettings, countOutcome, type Outcome, outcomesToComplete } from "./evidence.js";
import { haveTrailsChanged, type ReadTrail } from "./trails.js";

export interface RecordOutcomesInput {
  readonly keys: { readonly stream: string };
  readonly events: readonly CountedEvent[];
  /** Needed for counting at once. */
  readonly trails: readonly ReadTrail[];
  readonly streamMaxLength: number;
  /** The group that turns outcomes into evidence. */
  readonly group: string;
  readonly settings: CrystallizationSettings;
  /** Whether some outcomes may lack what creating a policy takes. */
  readonly mayLack: boolean;
  readonly nowSeconds: number;
}

export interface CountedEvent extends RecordedEvent {
  readonly outcome: Outcome;
}

export interface RecordOutcomesOutput {
  /** For each event, in order: false when its id was used before and nothing was done. */
  readonly recorded: readonly boolean[];
  /** Names of the policies created. */
  readonly created: readonly string[];
  /** Whether the evidence is counted already. */
  readonly counted: boolean;
  /** True when a trail was changed since it was read: nothing was done, read it again. */
  readonly stale: boolean;
  /** Positions of events that lack what creating a policy takes: nothing was done, if there are any. */
  readonly incomplete: readonly number[];
}

/**
 * Appends outcomes to the stream, each id once. When the group has caught up, the events are counted in the same
 * atomic step; otherwise they wait behind the older ones, because evidence is counted in stream order.
 */
export const recordOutcomes: Operation<RecordOutcomesInput, RecordOutcomesOutput> = {
  name: "record-outcomes",
  access: "write",
  execute(keyspace, input) {
    const stream = input.keys.stream;
    const counted = keyspace.isCaughtUp(stream, input.group);
    const recorded: boolean[] = [];
    const created: string[] = [];
    let appended = 0;
    const stale = counted && haveTrailsChanged(keyspace, input.trails);
    const incomplete = counted && input.mayLack ? outcomesToComplete(keyspace, input.events, input.settings) : [];
    if (stale || incomplete.length > 0) return { recorded, created, counted, stale, incomplete };
    for (const event of input.events) {
      const { keys, eventId, payload } = event;
      const isNew = appendOnce(keyspace, stream, keys.seen, eventId, payload, input.nowSeconds);
      recorded.push(isNew);
      if (!isNew) continue;
      appended += 1;
      if (!counted) continue;
      if (countOutcome(keyspace, event.outcome, false, input.settings, input.nowSeconds)) {
        created.push(event.outcome.policy.name);
      }
    }
    if (counted && appended > 0) keyspace.passNewest(stream, input.group, appended);
    if (appended > 0) keyspace.trimStream(stream, input.streamMaxLength);
    return { recorded, created, counted, stale, incomplete };
  },
};
