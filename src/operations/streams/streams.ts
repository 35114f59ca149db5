import type { Operation } from "../../keyspace/port/engine.js";
import type { Fields, GroupDescription, Keyspace, StreamEntry } from "../../keyspace/port/keyspace.js";

interface StreamInput {
  readonly keys: { readonly stream: string };
}

export interface GroupInput extends StreamInput {
  readonly group: string;
}

export interface AppendInput extends StreamInput {
  readonly payload: Fields;
  readonly maxLength: number;
  readonly nowSeconds: number;
}

/** Appends one entry of the caller's. @returns its id */
export const appendEntry: Operation<AppendInput, string> = {
  name: "append-entry",
  access: "write",
  isSingleAppend: true,
  execute(keyspace, input) {
    const id = keyspace.appendToStream(input.keys.stream, input.payload, input.nowSeconds * 1000);
    keyspace.trimStream(input.keys.stream, input.maxLength);
    return id;
  },
};

export interface ReadInput extends StreamInput {
  readonly afterId: string;
  readonly limit: number;
}

export const readEntries: Operation<ReadInput, readonly StreamEntry[]> = {
  name: "read-entries",
  access: "single-read",
  execute(keyspace, input) {
    return keyspace.readStream(input.keys.stream, input.afterId, input.limit);
  },
};

export interface DeleteEntryInput extends StreamInput {
  readonly id: string;
}

/** Removes one entry, also one that is not handled yet. @returns whether there was such an entry */
export const deleteEntry: Operation<DeleteEntryInput, boolean> = {
  name: "delete-entry",
  access: "write",
  execute(keyspace, input) {
    return keyspace.deleteEntry(input.keys.stream, input.id);
  },
};

/** Creates the stream and a group at its beginning, unless they exist. @returns whether the group did not exist */
export const createGroup: Operation<GroupInput, boolean> = {
  name: "create-group",
  access: "write",
  execute(keyspace, input) {
    return keyspace.createGroup(input.keys.stream, input.group);
  },
};

export interface LeaveInput extends GroupInput {
  readonly consumer: string;
}

/** Takes a consumer that ends out of its group, unless it holds entries: these are taken over first. */
export const leaveGroup: Operation<LeaveInput, boolean> = {
  name: "leave-group",
  access: "write",
  execute(keyspace, input) {
    keyspace.forgetConsumer(input.keys.stream, input.group, input.consumer);
    return true;
  },
};

/** Whether a group has nothing to do: asked before every delivery, because a read does not lock out writers. */
export const isCaughtUp: Operation<GroupInput, boolean> = {
  name: "is-caught-up",
  access: "single-read",
  execute(keyspace, input) {
    return keyspace.isCaughtUp(input.keys.stream, input.group);
  },
};

export interface DeliverInput extends GroupInput {
  readonly consumer: string;
  readonly claimTimeoutMs: number;
  readonly limit: number;
  readonly nowSeconds: number;
}

export interface Delivery {
  /**
   * Entries that were delivered before and abandoned, then new ones; at most `limit` of each, and nothing new while
   * there may be more abandoned ones, so that a handler that keeps the order need not wait for them.
   */
  readonly entries: readonly StreamEntry[];
  /** How many of them, at the beginning, were delivered before. */
  readonly abandoned: number;
  /** Whether the group was gone, and was made again. */
  readonly groupWasLost: boolean;
}

/**
 * Takes over abandoned entries and reads new ones. Abandoned entries whose data is gone are acknowledged. A group that is gone,
 * because the server was emptied or somebody destroyed it, is made again: without it nothing would ever be delivered.
 */
export const deliver: Operation<DeliverInput, Delivery> = {
  name: "deliver",
  access: "write",
  execute(keyspace, input) {
    const entries: StreamEntry[] = [];
    const abandoned = give(keyspace, input, entries);
    if (entries.length > 0 || !keyspace.createGroup(input.keys.stream, input.group)) {
      return { entries, abandoned, groupWasLost: false };
    }
    return { entries, abandoned: give(keyspace, input, entries), groupWasLost: true };
  },
};

/** @returns how many of the entries, at the beginning, were delivered before */
function give(keyspace: Keyspace, input: DeliverInput, entries: StreamEntry[]): number {
  const stream = input.keys.stream;
  const { group, consumer, claimTimeoutMs, limit } = input;
  const nowMs = input.nowSeconds * 1000;
  const abandoned = keyspace.takeOver(stream, group, consumer, claimTimeoutMs, limit, nowMs);
  for (const entry of abandoned) {
    if (entry.fields === undefined) keyspace.acknowledge(stream, group, entry.id);
    else entries.push({ id: entry.id, fields: entry.fields });
  }
  const takenOver = entries.length;
  if (abandoned.length < limit) {
    for (const entry of keyspace.deliverNew(stream, group, consumer, limit, nowMs)) entries.push(entry);
  }
  return takenOver;
}

export interface AcknowledgeInput extends GroupInput {
  readonly ids: readonly string[];
}

/** @returns how many of the entries were still pending */
export const acknowledge: Operation<AcknowledgeInput, number> = {
  name: "acknowledge",
  access: "write",
  execute(keyspace, input) {
    let acknowledged = 0;
    for (const id of input.ids) {
      if (keyspace.acknowledge(input.keys.stream, input.group, id)) acknowledged += 1;
    }
    return acknowledged;
  },
};

/** Counts a failed attempt at several entries, none of them the last one allowed. */
export const countAttempt: Operation<AcknowledgeInput, number> = {
  name: "count-attempt",
  access: "write",
  execute(keyspace, input) {
    for (const id of input.ids) keyspace.addFailure(input.keys.stream, input.group, id);
    return input.ids.length;
  },
};

export interface AttemptInput {
  readonly keys: { readonly stream: string; readonly deadLetters: string };
  /** The stream's key, as dead letters tell it. */
  readonly streamName: string;
  readonly group: string;
  readonly entry: StreamEntry;
  readonly maxRetries: number;
  readonly deadLetterMaxLength: number;
  readonly nowSeconds: number;
}

/**
 * Counts an attempt at an abandoned entry before it is made: who had the entry may have died of it, and so may who has it
 * now. An entry whose attempts are used up moves to the dead letters.
 *
 * @returns attempts counted so far, this one included; 0 when there is nothing to attempt any more
 */
export const beginAttempt: Operation<AttemptInput, number> = {
  name: "begin-attempt",
  access: "write",
  execute(keyspace, input) {
    const attempts = keyspace.addFailure(input.keys.stream, input.group, input.entry.id);
    if (attempts <= input.maxRetries) return attempts;
    setAside(keyspace, input, attempts - 1, "No consumer that was given this entry came back.");
    return 0;
  },
};

export interface FailInput extends AttemptInput {
  readonly message: string;
  /** Attempts counted so far, this one included; 0 when this one is still to be counted. */
  readonly attempts: number;
}

export interface Failure {
  readonly failures: number;
  readonly deadLettered: boolean;
}

/** Counts a failed attempt at one entry; after the last one the entry moves to the dead letters. */
export const failEntry: Operation<FailInput, Failure> = {
  name: "fail-entry",
  access: "write",
  execute(keyspace, input) {
    let failures = input.attempts;
    if (failures === 0) failures = keyspace.addFailure(input.keys.stream, input.group, input.entry.id);
    if (failures < input.maxRetries) return { failures, deadLettered: false };
    setAside(keyspace, input, failures, input.message);
    return { failures, deadLettered: true };
  },
};

/** Moves an entry to the dead letters. */
function setAside(keyspace: Keyspace, input: AttemptInput, failures: number, message: string): void {
  const stream = input.keys.stream;
  const letter: Fields = {};
  for (const name in input.entry.fields) {
    const value = input.entry.fields[name];
    if (value !== undefined) letter[name] = value;
  }
  letter.original_stream = input.streamName;
  letter.original_id = input.entry.id;
  letter.failure_count = failures;
  letter.last_error = message;
  letter.dead_letter_ts = input.nowSeconds;
  keyspace.appendToStream(input.keys.deadLetters, letter, input.nowSeconds * 1000);
  if (input.deadLetterMaxLength > 0) keyspace.trimStream(input.keys.deadLetters, input.deadLetterMaxLength);
  keyspace.acknowledge(stream, input.group, input.entry.id);
}

export interface StreamStatus {
  readonly length: number;
  readonly appended: number;
  readonly groups: readonly GroupDescription[];
}

export const describeStream: Operation<StreamInput, StreamStatus> = {
  name: "describe-stream",
  access: "read",
  execute(keyspace, input) {
    const { length, appended } = keyspace.describeStream(input.keys.stream);
    return { length, appended, groups: keyspace.describeGroups(input.keys.stream) };
  },
};
