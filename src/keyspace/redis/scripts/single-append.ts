import type { Operation } from "../../port/engine.js";
import type { Fields, Keyspace } from "../../port/keyspace.js";

/** One entry for a stream, which one command appends as atomically as a script. */
export interface EntryAppend {
  readonly stream: string;
  readonly fields: Fields;
  readonly nowMs: number;
  readonly maxLength: number;
}

/** What an `isSingleAppend` operation appends. */
export function appendOf<Input>(operation: Operation<Input, unknown>, input: Input): EntryAppend {
  const append = { stream: "", fields: {}, nowMs: 0, maxLength: 0 };
  const noting: Partial<Keyspace> = {
    appendToStream(stream, fields, nowMs) {
      Object.assign(append, { stream, fields, nowMs });
      return "";
    },
    trimStream(_stream, maxLength) {
      append.maxLength = maxLength;
      return 0;
    },
  };
  operation.execute(noting as Keyspace, input);
  return append;
}

/** The result of an operation that appends an entry, which got this id. */
export function executeAppended<Input, Output>(operation: Operation<Input, Output>, input: Input, id: string): Output {
  const answering: Partial<Keyspace> = { appendToStream: () => id, trimStream: () => 0 };
  return operation.execute(answering as Keyspace, input);
}

/** The entry is read back by scripts, which tell its JSON from their MessagePack by the opening brace. */
export function commandOfAppend({ fields, nowMs }: EntryAppend, key: string): string[] {
  return ["XADD", key, `${Math.floor(nowMs)}-*`, "fields", JSON.stringify(fields)];
}

/**
 * For an append that was refused because the newest entry is of a later millisecond: another clock is ahead, or this one
 * went back. Only a script can find out which moment that is, and join it.
 *
 * @throws any other error
 */
export function undefinedWhenBehind(error: unknown): undefined {
  if (!(error instanceof Error && /equal or smaller than the target stream top item/.test(error.message))) throw error;
}

/** A stream is trimmed when it is a tenth too long. This many processes may append until then without looking. */
const WRITERS = 8;

/** Counts the appends until a stream has to be looked at again, so that it stays about as short as if each one looked. */
export class TrimSchedule {
  readonly #left = new Map<string, number>();

  /** @returns whether this append has to be followed by a look */
  isDue(key: string, maxLength: number): boolean {
    const left = this.#left.get(key) ?? 0;
    this.#left.set(key, left > 0 ? left - 1 : Math.floor(maxLength / 10 / WRITERS));
    return left <= 0;
  }
}
