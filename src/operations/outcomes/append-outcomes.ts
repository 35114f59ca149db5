import type { Operation } from "../../keyspace/port/engine.js";
import type { Fields, Keyspace } from "../../keyspace/port/keyspace.js";

/** Lists with a place for each event, which a script reads in less time than a list of events. */
export interface AppendOutcomesInput {
  readonly keys: {
    readonly stream: string;
    /** Sets of the event ids that the agents have used. */
    readonly seen: readonly string[];
  };
  /** "" for an event without an id, which is never a duplicate. */
  readonly eventIds: readonly string[];
  /** The entries, which are handed on unread. */
  readonly payloads: readonly Fields[];
  readonly streamMaxLength: number;
  readonly nowSeconds: number;
}

export interface AppendOutcomesOutput {
  /** Positions of events whose id was used before: nothing was done with them. */
  readonly duplicates: readonly number[];
}

/** Appends outcomes to the stream, each id once, for a worker to count. */
export const appendOutcomes: Operation<AppendOutcomesInput, AppendOutcomesOutput> = {
  name: "append-outcomes",
  access: "write",
  execute(keyspace, input) {
    const { stream, seen } = input.keys;
    const duplicates: number[] = [];
    for (let index = 0; index < input.eventIds.length; index += 1) {
      const eventId = input.eventIds[index] as string;
      const payload = input.payloads[index] as Fields;
      const isNew = appendOnce(keyspace, stream, seen[index] as string, eventId, payload, input.nowSeconds);
      if (!isNew) duplicates.push(index);
    }
    keyspace.trimStream(stream, input.streamMaxLength);
    return { duplicates };
  },
};

export interface AppendOutcomeInput {
  readonly keys: {
    readonly stream: string;
    /** Set of the event ids that the agent has used. */
    readonly seen: string;
  };
  readonly eventId: string;
  /** The entry, which is handed on unread. */
  readonly payload: Fields;
  readonly streamMaxLength: number;
  readonly nowSeconds: number;
}

/** As {@link appendOutcomes}, for a single one, which costs less. @returns false when its id was used before */
export const appendOutcome: Operation<AppendOutcomeInput, boolean> = {
  name: "append-outcome",
  access: "write",
  execute(keyspace, input) {
    const { stream, seen } = input.keys;
    const isNew = appendOnce(keyspace, stream, seen, input.eventId, input.payload, input.nowSeconds);
    keyspace.trimStream(stream, input.streamMaxLength);
    return isNew;
  },
};

/**
 * @param seen - set of the event ids that the agent has used
 * @param eventId - "" for an event without an id, which is never a duplicate
 * @returns false when the event's id was used before: nothing is done then
 */
export function appendOnce(
  keyspace: Keyspace,
  stream: string,
  seen: string,
  eventId: string,
  entry: Fields,
  nowSeconds: number,
): boolean {
  if (eventId !== "" && !keyspace.addToSet(seen, eventId)) return false;
  keyspace.appendToStream(stream, entry, nowSeconds * 1000);
  return true;
}
