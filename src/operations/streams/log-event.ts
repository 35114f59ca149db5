import type { Operation } from "../../keyspace/port/engine.js";
import type { Fields } from "../../keyspace/port/keyspace.js";
import { readPlanned } from "../records/planned-record.js";
import { appendEvent } from "../records/record.js";
import type { RecordPlan } from "../records/record-plan.js";

export interface LogEventInput {
  readonly plan: RecordPlan;
  readonly name: string;
  readonly extras: Fields;
  readonly nowSeconds: number;
}

/** Appends an event of the caller's own about a record. @returns undefined when the record does not exist, or has moved */
export const logEvent: Operation<LogEventInput, true | undefined> = {
  name: "log-event",
  access: "write",
  execute(keyspace, input) {
    const { plan } = input;
    const fields = readPlanned(keyspace, plan);
    if (fields === undefined) return undefined;
    appendEvent(keyspace, plan, fields, input.name, input.extras, input.nowSeconds);
    return true;
  },
};
