import type { Operation } from "../../keyspace/port/engine.js";
import type { Fields } from "../../keyspace/port/keyspace.js";
import { appendEvent } from "../records/record.js";
import { readInPlace } from "../records/record-in-place.js";
import type { RecordKeys } from "../records/record-keys.js";

export interface LogEventInput {
  readonly record: RecordKeys;
  readonly name: string;
  readonly extras: Fields;
  readonly nowSeconds: number;
}

/** Appends an event of the caller's own about a record. @returns undefined when the record does not exist, or has moved */
export const logEvent: Operation<LogEventInput, true | undefined> = {
  name: "log-event",
  access: "write",
  execute(keyspace, input) {
    const { record } = input;
    const fields = readInPlace(keyspace, record);
    if (fields === undefined) return undefined;
    appendEvent(keyspace, record, fields, input.name, input.extras, input.nowSeconds);
    return true;
  },
};
