import type { Operation } from "../../keyspace/port/engine.js";
import type { Backlog, GroupDescription } from "../../keyspace/port/keyspace.js";

/** Of a group, the oldest entries it holds are looked at: enough to say who holds them and since when. */
const HELD_ENTRIES = 100;

export interface ExamineInput {
  readonly keys: { readonly stream: string; readonly deadLetters: string; readonly malformed: string };
}

/** How the handling of a stream is going. */
export interface StreamExamination {
  readonly appended: number;
  readonly groups: readonly ExaminedGroup[];
  /** Entries that were set aside, and are still kept. */
  readonly deadLetters: number;
  /** Entries ever found that nobody could read. */
  readonly malformed: number;
}

export interface ExaminedGroup extends GroupDescription {
  readonly backlog: Backlog;
}

/** All that can be told of the handling of a stream, in one step. */
export const examineStream: Operation<ExamineInput, StreamExamination> = {
  name: "examine-stream",
  access: "read",
  execute(keyspace, input) {
    const { stream, deadLetters, malformed } = input.keys;
    const groups: ExaminedGroup[] = [];
    for (const { name, pending, lag } of keyspace.describeGroups(stream)) {
      groups.push({ name, pending, lag, backlog: keyspace.describeBacklog(stream, name, HELD_ENTRIES) });
    }
    return {
      appended: keyspace.describeStream(stream).appended,
      groups,
      deadLetters: keyspace.describeStream(deadLetters).length,
      malformed: keyspace.getCounter(malformed),
    };
  },
};
